/**
 * How the machine's pace changed through a block, as its other sides felt it. Strategies that are
 * measured in turns share the machine's good and bad seconds; what is left when these are taken out
 * belongs to the one strategy.
 */

/**
 * @param turnsRps for each side its throughput in each turn; as many turns for all
 * @returns for each side and turn the pace of the others, 1 on average; null without others
 */
export function paceOfOthers(turnsRps: readonly (readonly number[])[]): (number[] | null)[] {
  const paces = turnsRps.map((turns) => {
    const mean = turns.reduce((sum, rps) => sum + rps, 0) / turns.length;
    return mean > 0 ? turns.map((rps) => rps / mean) : null;
  });
  return paces.map((_, own) => {
    const others = paces.filter((pace, index): pace is number[] => index !== own && pace !== null);
    if (others.length === 0) return null;
    const turns = others[0]?.length ?? 0;
    return Array.from(
      { length: turns },
      (_, turn) => others.reduce((sum, pace) => sum + (pace[turn] ?? 0), 0) / others.length,
    );
  });
}
