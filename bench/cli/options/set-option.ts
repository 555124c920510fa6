/** Environment variables of one variant alone: the option, and what is wrong with it. */
import { usageError } from '../../model/errors.js';
import { type Environments, NODE_FLAGS, type Variant } from '../../model/variant.js';
import { didYouMean } from '../../text/nearest.js';
import type { OptionKind } from '../parse-options.js';
import { refuse } from './run-options.js';

/**
 * "session#2.UV_THREADPOOL_SIZE=2,jwt.LOG_LEVEL=info" -> variables by the id of a variant. A value holds no comma.
 * Given again, the variables add up.
 */
export const setOption: OptionKind<Environments> = {
  takes: 'VARIANT.NAME=VALUE,…',
  allowed: 'variables as VARIANT.NAME=VALUE with commas between, NAME in capitals',
  help: 'environment variables of one variant, for instance session#2.UV_THREADPOOL_SIZE=2 beside --strategies session,session; given again, they add up',
  parse(text) {
    const parts = text.split(',').map(readVariable);
    const known = parts.filter((part) => part !== undefined);
    return known.length === parts.length ? known.reduce(joinVariables) : undefined;
  },
  join: joinVariables,
};

function readVariable(text: string): Environments | undefined {
  const [, variant, name, value] = /^([a-z][\w#-]*)\.([A-Z][A-Z0-9_]*)=(.*)$/.exec(text) ?? [];
  return variant === undefined || name === undefined || value === undefined
    ? undefined
    : { [variant]: { [name]: value } };
}

/** @throws LabError OPTION_INVALID where both set the same variable of the same variant */
function joinVariables(earlier: Environments, later: Environments): Environments {
  const joined = new Map(Object.entries(earlier));
  for (const [variant, added] of Object.entries(later)) {
    const before = joined.get(variant) ?? {};
    const twice = Object.keys(added).find((name) => Object.hasOwn(before, name));
    if (twice !== undefined) {
      throw usageError(
        'OPTION_INVALID',
        `${variant}.${twice} is set twice, to "${before[twice]}" and to "${added[twice]}". Set each variable of a variant once.`,
      );
    }
    joined.set(variant, { ...before, ...added });
  }
  return Object.fromEntries(joined);
}

/** @throws LabError OPTION_INVALID, exit code 2, where it names a variant that is not there */
export function assertVariants(set: Environments | undefined, variants: readonly Variant[]): void {
  const ids = variants.map(({ id }) => id);
  const unknown = Object.keys(set ?? {}).find((id) => !ids.includes(id));
  refuse(
    unknown !== undefined,
    `--set names "${unknown}", which is no variant of this run. Its variants: ${ids.join(', ')}.`,
  );
}

/** What the lab gives each instance: another value would measure something else, or not reach it. */
const SET_BY_THE_LAB: readonly string[] = [
  ...['AUTH_STRATEGY', 'AUTHORITY_URL', 'COUNTERS', 'DATABASE_URL', 'HOST', 'NODE_ENV', 'PORT'],
  ...['JWKS_URL', 'PREDICTION_URL', 'REDIS_URL', 'SERVICE_URL'],
  'DATABASE_REPLICA_URL',
];
/** Of Node.js and the C library, which the service does not read itself. */
const OF_THE_RUNTIME: readonly string[] = [
  ...['MALLOC_ARENA_MAX', NODE_FLAGS, 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'TZ'],
  ...['UV_THREADPOOL_SIZE', 'UV_USE_IO_URING'],
];

/** Those of the service that somebody else may set, for instance in a lesson. */
export function settableOf(known: readonly string[]): string[] {
  return known.filter((name) => !SET_BY_THE_LAB.includes(name));
}

/**
 * A variable that nobody reads would be recorded as if it had been measured.
 *
 * @param known names that the service reads
 * @throws LabError OPTION_INVALID, exit code 2, that names the variable
 */
export function assertVariables(set: Environments | undefined, known: readonly string[]): void {
  const settable = [...settableOf(known), ...OF_THE_RUNTIME];
  for (const [variant, values] of Object.entries(set ?? {})) {
    for (const name of Object.keys(values)) {
      refuse(
        SET_BY_THE_LAB.includes(name),
        `--set ${variant}.${name} cannot be had: the lab sets ${name} itself for every instance.`,
      );
      refuse(
        !settable.includes(name),
        `--set ${variant}.${name}: the service knows no variable ${name}. ${didYouMean(name, settable) || `It knows ${settable.join(', ')}.`}`.trimEnd(),
      );
    }
  }
}

/** As it is to be typed; quoted, since a shell takes # for a comment. */
export function typedSet(set: Environments): string {
  const parts = Object.entries(set).flatMap(([variant, values]) =>
    Object.entries(values).map(([name, value]) => `${variant}.${name}=${value}`),
  );
  return `'${parts.join(',')}'`;
}
