import { expect } from 'chai';
import type { WorkerReport } from '../../../bench/load/messages.js';
import { LabError } from '../../../bench/model/errors.js';
import { agentsPart } from '../../../bench/trial/agents-part.js';
import { isAgentLost } from '../../../bench/trial/variant-record.js';

function reportOf(
  name: string | null,
  requests: number,
  changes: Partial<WorkerReport['agent']> = {},
  late = 0,
): WorkerReport {
  const agent = name && { name, lost: null, gap: null, clockUncertaintyMs: 1, ...changes };
  return {
    ...({} as WorkerReport),
    requests,
    sending: { activeMs: requests, idleMs: 100 - requests, lateStarts: 1 },
    ...(agent && { agent }),
    ...(late > 0 && { openLoop: { planned: 100, late } as WorkerReport['openLoop'] }),
  };
}

describe('the agents of a trial', () => {
  it('are not there where all load came from this machine', () => {
    expect(agentsPart([{ seconds: 1, reports: [reportOf(null, 5)] }])).to.deep.equal({});
  });

  it('have what their load workers saw in all windows, and the worst of how they fared', () => {
    const windows = [
      { seconds: 1, reports: [reportOf('b', 10), reportOf('a', 20), reportOf('a', 30)] },
      { seconds: 1, reports: [reportOf('b', 90, { clockUncertaintyMs: 4 }), reportOf('a', 40)] },
    ];
    const { agents, loadWorkers } = agentsPart(windows);
    expect(loadWorkers).to.equal(3);
    expect(agents).to.deep.equal([
      {
        ...{ name: 'a', requests: 90, eventLoopUtilization: 0.4, lateStarts: 3 },
        clockUncertaintyMs: 1,
      },
      {
        ...{ name: 'b', requests: 100, eventLoopUtilization: 0.9, lateStarts: 2 },
        clockUncertaintyMs: 4,
      },
    ]);
  });

  it('say of each by itself how late it was, why it was lost, and what is missing', () => {
    const reports = [
      reportOf('a', 10, {}, 30),
      reportOf('b', 10, { gap: 'part 3 came where 2 was due' }),
      reportOf('c', 10, { lost: 'its connection ended' }),
    ];
    const [a, b, c] = agentsPart([{ seconds: 1, reports }]).agents ?? [];
    expect(a).to.include({ lateShare: 0.3 }).and.not.have.any.keys('lost', 'gap');
    expect(b).to.include({ gap: 'part 3 came where 2 was due' });
    expect(c).to.include({ lost: 'its connection ended' });
  });

  it('are known to be lost by the code of the error alone', () => {
    expect(isAgentLost(new LabError('AGENT_LOST', 'gone'))).to.equal(true);
    expect(isAgentLost(new LabError('SHARD_FAILED', 'gone'))).to.equal(false);
    expect(isAgentLost(new Error('AGENT_LOST'))).to.equal(false);
    expect(isAgentLost(null)).to.equal(false);
  });
});
