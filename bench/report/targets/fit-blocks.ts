/**
 * What sections say of strategies and their instances, as it is said of targets: no column counts instances that
 * the lab cannot count.
 */
import type { Block, Cell, Table } from '../../text/blocks.js';

const NOT_OF_TARGETS: readonly string[] = [
  ...['Instances', 'Inst.', 'Service', 'Growth', 'All servers', 'Redis commands'],
];
const RENAMED: Readonly<Record<string, string>> = { Strategy: 'Target' };

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/ Inst\.: instances\./g, ''],
  [/, and growth over the smallest number of instances/g, ''],
  [/, by the number of application instances/g, ''],
  [/ An instance is one process of the service\./g, ''],
  [/of every workload, number of instances and figure/g, 'of every workload and figure'],
  [/strategy × instances/g, 'one target'],
  [/commands to Redis, and bytes/g, 'bytes'],
  [/each strategy/g, 'each target'],
  [/second strategy over first/g, 'second target over first'],
  [/any strategy/g, 'any target'],
];

export function fitToTargets(blocks: readonly Block[]): Block[] {
  return blocks.map((block) => {
    switch (block.kind) {
      case 'table':
        return fitTable(block);
      case 'paragraph':
      case 'notice':
        return { ...block, text: fitText(block.text) };
      case 'list':
        return { ...block, items: block.items.map(fitText) };
      case 'figures':
        return { ...block, caption: fitText(block.caption) };
      default:
        return block;
    }
  });
}

function fitText(text: string): string {
  return WORDS.reduce((fitted, [of, by]) => fitted.replace(of, by), text);
}

function fitTable({ columns, rows, rowHeaders, caption, ...table }: Table): Table {
  const isKept = (_: unknown, index: number) =>
    !NOT_OF_TARGETS.includes(columns[index]?.label ?? '');
  const kept = <Item>(items: readonly Item[]): Item[] => items.filter(isKept);
  return {
    ...table,
    caption: fitText(caption),
    columns: kept(columns).map(({ label, align }) => ({ label: RENAMED[label] ?? label, align })),
    rows: rows.map((row) => kept<Cell>(row)),
    rowHeaders: columns.slice(0, rowHeaders).filter(isKept).length,
  };
}
