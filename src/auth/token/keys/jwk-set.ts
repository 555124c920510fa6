import type { JWK } from 'jose';
import * as z from 'zod';
import type { Algorithm } from './algorithms.js';
import { hasPrivatePart, importKey, type KeyMaterial } from './key-material.js';
import { algorithmOf, contradictionOf, type KeyRole, problemOfKey } from './key-policy.js';
import { sharedFactors } from './weakness/shared-factors.js';

/** Whatever the keys are: what is wrong with one of them is said of that one. */
const jwkSetSchema = z.object({ keys: z.array(z.unknown()) });

/** Strings where RFC 7517 and RFC 7518 want strings; other members are nobody's business here. */
const text = z.string().optional();
const jwkSchema = z.looseObject({
  kty: z.string(),
  kid: text,
  alg: text,
  use: text,
  key_ops: z.array(z.string()).optional(),
});

export interface OwnKeys {
  /** In the order of the set. Empty when there are problems. */
  readonly keys: readonly KeyMaterial[];
  /** Sentences that name the key. */
  readonly problems: readonly string[];
}

export interface ForeignKeys {
  readonly keys: readonly KeyMaterial[];
  /** Why nothing of the set counts. */
  readonly problem: string | undefined;
  /** Why single keys do not count: sentences that name the key, each told once. */
  readonly ignored: readonly string[];
}

/** The keys of one algorithm in a JWK Set of our own, the first for signing. Strict: we wrote it. */
export async function readOwnKeys(
  value: unknown,
  algorithm: Algorithm,
  readable = false,
): Promise<OwnKeys> {
  const set = parse(value);
  if (set === undefined) {
    return { keys: [], problems: [NOT_A_SET] };
  }
  const known = set.flatMap((entry) => (entry.jwk === undefined ? [] : [entry as NamedKey]));
  const mine = known.filter(({ jwk }) => algorithmOf(jwk) === algorithm);
  const problems = [
    ...set.filter(({ jwk }) => jwk === undefined).map(({ label }) => `${label} ${NOT_A_KEY}`),
    ...problemsOfNames(known),
    ...known.flatMap((key) => (mine.includes(key) ? [] : problemsOfOthers(key))),
    ...(await inTurn(mine, async ({ jwk, label }, index) =>
      prefix(label, await problemOfKey(jwk, algorithm, index === 0 ? 'sign' : 'verify')),
    )),
    ...sharedFactors(mine.map(({ jwk }) => jwk)).flatMap((index) =>
      prefix(mine[index]?.label, SHARED_FACTOR),
    ),
  ];
  if (problems.length > 0) {
    return { keys: [], problems };
  }
  if (mine.length === 0) {
    return { keys: [], problems: [`holds no key for ${algorithm.name}`] };
  }
  const imported = await inTurn(mine, async (key) => [await tryImport(key, algorithm, readable)]);
  const unreadable = imported.filter((result) => typeof result === 'string');
  const keys = imported.filter((result) => typeof result !== 'string');
  return unreadable.length > 0 ? { keys: [], problems: unreadable } : { keys, problems: [] };
}

/**
 * Reads JWK Sets of somebody else for the keys of one algorithm, for verifying. What is not understood
 * or must not be used is ignored (RFC 7517, section 5), key by key: one mistake there must not end
 * everybody's logins here. A private part is a leak, and then nothing of the set counts.
 *
 * It remembers the keys of the last set: they are judged and imported once, not at every look.
 */
export function createForeignKeyReader(
  algorithm: Algorithm,
): (value: unknown) => Promise<ForeignKeys> {
  let judged: ReadonlyMap<string, KeyMaterial | string> = new Map();
  const told = new Set<string>();

  const judge = async (key: NamedKey): Promise<KeyMaterial | string> =>
    judged.get(JSON.stringify(key.jwk)) ??
    (await problemsOfUse(key, algorithm, 'verify'))[0] ??
    tryImport(key, algorithm);

  return async (value) => {
    const set = parse(value);
    if (set === undefined) {
      return refused([NOT_A_SET]);
    }
    const leaked = set.filter(({ entry }) => isObject(entry) && hasPrivatePart(entry));
    if (leaked.length > 0) {
      return refused(leaked.map(({ label }) => `${label} is published with its private part`));
    }
    const known = set.flatMap((entry) => (entry.jwk === undefined ? [] : [entry as NamedKey]));
    const mine = known.filter(({ jwk }) => algorithmOf(jwk) === algorithm);
    const verdicts = await inTurn(mine, async (key) => [[key, await judge(key)] as const]);
    judged = new Map(verdicts.map(([{ jwk }, verdict]) => [JSON.stringify(jwk), verdict]));

    const good = verdicts.filter((each): each is [NamedKey, KeyMaterial] => {
      return typeof each[1] !== 'string';
    });
    const ambiguous = ambiguousNames(good.map(([key]) => key));
    const shared = new Set(sharedFactors(good.map(([{ jwk }]) => jwk)));
    const usable = good.filter(([{ jwk }], index) => {
      return !ambiguous.has(jwk.kid as string) && !shared.has(index);
    });
    const problems = [
      ...set.filter(({ jwk }) => jwk === undefined).map(({ label }) => `${label} ${NOT_A_KEY}`),
      ...known.flatMap((key) => (mine.includes(key) ? [] : problemsOfOthers(key))),
      ...verdicts.flatMap(([, verdict]) => (typeof verdict === 'string' ? [verdict] : [])),
      ...[...ambiguous].map((kid) => `key ${shorten(kid)} is there twice, with different keys`),
      ...good.flatMap(([{ label }], index) =>
        prefix(label, shared.has(index) ? SHARED_FACTOR : undefined),
      ),
    ];
    if (usable.length === 0) {
      return refused([`holds no key for ${algorithm.name} that can be used`, ...problems]);
    }
    return {
      keys: [...new Map(usable.map(([{ jwk }, material]) => [jwk.kid, material])).values()],
      problem: undefined,
      ignored: listed(tellOnce(problems, told)),
    };
  };
}

