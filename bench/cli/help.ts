/** What `lab help` prints. */
import type { OptionTable } from './parse-options.js';
import type { Verb } from './verbs/verb.js';

/** A terminal is at least so wide. */
const WIDTH = 80;
/** What is longer stands on a line of its own, above its explanation. */
const LEFT_WIDTH = 30;
const INDENT = '  ';

/** Taken by the command line itself, before the verb. */
const ALONGSIDE: OptionTable = {
  alongside: {
    flag: true,
    help: 'measure although another run measures on this machine',
  },
};

/** All verbs, a line or two each. */
export async function helpOfVerbs(
  verbs: Readonly<Record<string, () => Promise<Verb>>>,
): Promise<string> {
  const lines = await Promise.all(
    Object.entries(verbs).map(async ([name, load]) =>
      inTwoColumns(name, (await load()).summary, 12),
    ),
  );
  return [
    'Usage: npm run lab -- <verb> [options]',
    lines.join('\n'),
    'Options of a verb: npm run lab -- help <verb>',
  ].join('\n\n');
}

/** One verb with its options. */
export async function helpOfVerb(name: string, verb: Verb): Promise<string> {
  const options = { ...(await verb.options()), ...(verb.measures && ALONGSIDE) };
  const words = [name, verb.positionals, Object.keys(options).length > 0 ? '[options]' : ''];
  const head = `Usage: npm run lab -- ${words.filter(Boolean).join(' ')}\n\n${wrap(verb.summary, WIDTH).join('\n')}`;
  const described = describeOptions(options);
  return described ? `${head}\n\n${described}` : head;
}

function describeOptions(table: OptionTable): string {
  return Object.entries(table)
    .map(([name, option]) =>
      inTwoColumns(
        'flag' in option ? `--${name}` : `--${name} ${option.takes}`,
        option.help,
        LEFT_WIDTH,
      ),
    )
    .join('\n');
}

function inTwoColumns(left: string, right: string, leftWidth: number): string {
  const column = INDENT.length + leftWidth;
  const explained = wrap(right, WIDTH - column).map((line) => ' '.repeat(column) + line);
  if (left.length + 2 <= leftWidth) {
    const [first = '', ...rest] = explained;
    return [INDENT + left + first.slice(INDENT.length + left.length), ...rest].join('\n');
  }
  // A list of names breaks at its commas.
  const names = wrap(left.replaceAll(/(?<=[,|])/g, '\u200b'), WIDTH - 2 * INDENT.length, '\u200b');
  const [head = '', ...more] = names;
  return [INDENT + head, ...more.map((line) => INDENT + INDENT + line), ...explained].join('\n');
}

/** @param between where a line may break: words, or places that are marked */
function wrap(text: string, width: number, between = ' '): string[] {
  const joint = between === ' ' ? ' ' : '';
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(between)) {
    if (line !== '' && line.length + joint.length + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : line + joint + word;
    }
  }
  return [...lines, line];
}
