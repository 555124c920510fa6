/**
 * A load worker of an agent, spoken to as one of this machine is. What it tells comes in numbered parts, so that
 * what it saw is known up to the last second also where the agent is lost; a missing number is noticed.
 */
import { LabError } from '../../model/errors.js';
import { monotonicClock } from '../clock.js';
import type { FromWorker, ToWorker, WorkerReport } from '../messages.js';
import { createReportSum, type ReportSum } from '../sum-reports.js';
import { type LoadWorker, REPORT_GRACE_MS } from '../worker-process.js';
import type { AgentLink } from './agent-link.js';
import type { WorkerKind } from './protocol.js';

export function remoteWorker(link: AgentLink, kind: WorkerKind, index: number): LoadWorker {
  const nowMs = monotonicClock();
  /** By loop; null for one without connections here. */
  let sums: (ReportSum | null)[] = [];
  let parts = 0;
  let gap: string | null = null;
  let waiting: { type: FromWorker['type']; settle(said: FromWorker | null): void } | undefined;

  const begin = (loops: readonly boolean[]) => {
    sums = loops.map((hasConnections) => (hasConnections ? createReportSum() : null));
    parts = 0;
    gap = null;
  };
  const add = (sum: ReportSum | null | undefined, report: WorkerReport) => {
    try {
      sum?.add(report);
    } catch {
      link.drop('it told of latencies that cannot be read');
    }
  };
  link.onSaid((ofKind, worker, said) => {
    if (ofKind !== kind || worker !== index) return;
    if (said.type === 'part') {
      parts++;
      if (said.number !== parts) gap ??= `part ${said.number} came where ${parts} was due`;
      add(sums[said.loop], said.report);
    } else if (said.type === 'failed') {
      link.drop(`one of its load workers failed: ${said.message}`);
    } else if (said.type === waiting?.type) waiting.settle(said);
  });
  link.onLost(() => waiting?.settle(null));

  /** @returns null where the agent is lost before it answers */
  function ask<Type extends FromWorker['type']>(
    message: ToWorker,
    type: Type,
    untilMs = 0,
  ): Promise<Extract<FromWorker, { type: Type }> | null> {
    return new Promise((resolve) => {
      const patienceMs = Math.max(0, untilMs - nowMs()) + REPORT_GRACE_MS;
      const timer = setTimeout(() => link.drop('a load worker did not answer in time'), patienceMs);
      const settle = (said: FromWorker | null) => {
        clearTimeout(timer);
        waiting = undefined;
        resolve(said as Extract<FromWorker, { type: Type }> | null);
      };
      waiting = { type, settle };
      if (link.lost() === null) link.order(kind, index, message);
      else settle(null);
    });
  }
  const lostError = () =>
    new LabError('AGENT_LOST', `The agent ${link.name} was lost: ${link.lost()}.`);
  const assertThere = () => {
    if (link.lost() !== null) throw lostError();
  };
  const finish = (told: number | undefined) => {
    if (told !== undefined && told !== parts) gap ??= `${told} parts were told, ${parts} came`;
  };
  const reportOf = (sum: ReportSum): WorkerReport => ({
    ...sum.report(),
    agent: {
      name: link.name,
      lost: link.lost(),
      gap,
      clockUncertaintyMs: link.clock().uncertaintyMs,
    },
  });

  return {
    process: {
      tier: 'loadGenerator',
      name: `${link.name}: shard ${index + 1}`,
      pid: null,
      agent: link.name,
      async readUsage() {
        const said = await link.usage();
        const own = said?.workers.find((each) => each.kind === kind && each.worker === index);
        return own?.usage
          ? { ...own.usage, atSeconds: (said as { atSeconds: number }).atSeconds }
          : null;
      },
    },
    ready: Promise.resolve(),
    usable: () => link.lost() === null,
    async run(order) {
      assertThere();
      begin([true]);
      const { offsetMs } = link.clock();
      const said = await ask(
        {
          type: 'start',
          order: {
            ...order,
            streamed: true,
            windowFromMs: order.windowFromMs + offsetMs,
            windowToMs: order.windowToMs + offsetMs,
            ...(order.startMs !== undefined && { startMs: order.startMs + offsetMs }),
          },
        },
        'report',
        order.windowToMs,
      );
      const [sum] = sums as [ReportSum];
      if (said) add(sum, said.report);
      finish(said?.parts);
      return reportOf(sum);
    },
    async open(order) {
      assertThere();
      begin(order.loops.map(({ connections }) => connections.length > 0));
      const said = await ask({ type: 'open', order: { ...order, streamed: true } }, 'opened');
      if (!said) throw lostError();
    },
    async load(loop, window) {
      assertThere();
      const sum = sums[loop];
      const before = sum?.answered() ?? 0;
      const { offsetMs } = link.clock();
      const message: ToWorker = {
        type: 'load',
        loop,
        window: {
          ...window,
          fromMs: window.fromMs + offsetMs,
          toMs: window.toMs + offsetMs,
          untilMs: window.untilMs + offsetMs,
          ...(window.startMs !== undefined && { startMs: window.startMs + offsetMs }),
        },
      };
      const said = await ask(message, 'drained', window.untilMs);
      // Of one that is lost, what it has told until then.
      return said?.answered ?? (sum?.answered() ?? 0) - before;
    },
    async close() {
      if (sums.length === 0) return [];
      const said = await ask({ type: 'close' }, 'closed');
      for (const [loop, report] of (said?.reports ?? []).entries()) {
        if (report) add(sums[loop], report);
      }
      finish(said?.parts);
      const reports = sums.map((sum) => (sum ? reportOf(sum) : null));
      sums = [];
      return reports;
    },
    abort() {
      if (link.lost() === null) link.order(kind, index, { type: 'abort' });
    },
    // The agent ends them with the run.
    stop() {},
  };
}
