/**
 * An arm is one side of a comparison. Usually it bears the name of its strategy; in an A/A run the
 * same strategy has two arms: `session` and `session#2`. An arm can be given extra work, to check that
 * the lab finds a known difference: `session+busy2.5` spends 2.5 µs more CPU time on every GET.
 */

/** Names of arms: "session", and "session#2" where a strategy is named a second time. */
export function armNames(strategies: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return strategies.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}#${times}`;
  });
}

/** The strategy behind an arm. */
export function strategyOfArm(arm: string): string {
  return programOfArm(arm).replace(BUSY, '');
}

/** What runs in an arm, extra work included: arms with the same program can differ by noise alone. */
export function programOfArm(arm: string): string {
  return arm.replace(/#\d+$/, '');
}

/** Name of an arm with so much CPU time more for every GET; three decimals at most. */
export function busyArm(strategy: string, microseconds: number): string {
  return `${strategy}+busy${Number(microseconds.toFixed(3))}`;
}

/** What the instances of an arm are given beyond the environment that all arms share. */
export function environmentOfArm(arm: string): Record<string, string> {
  const microseconds = BUSY.exec(programOfArm(arm))?.[1];
  return microseconds === undefined ? {} : { INJECT_BUSY_MICROSECONDS: microseconds };
}

const BUSY = /\+busy(\d{1,6}(?:\.\d{1,3})?)$/;
