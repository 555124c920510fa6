import { expect } from 'chai';
import type { Trial } from '../../../bench/model/result-schema.js';
import type { Finding } from '../../../bench/report/findings/finding.js';
import { findingsOf } from '../../../bench/report/findings.js';
import { invalidate, type Model, makeResult } from './fixture.js';

const ONE_SCENARIO: Model = { workloads: ['me'], instances: [1] };

function textsOf(findings: Finding[], topic: Finding['topic'], metric?: string): string[] {
  return findings
    .filter((known) => known.topic === topic && (!metric || known.metric === metric))
    .map(({ text }) => text);
}

function only(texts: string[]): string {
  expect(texts).to.have.length(1);
  return texts[0] ?? '';
}

/** Sets one comparison to figures worked out by hand. */
function withRatio(
  metric: string,
  figures: {
    ratio: number;
    interval95: [number, number];
    verdict: 'faster' | 'slower' | 'equal' | 'unsure';
    simultaneousInterval?: [number, number];
  },
): Model {
  return {
    ...ONE_SCENARIO,
    result: (result) => ({
      ...result,
      comparisons: result.comparisons.map((comparison) =>
        comparison.metric === metric && comparison.baseline === 'session'
          ? { ...comparison, simultaneousInterval: figures.interval95, ...figures }
          : comparison,
      ),
    }),
  };
}

