import { expect } from 'chai';
import { type Basis, diffResults } from '../../../bench/diff/diff-results.js';
import { judgeConditions } from '../../../bench/diff/gate.js';
import { parseConditions } from '../../../bench/diff/gate-conditions.js';
import { LabError } from '../../../bench/model/errors.js';
import type { Result, Trial } from '../../../bench/model/result-schema.js';
import { type GivenRun, runWith } from './runs.js';

function judge(before: GivenRun, after: GivenRun, text: string, basis: Basis = 'absolute') {
  const diff = diffResults(runWith(before), runWith(after), basis);
  return judgeConditions(parseConditions(text), diff);
}

function refusal(
  before: GivenRun,
  after: GivenRun,
  text: string,
  { basis = 'absolute' as Basis, code = 'CONDITION_WITHOUT_DATA' } = {},
): string {
  try {
    judge(before, after, text, basis);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    expect(error).to.include({ code, exitCode: 2 });
    return error.message;
  }
  throw new Error('the condition was judged');
}

const QUIET = { cpu: { session: [50, 50.5, 49.5, 50, 50.2] } };

describe('a gate', () => {
  it('is broken by a change beyond its limit that the interval confirms', () => {
    const slower = { cpu: { session: [55, 55.5, 54.5, 55, 55.2] } };
    const [above] = judge(QUIET, slower, 'session.me.cpu>5%');
    expect(above).to.include({ broken: true });
    expect(above?.figures[0]?.ratio).to.be.closeTo(1.1, 0.001);
    expect(judge(QUIET, slower, 'session.throughput<-5%')[0]?.broken).to.equal(true);
  });

  it('holds where the change stays within the limit, however certain it is', () => {
    const slower = { cpu: { session: [55, 55.5, 54.5, 55, 55.2] } };
    expect(judge(QUIET, slower, 'session.cpu>12%')[0]?.broken).to.equal(false);
  });

  it('holds where the change is beyond the limit and may be noise', () => {
    const noisy = { cpu: { session: [40, 70, 45, 75, 60] } };
    const [judged] = judge(QUIET, noisy, 'session.cpu>5%');
    expect(judged?.figures[0]?.ratio).to.be.greaterThan(1.05);
    expect(judged?.broken).to.equal(false);
  });

  it('holds where the change is for the better', () => {
    const faster = { cpu: { session: [25, 25.5, 24.5, 25, 25.2] } };
    expect(judge(QUIET, faster, 'session.cpu>5%')[0]?.broken).to.equal(false);
    expect(judge(QUIET, faster, 'session.throughput<-5%')[0]?.broken).to.equal(false);
  });

  it('looks at every scenario that a short condition means', () => {
    const several = { workloads: ['me', 'crud'], instances: [1, 2] };
    const both = { ...QUIET, ...several };
    expect(judge(both, both, 'session.cpu>5%')[0]?.figures).to.have.length(4);
    expect(judge(both, both, 'session.crud.cpu>5%')[0]?.figures).to.have.length(2);
    expect(judge(both, both, 'session.crud.2.cpu>5%')[0]?.figures).to.have.length(1);
  });

  it('asks for more certainty the more figures it looks at', () => {
    const several = { workloads: ['me', 'crud'], instances: [1, 2] };
    const both = { ...QUIET, ...several };
    const alone = judge(both, both, 'session.me.1.cpu>5%')[0]?.figures[0]?.interval;
    const among = judge(both, both, 'session.cpu>5%')[0]?.figures[0]?.interval;
    expect(among?.[0]).to.be.lessThan(alone?.[0] ?? 0);
    // The same figure in two conditions is one figure.
    const twice = judge(both, both, 'session.me.1.cpu>5%,session.me.1.cpu>9%')[0]?.figures[0];
    expect(twice?.interval).to.deep.equal(alone);
  });

  it('is not broken by a machine that was slower for all, where there is a control', () => {
    const before = { cpu: { session: [50, 50.5, 49.5], none: [20, 20.1, 19.9] } };
    const after = { cpu: { session: [65, 65.65, 64.35], none: [26, 26.13, 25.87] } };
    expect(judge(before, after, 'session.cpu>5%', 'control')[0]).to.include({ broken: false });
    expect(judge(before, after, 'session.cpu>5%')[0]).to.include({ broken: true });
    expect(judge(before, after, 'none.cpu>5%')[0]).to.include({ broken: true });
  });

  it('judges no figure as measured unless it is told to: the machine alone would fail it', () => {
    const slower = { cpu: { session: [61, 61.6, 60.4] } };
    const withControl = { cpu: { session: [50, 50.5, 49.5], none: [20, 20.1, 19.9] } };
    const asked = { basis: 'control' as Basis, code: 'CONTROL_MISSING' };
    const neither = refusal(QUIET, slower, 'session.cpu>5%', asked);
    expect(neither).to.include('neither run has').and.include('--absolute');
    for (const metric of ['throughput<-5%', 'p99>5%', 'cpu.total>5%']) {
      refusal(QUIET, slower, `session.${metric}`, asked);
    }
    expect(refusal(withControl, slower, 'session.cpu>5%', asked)).to.include('run B does not have');
    expect(refusal(QUIET, withControl, 'session.cpu>5%', asked)).to.include('run A does not have');
    expect(refusal(withControl, withControl, 'none.cpu>5%', asked)).to.include(
      'watches the control itself',
    );
    expect(judge(QUIET, slower, 'session.cpu>5%')[0]).to.include({ broken: true });
  });

  describe('of what was not measured', () => {
    const both = {
      cpu: { session: [50, 50.5, 49.5], none: [20, 20.1, 19.9] },
      workloads: ['me', 'crud'],
    };
    const control = { basis: 'control' as Basis };
    const trialsOf =
      (change: (trial: Trial) => Trial | null) =>
      (result: Result): Result => ({
        ...result,
        trials: result.trials.flatMap((trial) => change(trial) ?? []),
      });
    const isOfCrud = ({ variant, workload }: Trial) => variant === 'session' && workload === 'crud';
    const invalid = (trial: Trial): Trial => ({
      ...trial,
      valid: false,
      invalidReasons: [{ code: 'unsteady', message: 'throughput changed' }],
    });
    const withCpu = (trial: Trial, application: number | null): Trial => ({
      ...trial,
      cpuMicrosecondsPerRequest: { ...trial.cpuMicrosecondsPerRequest, application },
    });
    const cases: [string, Partial<GivenRun>, string][] = [
      [
        'all trials of a condition are invalid',
        { change: trialsOf((trial) => (isOfCrud(trial) ? invalid(trial) : trial)) },
        'session.crud.1.cpu.application: in X all 3 trials are invalid (unsteady)',
      ],
      [
        'the run ended before a condition',
        {
          change: (result) => ({
            ...trialsOf((trial) => (isOfCrud(trial) ? null : trial))(result),
            partial: true,
          }),
        },
        'in X it has no trial: the run ended before its plan did',
      ],
      [
        'one round is left of a condition',
        {
          change: trialsOf((trial) =>
            isOfCrud(trial) && trial.round > 1 ? invalid(trial) : trial,
          ),
        },
        'session.crud.1.cpu.application: there are too few valid rounds',
      ],
      [
        'the figure is absent',
        { change: trialsOf((trial) => (isOfCrud(trial) ? withCpu(trial, null) : trial)) },
        'in X none of 3 valid trials has cpu.application',
      ],
      [
        'the figure is zero in a round',
        {
          change: trialsOf((trial) =>
            isOfCrud(trial) && trial.round === 2 ? withCpu(trial, 0) : trial,
          ),
        },
        'in X a valid trial has cpu.application 0',
      ],
      [
        'the control is invalid in the rounds of a condition',
        {
          change: trialsOf((trial) =>
            trial.variant === 'none' && trial.workload === 'crud' ? invalid(trial) : trial,
          ),
        },
        'session.crud.1.cpu.application: too few rounds have a valid trial of the control',
      ],
      [
        'the run is one of lab sustain',
        { change: (result) => ({ ...result, trials: [], sustained: [] }) },
        'in X nothing of it: that is a result of lab sustain',
      ],
    ];
    for (const [when, change, said] of cases) {
      it(`nothing is judged when ${when}, in whichever run`, () => {
        const without = { ...both, ...change };
        expect(refusal(both, without, 'session.cpu>5%', control)).to.include(
          said.replace('X', 'B'),
        );
        expect(refusal(without, both, 'session.cpu>5%', control)).to.include(
          said.replace('X', 'A'),
        );
      });
    }

    it('nothing is judged when B lacks a workload, a strategy or a number of instances of A', () => {
      const wide = { ...both, instances: [1, 2] };
      const fewer = refusal(wide, { ...wide, workloads: ['me'] }, 'session.cpu>5%', control);
      expect(fewer).to.include('2 figures that the conditions cover cannot be decided');
      expect(fewer).to.include('session.crud.2.cpu.application: in B it was not asked for');
      expect(refusal(wide, both, 'session.me.cpu>5%', control)).to.include('number of instances');
      const other = { ...both, cpu: { jwt: [1, 1], none: [1, 1] } };
      expect(refusal(both, other, 'session.cpu>5%', control)).to.include('no such strategy');
    });

    it('what B measured beyond A is no gap, unless a condition names it', () => {
      const narrow = { ...both, workloads: ['me'] };
      expect(judge(narrow, both, 'session.cpu>50%', 'control')[0]?.figures).to.have.length(1);
      expect(refusal(narrow, both, 'session.crud.cpu>5%', control)).to.include('matches nothing');
    });

    it('what no condition covers may be missing', () => {
      const without = { ...both, workloads: ['me'] };
      expect(judge(both, without, 'session.me.cpu>5%', 'control')[0]).to.include({ broken: false });
    });

    it('nothing is judged by an interval over a factor of a hundred', () => {
      const wild = { cpu: { session: [1, 4000], none: [20, 20.1] } };
      expect(refusal(wild, wild, 'session.cpu>5%', control)).to.include('scatter too much');
    });
  });

  it('refuses to watch nothing, and says what there is', () => {
    expect(refusal(QUIET, QUIET, 'jwt.cpu>5%')).to.include(
      'Available: strategies session; workloads me; instances 1; metrics throughput',
    );
    expect(refusal(QUIET, QUIET, 'session.crud.cpu>5%')).to.include('matches nothing');
    expect(refusal(QUIET, { cpu: { jwt: [1, 2] } }, 'session.cpu>5%')).to.include(
      'measured nothing in common',
    );
  });

  it('refuses to judge by one round', () => {
    expect(refusal(QUIET, { cpu: { session: [50] } }, 'session.cpu>5%')).to.include(
      '(5 in A, 1 in B; an interval takes 2 in each)',
    );
  });
});
