/** A table for a terminal: cells wrap at words until the whole fits. */
import { type Table, textOfCell } from './blocks.js';

const GAP = '  ';

/**
 * @param width of the terminal, in characters; exceeded only where single words are too long for it
 * @returns lines without a line break at the end of any
 */
export function renderTextTable({ columns, rows }: Table, width: number): string[] {
  const lines = [columns.map(({ label }) => label), ...rows.map((row) => row.map(textOfCell))];
  const widths = fittingWidths(
    columns.map((_, column) => lines.map((line) => line[column] ?? '')),
    width - GAP.length * (columns.length - 1),
  );
  const render = (line: readonly string[]): string[] => {
    const cells = line.map((cell, column) => wrap(cell, widths[column] ?? 0));
    const height = Math.max(...cells.map((parts) => parts.length));
    return Array.from({ length: height }, (_, at) =>
      cells
        .map((parts, column) => {
          const size = widths[column] ?? 0;
          const part = parts[at] ?? '';
          return columns[column]?.align === 'right' ? part.padStart(size) : part.padEnd(size);
        })
        .join(GAP)
        .trimEnd(),
    );
  };
  const [head = [], ...body] = lines.map(render);
  return [...head, widths.map((size) => '-'.repeat(size)).join(GAP), ...body.flat()];
}

/** Takes from the widest column again and again; none becomes narrower than its longest word. */
function fittingWidths(columns: string[][], room: number): number[] {
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)));
  const least = columns.map((cells) =>
    Math.max(...cells.flatMap((cell) => cell.split(' ')).map((word) => word.length)),
  );
  for (;;) {
    const total = widths.reduce((sum, size) => sum + size, 0);
    const spare = widths.map((size, column) => size > (least[column] ?? 0));
    if (total <= room || !spare.includes(true)) break;
    const widest = Math.max(...widths.filter((_, column) => spare[column]));
    const column = widths.findIndex((size, index) => spare[index] && size === widest);
    widths[column] = widest - 1;
  }
  // What wrapping leaves unused is given back.
  return widths.map((size, column) =>
    Math.max(
      ...(columns[column] ?? []).flatMap((cell) => wrap(cell, size)).map((part) => part.length),
    ),
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
