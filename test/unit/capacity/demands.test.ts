import { expect } from 'chai';
import { LabError } from '../../../bench/model/errors.js';
import { demandsOfResult } from '../../../bench/plan/demands.js';
import { invalidate, makeResult } from '../report/fixture.js';

function codeOf(act: () => unknown): [string, number] {
  try {
    act();
  } catch (error) {
    if (error instanceof LabError) return [error.code, error.exitCode];
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('demands of a result', () => {
  it('are means over the rounds at the largest number of instances', () => {
    const [session] = demandsOfResult(makeResult({ instances: [1, 2], spread: 0 }), 'me');
    expect(session?.measuredAt).to.include({ instances: 2, rounds: 3 });
    expect(session?.cpuMicrosecondsPerRequest.application?.mean).to.be.closeTo(52, 1e-9);
    expect(session?.cpuMicrosecondsPerRequest.redis?.mean).to.be.closeTo(7, 1e-9);
    expect(session?.instanceBytes?.mean).to.be.closeTo(92e6, 1);
    expect(session?.redisCommandsPerRequest).to.equal(1);
  });

  it('come from the largest number that is measured for every strategy', () => {
    const trial = invalidate(({ variant, instances }) => variant === 'jwt' && instances === 2);
    for (const { measuredAt } of demandsOfResult(makeResult({ trial }), 'me')) {
      expect(measuredAt.instances).to.equal(1);
    }
    const [session] = demandsOfResult(makeResult({ trial }), 'me', ['session']);
    expect(session?.measuredAt.instances).to.equal(2);
  });

  it('take idle work of a store for none', () => {
    const trial: NonNullable<Parameters<typeof makeResult>[0]>['trial'] = (made) => ({
      ...made,
      cpuMicrosecondsPerRequest: { ...made.cpuMicrosecondsPerRequest, redis: 3, postgres: 0.02 },
    });
    const [session, jwt] = demandsOfResult(makeResult({ trial }), 'me');
    expect(session?.cpuMicrosecondsPerRequest).to.have.all.keys('application', 'redis');
    // It sent no command, so the 3 µs are not its own.
    expect(jwt?.cpuMicrosecondsPerRequest).to.have.all.keys('application');
  });

  it('say which tier was not measured, and do not take it for free', () => {
    const [session] = demandsOfResult(
      makeResult({
        trial: (made) => ({
          ...made,
          cpuMicrosecondsPerRequest: { ...made.cpuMicrosecondsPerRequest, redis: null },
        }),
      }),
      'me',
    );
    expect(session?.notMeasured).to.deep.equal(['redis']);
  });

  it('include the authority of a strategy that has one', () => {
    const [opaque] = demandsOfResult(makeResult({ strategies: ['opaque'], spread: 0 }), 'me');
    expect(opaque?.cpuMicrosecondsPerRequest.authority?.mean).to.be.closeTo(31, 1e-9);
    expect(opaque?.notMeasured).to.deep.equal([]);
  });

  it('include what a login costs all servers, where it was measured', () => {
    const [without] = demandsOfResult(makeResult(), 'me');
    expect(without?.loginCpuMicroseconds).to.equal(null);
    const [session] = demandsOfResult(makeResult({ workloads: ['me', 'login'], spread: 0 }), 'me');
    // The model's heavy workload: 52 + 110 application, 7 Redis, 62 PostgreSQL.
    expect(session?.loginCpuMicroseconds?.mean).to.be.closeTo(231, 1e-9);
  });

  it('are refused for a workload or strategy that the result does not have', () => {
    const result = makeResult();
    expect(codeOf(() => demandsOfResult(result, 'read'))).to.deep.equal([
      'PLAN_WORKLOAD_UNKNOWN',
      2,
    ]);
    expect(codeOf(() => demandsOfResult(result, 'me', ['paper']))).to.deep.equal([
      'PLAN_STRATEGY_UNKNOWN',
      2,
    ]);
  });

  it('are refused when a strategy has no valid trial', () => {
    const result = makeResult({ trial: invalidate(({ variant }) => variant === 'jwt') });
    expect(codeOf(() => demandsOfResult(result, 'me'))).to.deep.equal(['PLAN_NOT_MEASURED', 1]);
    expect(() => demandsOfResult(result, 'me')).to.throw('none at all: jwt');
  });
});