describe('the findings', () => {
  describe('on a clear difference', () => {
    it('say that jwt answered more, by how much, with interval and rounds', () => {
      const findings = findingsOf(
        makeResult(
          withRatio('throughput', { ratio: 1.12, interval95: [1.08, 1.16], verdict: 'faster' }),
        ),
      );
      expect(only(textsOf(findings, 'comparison', 'throughput'))).to.match(
        /^On `me` with 1 instance, jwt answered 12 % more requests per second than session \(95 % interval 8 to 16 % more, 3 rounds; [\d,]+ against [\d,]+ requests\/s\)\.$/,
      );
      expect(only(textsOf(findings, 'short', 'throughput'))).to.equal(
        'jwt answered more requests per second than session in the one comparison, `me` with 1 instance (12 % more; 95 % interval 8 to 16 % more).',
      );
    });

    it('say that jwt answered fewer when it is the slower one', () => {
      const findings = findingsOf(
        makeResult(
          withRatio('throughput', { ratio: 0.88, interval95: [0.84, 0.92], verdict: 'slower' }),
        ),
      );
      expect(only(textsOf(findings, 'comparison', 'throughput'))).to.include(
        'jwt answered 12 % fewer requests per second than session (95 % interval 8 to 16 % fewer',
      );
      expect(only(textsOf(findings, 'short', 'throughput'))).to.include(
        'jwt answered fewer requests',
      );
    });

    it('let jwt cost more than session where the data say so', () => {
      const findings = findingsOf(
        makeResult({ ...ONE_SCENARIO, applicationMicroseconds: { jwt: 150 } }),
      );
      expect(only(textsOf(findings, 'comparison', 'cpu.application'))).to.match(
        /jwt needed 2\.9 times as much CPU time per request in the application as session/,
      );
      expect(only(textsOf(findings, 'short', 'cpu.total'))).to.include('jwt needed more CPU time');
      expect(only(textsOf(findings, 'short', 'latency.p99'))).to.include(
        'jwt took more time than session',
      );
    });

    it('let jwt cost less where the data say so', () => {
      const findings = findingsOf(
        makeResult({ ...ONE_SCENARIO, applicationMicroseconds: { jwt: 30 } }),
      );
      expect(only(textsOf(findings, 'comparison', 'cpu.application'))).to.match(
        /jwt needed 4\d % less CPU time per request in the application than session \(95 % interval [\d.]+ to [\d.]+ % less/,
      );
      expect(only(textsOf(findings, 'short', 'cpu.total'))).to.include('jwt needed less CPU time');
    });

    it('name the amounts in the order of the names: jwt against session', () => {
      const result = makeResult({ ...ONE_SCENARIO, applicationMicroseconds: { jwt: 150 } });
      expect(only(textsOf(findingsOf(result), 'comparison', 'cpu.application'))).to.match(
        /; 1\d\d against 5\d\.\d µs\)/,
      );
    });

    it('name what Redis cost beside the application', () => {
      const findings = findingsOf(makeResult(ONE_SCENARIO));
      expect(only(textsOf(findings, 'comparison', 'cpu.application'))).to.match(
        /Outside the application, a request also cost: 0 µs in Redis with jwt and (6\.9|7\.0)\d µs with session\./,
      );
    });

    it('say where each is ahead when the workloads disagree', () => {
      const findings = findingsOf(
        makeResult({
          instances: [1],
          result: (result) => ({
            ...result,
            comparisons: result.comparisons.map((comparison) => {
              if (comparison.metric !== 'throughput' || comparison.baseline !== 'session')
                return comparison;
              return comparison.workload === 'me'
                ? { ...comparison, ratio: 1.2, interval95: [1.1, 1.3], verdict: 'faster' as const }
                : { ...comparison, ratio: 0.8, interval95: [0.7, 0.9], verdict: 'slower' as const };
            }),
          }),
        }),
      );
      expect(only(textsOf(findings, 'short', 'throughput'))).to.equal(
        'jwt answered more requests per second than session on `me` (20 % more; 95 % interval 10 to 30 % more). jwt answered fewer requests per second than session on `crud` (20 % fewer; 95 % interval 10 to 30 % fewer).',
      );
    });
  });

  describe('without a clear difference', () => {
    it('are unsure when the interval includes no difference, and name no winner', () => {
      const findings = findingsOf(
        makeResult(
          withRatio('throughput', { ratio: 1.04, interval95: [0.97, 1.11], verdict: 'unsure' }),
        ),
      );
      const sentence = only(textsOf(findings, 'comparison', 'throughput'));
      expect(sentence).to.match(/^This run cannot tell on `me` with 1 instance: /);
      expect(sentence).to.include('95 % interval 3 % fewer to 11 % more');
      expect(sentence).to.include('and the interval includes no difference at all');
      expect(only(textsOf(findings, 'short', 'throughput'))).to.match(
        /^This run cannot tell in the one comparison.*whether jwt answered more or fewer requests per second than session/,
      );
    });

    it('explain an interval that does not include 1 where the simultaneous one does', () => {
      const findings = findingsOf(
        makeResult(
          withRatio('throughput', {
            ratio: 1.05,
            interval95: [1.01, 1.09],
            simultaneousInterval: [0.98, 1.12],
            verdict: 'unsure',
          }),
        ),
      );
      expect(only(textsOf(findings, 'comparison', 'throughput'))).to.include(
        'but the simultaneous interval (2 % fewer to 12 % more) that has to hold for all 4 comparisons of the two at once',
      );
    });

    it('ask the whole question when some comparisons are unsure and the others have no data', () => {
      const findings = findingsOf(
        makeResult({
          instances: [1],
          spread: 0.3,
          trial: invalidate(({ workload }) => workload === 'crud'),
        }),
      );
      expect(only(textsOf(findings, 'short', 'throughput'))).to.equal(
        'This run cannot tell on `me` whether jwt answered more or fewer requests per second than session. The intervals are too wide to tell. No data on `crud`.',
      );
    });

    it('say equal, and within what', () => {
      const findings = findingsOf(
        makeResult(
          withRatio('throughput', { ratio: 1.01, interval95: [0.99, 1.03], verdict: 'equal' }),
        ),
      );
      expect(only(textsOf(findings, 'comparison', 'throughput'))).to.include(
        'session and jwt are equal within 5 %: jwt answered 1 % more requests',
      );
      expect(only(textsOf(findings, 'short', 'throughput'))).to.include(
        'jwt answered as many requests per second as session, within 5 %,',
      );
    });
  });

  describe('on a run that cannot tell', () => {
    it('give no verdict from one round, and say why', () => {
      const findings = findingsOf(makeResult({ ...ONE_SCENARIO, rounds: 1 }));
      expect(textsOf(findings, 'state').join(' ')).to.include('one round only');
      expect(only(textsOf(findings, 'comparison', 'throughput'))).to.match(
        /^No verdict on `me` with 1 instance: in the one round measured, .*may be chance\.$/,
      );
      expect(only(textsOf(findings, 'short', 'throughput'))).to.match(
        /^No verdict on requests per second/,
      );
      expect(JSON.stringify(findings)).not.to.include('95 % interval');
    });

    it('give no verdict and the reasons when every trial is invalid', () => {
      const findings = findingsOf(makeResult({ trial: invalidate(() => true) }));
      expect(textsOf(findings, 'state')[0]).to.equal(
        'None of the 36 trials is a valid measurement, so there is no verdict. Reasons: the load generator was the limit: 36 trials.',
      );
      expect(textsOf(findings, 'short')).to.deep.equal([]);
      expect(textsOf(findings, 'comparison')[0]).to.equal(
        'No verdict on `me` with 1 instance: no trial of session is valid (3 trials) and no trial of jwt is valid (3 trials).',
      );
    });

    it('say what to do when most trials are disturbed, and not when the service is at fault', () => {
      const most = ({ position }: Trial) => position % 3 > 0;
      const stateWith = (code: string) =>
        textsOf(findingsOf(makeResult({ trial: invalidate(most, 'so it was', code) })), 'state');
      expect(stateWith('not-steady').join(' ')).to.match(
        /Close other programs, make the window longer \(--seconds 6\), and add rounds \(--rounds 10,/,
      );
      expect(stateWith('unexpected-answers').join(' ')).not.to.include('Close other programs');
    });

    it('say once that nothing has a verdict when no round has both', () => {
      const findings = findingsOf(
        makeResult({ trial: invalidate(({ variant }) => variant === 'jwt') }),
      );
      expect(only(textsOf(findings, 'short'))).to.equal(
        'No verdict on jwt against session: no round has a valid trial of both.',
      );
    });

    it('tell one round that was measured from one that is left', () => {
      const left = makeResult({
        ...ONE_SCENARIO,
        trial: invalidate(({ variant, round }) => variant === 'jwt' && round > 1),
      });
      const sentence = only(textsOf(findingsOf(left), 'comparison', 'throughput'));
      expect(sentence).to.include('in the one round that counts for both, jwt answered');
      expect(sentence).to.include('requests/s in the rounds that both have)');
      const few = invalidate(({ round }) => round > 1);
      expect(textsOf(findingsOf(makeResult({ ...ONE_SCENARIO, trial: few })), 'state')).to.include(
        'Of 3 rounds one only has valid trials. One value says nothing of the spread, so there are no intervals and no verdicts: a difference seen here may be chance.',
      );
    });

    it('count the trials that do not count', () => {
      const findings = findingsOf(
        makeResult({ trial: invalidate(({ position }) => position === 3) }),
      );
      expect(only(textsOf(findings, 'state'))).to.match(/^1 of 36 trials is invalid and left out/);
    });

    it('say when both have valid trials, but never in the same round', () => {
      const findings = findingsOf(
        makeResult({
          ...ONE_SCENARIO,
          rounds: 2,
          trial: invalidate(
            ({ variant, round }) => (variant === 'session') === (round === 1) && variant !== 'none',
          ),
        }),
      );
      expect(only(textsOf(findings, 'comparison'))).to.equal(
        'No verdict on `me` with 1 instance: no round has a valid trial of both.',
      );
    });

    it('say that a run was cut short, and what has no data', () => {
      const findings = findingsOf(makeResult({ trialsMade: 3 }));
      expect(textsOf(findings, 'state')[0]).to.include('3 of 36 trials were measured');
      expect(textsOf(findings, 'comparison')).to.include(
        'No verdict on `crud` with 2 instances: neither session nor jwt was measured.',
      );
    });

    it('say that nothing was measured when the run has no trial', () => {
      const findings = findingsOf(makeResult({ trialsMade: 0 }));
      expect(textsOf(findings, 'state').join(' ')).to.include('No trial was measured');
      expect(textsOf(findings, 'short')).to.deep.equal([]);
    });

    it('say that one strategy has nothing to be compared with', () => {
      const findings = findingsOf(makeResult({ ...ONE_SCENARIO, strategies: ['session'] }));
      expect(only(textsOf(findings, 'state'))).to.include('nothing to compare');
      expect(only(textsOf(findings, 'short'))).to.match(
        /^On `me` with 1 instance, session answered 18,\d{3} requests per second \(95 % interval [\d,]+ to [\d,]+, 3 rounds\)\.$/,
      );
    });

    it('say that the CPU of a remote store is unknown, and give no total', () => {
      const remote = (trial: Trial): Trial => ({
        ...trial,
        cpuMicrosecondsPerRequest: { ...trial.cpuMicrosecondsPerRequest, redis: null },
      });
      const findings = findingsOf(makeResult({ ...ONE_SCENARIO, trial: remote }));
      expect(only(textsOf(findings, 'comparison', 'cpu.application'))).to.include(
        'what Redis spent was not measured',
      );
      expect(only(textsOf(findings, 'short', 'cpu.total'))).to.match(
        /^No verdict on CPU time per request in all servers/,
      );
      expect(only(textsOf(findings, 'comparison', 'cpu.total'))).to.include(
        'no round has a figure for both',
      );
      expect(textsOf(findings, 'control')[0]).to.include('in the application');
    });
  });

  describe('on a strategy against itself', () => {
    it('report the noise floor and no winner', () => {
      const findings = findingsOf(
        makeResult({ ...ONE_SCENARIO, strategies: ['session', 'session'] }),
      );
      const noise = textsOf(findings, 'noise');
      expect(noise[0]).to.include('session and session#2 are the same program, measured twice');
      expect(
        noise.slice(1).every((text) => text.includes('no difference is shown, as it must be')),
      ).to.equal(true);
      expect(textsOf(findings, 'short')).to.deep.equal([]);
      expect(textsOf(findings, 'comparison')).to.deep.equal([]);
    });

    it('warn when the run finds a difference where none can be', () => {
      const findings = findingsOf(
        makeResult({
          ...ONE_SCENARIO,
          strategies: ['session', 'session'],
          result: (result) => ({
            ...result,
            comparisons: result.comparisons.map((comparison) => ({
              ...comparison,
              ratio: 1.2,
              interval95: [1.1, 1.3],
              verdict: 'faster' as const,
            })),
          }),
        }),
      );
      const warnings = findings.filter(({ topic, caution }) => topic === 'noise' && caution);
      expect(warnings).to.have.length(4);
      expect(warnings[0]?.text).to.include('came out 20 % apart');
      expect(warnings[0]?.text).to.include('Trust no verdict');
    });
  });

  describe('on authentication and limits', () => {
    it('say what each strategy adds to the control', () => {
      const findings = findingsOf(makeResult(ONE_SCENARIO));
      expect(textsOf(findings, 'control')).to.have.length(2);
      expect(textsOf(findings, 'control')[0]).to.match(
        /over none, the control without it, session added 38\.\d µs of CPU time per request in all servers together\.$/,
      );
    });

    it('name each workload where what authentication adds is unsure or differs in sign', () => {
      const noisy = makeResult({
        instances: [1],
        result: (result) => ({
          ...result,
          comparisons: result.comparisons.map((comparison) =>
            comparison.baseline === 'none' && comparison.workload === 'crud'
              ? {
                  ...comparison,
                  baselineMean: 50,
                  candidateMean: 46.37,
                  verdict: 'unsure' as const,
                }
              : comparison,
          ),
        }),
      });
      expect(textsOf(findingsOf(noisy), 'control')[0]).to.match(
        /session added this much CPU time per request in all servers together: 3\d\.\d µs on `me`; −3\.63 µs on `crud` \(not proven\)\. Where it is not decided, it may not differ at all\.$/,
      );
    });

    it('say what is seen where the machine was nearly busy, and blame no lock', () => {
      let trials = 0;
      const nearly = (trial: Trial): Trial => ({
        ...trial,
        processes: trial.processes.map((use) => ({ ...use, cores: 0.5 })),
        machine: { ...trial.machine, busyShare: trials++ % 2 ? 0.86 : 0.91 },
      });
      const [limit] = findingsOf(makeResult({ ...ONE_SCENARIO, trial: nearly })).filter(
        ({ topic }) => topic === 'limit',
      );
      expect(limit?.caution).to.equal(true);
      expect(limit?.text).to.match(
        /^Everywhere, the limit was probably the cores of this machine, .*: no single process used its whole core, but the machine was 86 to 91 % busy\. /,
      );
      expect(limit?.text).not.to.include('locks');
    });

    it('say that the application was the limit', () => {
      const findings = findingsOf(makeResult({ ...ONE_SCENARIO }));
      expect(only(textsOf(findings, 'limit'))).to.include(
        'the limit was the application instances',
      );
    });

    it('warn that throughput measures the machine when its cores were shared', () => {
      const crowded = (trial: Trial): Trial => ({
        ...trial,
        processes: trial.processes.map((use) => ({ ...use, cores: 0.5 })),
        machine: { ...trial.machine, busyShare: 0.99 },
      });
      const findings = findingsOf(makeResult({ ...ONE_SCENARIO, trial: crowded }));
      const [limit] = findings.filter(({ topic }) => topic === 'limit');
      expect(limit?.caution).to.equal(true);
      expect(limit?.text).to.include('measures this machine as much as the strategy');
      expect(limit?.text).to.include('CPU time per request is the steadier figure');
    });
  });
});
