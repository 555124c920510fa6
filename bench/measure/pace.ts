/**
 * How the machine's pace changed through a block, as its other variants felt it. Strategies that are
 * measured in alternating windows share the machine's good and bad seconds; what is left when these are taken out
 * belongs to the one strategy.
 */

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
