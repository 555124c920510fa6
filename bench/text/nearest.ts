/** Of names that are known, the one that a mistyped word most likely means. */

/**
 * null where none is near: then a suggestion would only mislead.
 *
 * @param word as typed
 */
export function nearest(word: string, names: readonly string[]): string | null {
  const typed = word.toLowerCase();
  const found = names
    .map((name) => ({ name, distance: distanceOf(typed, name.toLowerCase()) }))
    .sort((first, second) => first.distance - second.distance)[0];
  if (found && found.distance <= Math.max(1, Math.floor(typed.length / 3))) return found.name;
  // What was begun and not ended: --conn for --connections.
  const begun =
    typed.length < 3 ? [] : names.filter((name) => name.toLowerCase().startsWith(typed));
  return begun[0] ?? null;
}

/** "Did you mean "--rounds"? " or nothing; stands before the list of what is allowed. */
export function didYouMean(word: string, names: readonly string[]): string {
  const found = nearest(word, names);
  return found === null ? '' : `Did you mean ${found}? `;
}

/** Letters put in, left out, replaced, or exchanged with the next (optimal string alignment). */
function distanceOf(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const least = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1),
      );
      const exchanged =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      current.push(exchanged ? Math.min(least, (before[column - 2] as number) + 1) : least);
    }
    before = last;
    last = current;
  }
  return last[to.length] as number;
}
