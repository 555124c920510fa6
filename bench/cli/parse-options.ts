/**
 * The options of every verb as one table: what each takes, and the words for a wrong one.
 */
import { parseArgs } from 'node:util';
import { usageError } from '../model/errors.js';
import { didYouMean } from '../text/nearest.js';

export interface OptionKind<Value> {
  /** For help, for instance "1,2,4". */
  takes: string;
  /** What is allowed, as the end of the sentence "… takes …". */
  allowed: string;
  help: string;
  /** undefined when the text is not allowed. */
  parse(text: string): Value | undefined;
  /** What the text that is not allowed may have meant; '' where nothing is near. */
  hint?(text: string): string;
  /**
   * Present where the option may be given again: what both say together. Without it the option is
   * meant once, and a second value is refused rather than silently taken for the first.
   *
   * @throws LabError OPTION_INVALID where the two contradict each other
   */
  join?(earlier: Value, later: Value): Value;
}

export interface Flag {
  flag: true;
  help: string;
}

export type OptionTable = Record<string, OptionKind<unknown> | Flag>;

export type ParsedOptions<Table extends OptionTable> = {
  [Name in keyof Table]: Table[Name] extends OptionKind<infer Value> ? Value | undefined : boolean;
};

/**
 * @param maxPositionals words that may stand without a dash
 * @throws LabError OPTION_UNKNOWN, OPTION_INVALID, ARGUMENT_UNEXPECTED with exit code 2
 */
export function parseOptions<Table extends OptionTable>(
  words: readonly string[],
  table: Table,
  maxPositionals = 0,
): { options: ParsedOptions<Table>; positionals: string[] } {
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(table).map(([name, option]) => [
        name,
        { type: 'flag' in option ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) if ('flag' in option) options[name] = false;
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind === 'option') {
      const value = readOption(table, token.name, token.rawName, token.value);
      options[token.name] = joinGiven(table, token.name, options[token.name], value);
    }
  }
  if (positionals.length > maxPositionals) {
    throw usageError(
      'ARGUMENT_UNEXPECTED',
      `"${positionals[maxPositionals]}" was not expected here.`,
    );
  }
  return { options: options as ParsedOptions<Table>, positionals };
}

function readOption(
  table: OptionTable,
  name: string,
  rawName: string,
  value: string | undefined,
): unknown {
  const option = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!option) {
    const known = Object.keys(table).map((each) => `--${each}`);
    throw usageError(
      'OPTION_UNKNOWN',
      `There is no option ${rawName} here. ${didYouMean(rawName, known) || `Allowed: ${known.join(', ') || 'none'}.`}`.trimEnd(),
    );
  }
  if ('flag' in option) {
    if (value === undefined) return true;
    throw usageError('OPTION_INVALID', `--${name} takes no value.`);
  }
  const parsed = value === undefined ? undefined : option.parse(value);
  if (parsed === undefined) {
    const got = value === undefined ? 'nothing' : `"${value}"`;
    const hint = value === undefined ? '' : (option.hint?.(value) ?? '');
    throw usageError(
      'OPTION_INVALID',
      `--${name} takes ${option.allowed}, not ${got}. ${hint}`.trimEnd(),
    );
  }
  return parsed;
}

/** A flag given again says nothing else than before. */
function joinGiven(table: OptionTable, name: string, earlier: unknown, later: unknown): unknown {
  const option = table[name];
  if (earlier === undefined || !option || 'flag' in option) return later;
  if (option.join) return option.join(earlier, later);
  throw usageError(
    'OPTION_INVALID',
    `--${name} is given more than once. Give it once: it takes ${option.allowed}.`,
  );
}

export function integer(low: number, high: number, help: string): OptionKind<number> {
  return {
    takes: 'N',
    allowed: `a whole number from ${low} to ${high}`,
    help,
    parse: (text) => (isBetween(text, /^\d{1,10}$/, low, high) ? Number(text) : undefined),
  };
}

export function decimal(low: number, high: number, help: string): OptionKind<number> {
  return {
    takes: 'N',
    allowed: `a number from ${low} to ${high}`,
    help,
    parse: (text) => (isBetween(text, /^\d{1,10}(\.\d+)?$/, low, high) ? Number(text) : undefined),
  };
}

export function oneOf<Name extends string>(names: readonly Name[], help: string): OptionKind<Name> {
  return {
    takes: names.join('|'),
    allowed: `one of ${names.join(', ')}`,
    help,
    parse: (text) => names.find((name) => name === text),
    hint: (text) => didYouMean(text, names),
  };
}

/** Names with commas between; the same name may come twice where that means something. */
export function listOf(
  names: readonly string[],
  help: string,
  { repeats = false } = {},
): OptionKind<string[]> {
  return {
    takes: names.join(','),
    allowed: `names from ${names.join(', ')} with commas between${repeats ? '' : ', each at most once'}`,
    help,
    parse(text) {
      const parts = text.split(',');
      const known = parts.every((part) => names.includes(part));
      return known && (repeats || new Set(parts).size === parts.length) ? parts : undefined;
    },
    hint(text) {
      const unknown = text.split(',').find((part) => !names.includes(part));
      if (unknown === undefined || unknown === '') return '';
      return `There is no "${unknown}". ${didYouMean(unknown, names)}`.trimEnd();
    },
  };
}

/** Whole numbers with commas between, each at most once; returned in rising order. */
export function integers(low: number, high: number, help: string): OptionKind<number[]> {
  return {
    takes: '1,2,4',
    allowed: `whole numbers from ${low} to ${high} with commas between, each at most once`,
    help,
    parse(text) {
      const parts = text.split(',');
      const fits = parts.every((part) => isBetween(part, /^\d{1,6}$/, low, high));
      const numbers = parts.map(Number).sort((a, b) => a - b);
      return fits && new Set(numbers).size === numbers.length ? numbers : undefined;
    },
  };
}

export function text(takes: string, help: string): OptionKind<string> {
  return {
    takes,
    allowed: 'a text that is not empty',
    help,
    parse: (given) => (given === '' ? undefined : given),
  };
}

function isBetween(given: string, shape: RegExp, low: number, high: number): boolean {
  return shape.test(given) && Number(given) >= low && Number(given) <= high;
}
