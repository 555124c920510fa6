/** Reports of load workers on other machines -> what each of these machines did in a trial. Pure. */
import type { LoadRecord } from '../load/load-mode.js';
import type { WorkerReport } from '../load/messages.js';
import type { Trial } from '../model/result-schema.js';

type TrialAgent = NonNullable<Trial['agents']>[number];

/** @returns nothing where all load came from this machine */
export function agentsPart(
  windows: LoadRecord['windows'],
): Partial<Pick<Trial, 'agents' | 'loadWorkers'>> {
  const reports = windows.flatMap((window) => window.reports);
  const names = [...new Set(reports.flatMap(({ agent }) => agent?.name ?? []))].sort();
  if (names.length === 0) return {};
  const agents = names.map((name) =>
    agentFrom(
      name,
      reports.filter(({ agent }) => agent?.name === name),
    ),
  );
  return { agents, loadWorkers: Math.max(...windows.map((window) => window.reports.length)) };
}

function agentFrom(name: string, reports: readonly WorkerReport[]): TrialAgent {
  const lost = reports.find(({ agent }) => agent?.lost)?.agent?.lost;
  const gap = reports.find(({ agent }) => agent?.gap)?.agent?.gap;
  const openLoops = reports.flatMap(({ openLoop }) => openLoop ?? []);
  const planned = sum(openLoops.map((each) => each.planned));
  return {
    name,
    requests: sum(reports.map(({ requests }) => requests)),
    eventLoopUtilization: Math.max(0, ...reports.map(utilizationOf)),
    lateStarts: sum(reports.map(({ sending }) => sending?.lateStarts ?? 0)),
    ...(planned > 0 && { lateShare: sum(openLoops.map(({ late }) => late)) / planned }),
    clockUncertaintyMs: Math.max(...reports.map(({ agent }) => agent?.clockUncertaintyMs ?? 0)),
    ...(lost && { lost }),
    ...(gap && { gap }),
  };
}

function utilizationOf({ sending }: WorkerReport): number {
  if (!sending) return 0;
  const { activeMs, idleMs } = sending;
  return activeMs + idleMs <= 0 ? 0 : Math.min(1, activeMs / (activeMs + idleMs));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
