/**
 * An arm is one side of a comparison. Usually it bears the name of its strategy; in an A/A run the
 * same strategy has two arms.
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
  return arm.replace(/#\d+$/, '');
}
