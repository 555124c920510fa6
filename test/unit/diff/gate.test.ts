import { expect } from 'chai';
import { parseConditions } from '../../../bench/diff/conditions.js';
import { diffResults } from '../../../bench/diff/diff-results.js';
import { judgeConditions } from '../../../bench/diff/gate.js';
import { LabError } from '../../../bench/errors.js';
import { type GivenRun, runWith } from './runs.js';

function judge(before: GivenRun, after: GivenRun, text: string) {
  return judgeConditions(parseConditions(text), diffResults(runWith(before), runWith(after)));
}

function refusal(before: GivenRun, after: GivenRun, text: string): string {
  try {
    judge(before, after, text);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    expect(error).to.include({ code: 'CONDITION_WITHOUT_DATA', exitCode: 2 });
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

  it('looks at every cell that a short condition means', () => {
    const cells = { workloads: ['me', 'crud'], instances: [1, 2] };
    const both = { ...QUIET, ...cells };
    expect(judge(both, both, 'session.cpu>5%')[0]?.figures).to.have.length(4);
    expect(judge(both, both, 'session.crud.cpu>5%')[0]?.figures).to.have.length(2);
    expect(judge(both, both, 'session.crud.2.cpu>5%')[0]?.figures).to.have.length(1);
  });

  it('asks for more certainty the more figures it looks at', () => {
    const cells = { workloads: ['me', 'crud'], instances: [1, 2] };
    const both = { ...QUIET, ...cells };
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
    expect(judge(before, after, 'session.cpu>5%')[0]).to.include({ broken: false });
    expect(judge(before, after, 'none.cpu>5%')[0]).to.include({ broken: true });
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
