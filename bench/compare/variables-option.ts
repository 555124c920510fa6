/** The option that sets environment variables of one side of a comparison. */
import { type OptionKind, usageError } from '../options.js';

/** Variables by owner: `{"session#2": {"LOG_LEVEL": "info"}}`. */
export type OwnedVariables = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * "session#2.UV_THREADPOOL_SIZE=2,jwt.LOG_LEVEL=info" -> variables by owner. A value holds no comma.
 * Given again, the variables add up.
 */
export function variables(help: string): OptionKind<OwnedVariables> {
  return {
    takes: 'OWNER.NAME=VALUE,…',
    allowed: 'variables as OWNER.NAME=VALUE with commas between, NAME in capitals',
    help,
    parse(text) {
      const parts = text.split(',').map(readVariable);
      const known = parts.filter((part) => part !== undefined);
      return known.length === parts.length ? known.reduce(joinVariables) : undefined;
    },
    join: joinVariables,
  };
}

function readVariable(text: string): OwnedVariables | undefined {
  const [, owner, name, value] = /^([a-z][\w#-]*)\.([A-Z][A-Z0-9_]*)=(.*)$/.exec(text) ?? [];
  return owner === undefined || name === undefined || value === undefined
    ? undefined
    : { [owner]: { [name]: value } };
}

/** @throws LabError OPTION_INVALID where both set the same variable of the same owner */
function joinVariables(earlier: OwnedVariables, later: OwnedVariables): OwnedVariables {
  const joined = new Map(Object.entries(earlier));
  for (const [owner, added] of Object.entries(later)) {
    const before = joined.get(owner) ?? {};
    const twice = Object.keys(added).find((name) => Object.hasOwn(before, name));
    if (twice !== undefined) {
      throw usageError(
        'OPTION_INVALID',
        `${owner}.${twice} is set twice, to "${before[twice]}" and to "${added[twice]}". Set each variable of a side once.`,
      );
    }
    joined.set(owner, { ...before, ...added });
  }
  return Object.fromEntries(joined);
}
