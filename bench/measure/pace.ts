/**
 * How the machine's pace changed through a trial. Three see it besides the variant itself: the other variants of the
 * block, which are measured in alternating turns; the load generator, which does the same work for every request
 * and at the same moments; and the system's own account of the CPU time that the processes of the trial were given.
 */
import type { Trial } from '../model/result-schema.js';

/**
 * @param windowsRps for each variant its throughput in each window; as many windows for all
 * @returns for each variant and window the pace of the others, 1 on average; null without others
 */
export function paceOfOthers(windowsRps: readonly (readonly number[])[]): (number[] | null)[] {
  const paces = windowsRps.map((windows) => {
    const mean = windows.reduce((sum, rps) => sum + rps, 0) / windows.length;
    return mean > 0 ? windows.map((rps) => rps / mean) : null;
  });
  return paces.map((_, own) => {
    const others = paces.filter((pace, index): pace is number[] => index !== own && pace !== null);
    if (others.length === 0) return null;
    const windows = others[0]?.length ?? 0;
    return Array.from(
      { length: windows },
      (_, window) => others.reduce((sum, pace) => sum + (pace[window] ?? 0), 0) / others.length,
    );
  });
}

/**
 * What the CPU time of the load generator per request says: it is warm since long ago, so a window in which a
 * request costs it more is one in which the machine was slower. In noisy hours the cost of a request at the
 * instances goes with it (docs/decisions/007).
 *
 * @returns for each window, 1 on average; null where it was not read
 */
export function paceOfGenerator(trial: SeenWindows): number[] | null {
  return relative(
    (trial.windowUses ?? []).map(
      ({ requests, cpuSeconds }) =>
        requests /
        sum(cpuSeconds.filter((_, index) => trial.processes[index]?.kind === 'loadGenerator')),
    ),
  );
}

/**
 * How much CPU time all processes of the trial together were given. In a closed loop there is always work, so a
 * window in which they got less is one in which the machine was elsewhere. A process that is not warm shows all
 * the same: it needs more CPU time for a request.
 *
 * @returns for each window, 1 on average; null where it was not read
 */
export function paceOfCpuGiven({ windowUses }: Pick<SeenWindows, 'windowUses'>): number[] | null {
  return relative((windowUses ?? []).map(({ seconds, cpuSeconds }) => sum(cpuSeconds) / seconds));
}

/** Both at once: how much CPU time the machine gave, and how fast it was. */
export function productOf(
  one: readonly number[] | null,
  other: readonly number[] | null,
): number[] | null {
  return one && other && one.map((pace, window) => pace * (other[window] ?? 1));
}

type SeenWindows = Partial<Pick<Trial, 'windowUses'>> & {
  processes: readonly Pick<Trial['processes'][number], 'kind'>[];
};

function relative(paces: readonly number[]): number[] | null {
  const mean = sum(paces) / paces.length;
  return Number.isFinite(mean) && mean > 0 ? paces.map((pace) => pace / mean) : null;
}

/** What could not be read is left out. */
function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
