import { strategies } from '../../src/auth/registry.js';
import type { Attack, AttackFamily, Outcome } from '../attacks/attack.js';

const TABLE_BEGINS = '<!-- made by npm run docs:security: begin -->';
const TABLE_ENDS = '<!-- made by npm run docs:security: end -->';

const MARKS: Readonly<Record<Exclude<Outcome['kind'], 'not-applicable'>, string>> = {
  refused: 'yes',
  'until-expiry': 'expiry',
  'elsewhere-until-expiry': 'here',
  never: 'no',
};

/** The table attack against strategy, in Markdown: the code of the tests is its only source. */
export async function renderSecurityTable(families: readonly AttackFamily[]): Promise<string> {
  const columns = await loadColumns();
  const reasons: string[] = [];
  const cell = (attack: Attack, { module }: Column): string => {
    const outcome = attack.outcome(module);
    if (outcome.kind !== 'not-applicable') {
      return MARKS[outcome.kind];
    }
    if (!reasons.includes(outcome.because)) {
      reasons.push(outcome.because);
    }
    return letterOf(reasons.indexOf(outcome.because));
  };
  const blocks = families.map(({ name, attacks }) =>
    [
      `### ${name}`,
      '',
      `| attack | ${columns.map(({ name: column }) => column).join(' | ')} |`,
      `| - |${' - |'.repeat(columns.length)}`,
      ...attacks.map(
        (attack) =>
          `| ${attack.title} | ${columns.map((each) => cell(attack, each)).join(' | ')} |`,
      ),
      '',
    ].join('\n'),
  );
  const legend = reasons.map((because, index) => `- ${letterOf(index)}: ${because}.`);
  return [...blocks, 'Why an attack does not apply:', '', ...legend].join('\n');
}

interface Column {
  readonly name: string;
  readonly module: Awaited<ReturnType<(typeof strategies)[string]>>;
}

/** All but the control, which believes every caller. */
async function loadColumns(): Promise<Column[]> {
  const all = await Promise.all(
    Object.entries(strategies).map(async ([name, load]) => ({ name, module: await load() })),
  );
  return all.filter(({ module }) => !module.description.control);
}

function letterOf(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}

/** The text between the two marks. @throws RangeError where they are not */
export function readTable(document: string): string {
  const [from, to] = [document.indexOf(TABLE_BEGINS), document.indexOf(TABLE_ENDS)];
  if (from === -1 || to < from) {
    throw new RangeError(`no ${TABLE_BEGINS} with its end`);
  }
  return document.slice(from + TABLE_BEGINS.length, to).trim();
}

export function replaceTable(document: string, table: string): string {
  const current = readTable(document);
  return document.replace(current === '' ? TABLE_BEGINS : current, () =>
    current === '' ? `${TABLE_BEGINS}\n\n${table}\n` : table,
  );
}
