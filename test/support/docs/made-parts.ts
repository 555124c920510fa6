/**
 * Parts of pages that are made from the code: the tree of folders, and the rules that make a trial
 * invalid. `npm run docs:parts` writes them; a test holds the pages against them.
 */
import { readFileSync } from 'node:fs';
import { DRILLS, type Drill } from '../../../bench/experiments/drill/drills.js';
import { VALIDITY_RULES } from '../../../bench/measure/validity.js';
import { FAULTS } from '../../../bench/stage/faults/registry.js';

/** By half, in the order in which the folders may import: what each is for. */
export const LAYERS: Readonly<Record<'src' | 'bench', Readonly<Record<string, string>>>> =
  JSON.parse(readFileSync(new URL('../../../../layers.json', import.meta.url), 'utf8'));

export interface MadePart {
  /** Below docs/. */
  page: string;
  /** Of its markers in the page. */
  name: string;
  render(): string;
}

export const MADE_PARTS: readonly MadePart[] = [
  { page: 'architecture.md', name: 'tree of src', render: () => treeOf('src', LAYERS.src) },
  { page: 'architecture.md', name: 'tree of bench', render: () => treeOf('bench', LAYERS.bench) },
  { page: 'method.md', name: 'validity rules', render: renderValidityRules },
  { page: 'drills.md', name: 'drills', render: renderDrillTable },
];

/** @returns the page with the part in it @throws where the markers are not there */
export function withPart(text: string, { name, render }: MadePart): string {
  const [begin, end] = [`<!-- made by npm run docs:parts: ${name} -->`, '<!-- end -->'];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`no markers of "${name}"`);
  return `${text.slice(0, from + begin.length)}\n${render()}\n${text.slice(to)}`;
}

function treeOf(half: string, folders: Readonly<Record<string, string>>): string {
  const lines = Object.entries(folders).map(([path, purpose]) => {
    const depth = path.split('/').length;
    return { left: `${'  '.repeat(depth)}${path.split('/').at(-1)}/`, purpose };
  });
  const width = Math.max(...lines.map(({ left }) => left.length)) + 2;
  return [
    '```',
    `${half}/`,
    ...lines.map(({ left, purpose }) => left.padEnd(width) + purpose),
    '```',
  ].join('\n');
}

function renderDrillTable(): string {
  const rows = Object.entries<Drill>(DRILLS).map(([name, { question, fault, heldSeconds }]) => {
    const { title, undoTitle } = FAULTS[fault];
    const undo = undoTitle === null ? 'nothing' : `${undoTitle}, after ${heldSeconds} s`;
    return `| \`${name}\` | ${question} | ${title} | ${undo} |`;
  });
  return ['| drill | question | what is done | and undone by |', '| - | - | - | - |', ...rows].join(
    '\n',
  );
}

function renderValidityRules(): string {
  const rows = VALIDITY_RULES.map(({ code, rule }) => `| ${code} | ${rule} |`);
  return ['| code | the trial is invalid when |', '| - | - |', ...rows].join('\n');
}