interface NamedKey {
  readonly jwk: JWK;
  /** How messages call it. */
  readonly label: string;
}

interface Entry extends Omit<NamedKey, 'jwk'> {
  readonly entry: unknown;
  /** Undefined where it has not the shape of a key. */
  readonly jwk: JWK | undefined;
}

const NOT_A_SET = 'is not a JWK Set (RFC 7517, section 5)';
const NOT_A_KEY = 'is not a JWK: an object with "kty", and strings where RFC 7517 has them';
const SHARED_FACTOR = 'has a modulus that shares a factor with another one of the set';
/** A set can have thousands of entries that are none, and each can say what it likes. */
const LISTED_MAX = 20;
const SENTENCE_LENGTH_MAX = 200;
/** What was told before and is forgotten is told again: better than to remember without a bound. */
const TOLD_MAX = 1000;

function refused(problems: readonly string[]): ForeignKeys {
  return { keys: [], problem: listed(problems).join('; '), ignored: [] };
}

function listed(problems: readonly string[]): string[] {
  const more = problems.length - LISTED_MAX;
  return [
    ...problems.slice(0, LISTED_MAX).map((problem) => problem.slice(0, SENTENCE_LENGTH_MAX)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

function parse(value: unknown): Entry[] | undefined {
  return jwkSetSchema.safeParse(value).data?.keys.map((entry, index, { length }) => {
    const jwk = jwkSchema.safeParse(entry).data as JWK | undefined;
    const kid = isObject(entry) ? entry.kid : undefined;
    const label = typeof kid === 'string' ? `key ${shorten(kid)}` : `key ${index + 1} of ${length}`;
    return { entry, jwk, label };
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

async function problemsOfUse(
  { jwk, label }: NamedKey,
  algorithm: Algorithm,
  role: KeyRole,
): Promise<string[]> {
  if (jwk.kid === undefined || jwk.kid === '') {
    return [`${label} has no kid`];
  }
  return prefix(label, await problemOfKey(jwk, algorithm, role));
}

/** Of keys that are not for this algorithm. */
function problemsOfOthers({ jwk, label }: NamedKey): string[] {
  return algorithmOf(jwk) === undefined
    ? [`${label} has alg ${jwk.alg ?? jwk.kty}, unknown here`]
    : prefix(label, contradictionOf(jwk));
}

function problemsOfNames(set: readonly NamedKey[]): string[] {
  const seen = new Set<string>();
  return set.flatMap(({ jwk: { kid }, label }) => {
    if (kid === undefined || kid === '') {
      return [`${label} has no kid`];
    }
    if (seen.has(kid)) {
      return [`${label} is there twice`];
    }
    seen.add(kid);
    return [];
  });
}

/** Names of which nobody can say which key they mean. The same key twice is one. */
function ambiguousNames(keys: readonly NamedKey[]): ReadonlySet<string> {
  const first = new Map<string, JWK>();
  const ambiguous = new Set<string>();
  for (const { jwk } of keys) {
    const other = first.get(jwk.kid as string) ?? jwk;
    first.set(jwk.kid as string, other);
    if (other.x !== jwk.x || other.y !== jwk.y || other.n !== jwk.n) {
      ambiguous.add(jwk.kid as string);
    }
  }
  return ambiguous;
}

/** The material, or a sentence that says why there is none. */
async function tryImport(
  { jwk, label }: NamedKey,
  algorithm: Algorithm,
  readable = false,
): Promise<KeyMaterial | string> {
  try {
    return await importKey(jwk, algorithm, readable);
  } catch (error) {
    return `${label} is no ${algorithm.name} key: ${messageOf(error)}`;
  }
}

/** One after the other: judging many keys at once would leave requests no time in between. */
async function inTurn<T, Result>(
  all: readonly T[],
  work: (each: T, index: number) => Promise<Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, each] of all.entries()) {
    results.push(...(await work(each, index)));
  }
  return results;
}

function tellOnce(problems: readonly string[], told: Set<string>): string[] {
  const fresh = problems.filter((problem) => !told.has(problem));
  if (told.size + fresh.length > TOLD_MAX) {
    told.clear();
  }
  for (const problem of problems.slice(0, TOLD_MAX)) {
    told.add(problem);
  }
  return fresh;
}

function prefix(label: string | undefined, problem: string | undefined): string[] {
  return problem === undefined ? [] : [`${label} ${problem}`];
}

function shorten(kid: string): string {
  return JSON.stringify(kid.length > 64 ? `${kid.slice(0, 64)}…` : kid);
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
