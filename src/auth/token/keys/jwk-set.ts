import type { JWK } from 'jose';
import * as z from 'zod';
import type { Algorithm } from './algorithms.js';
import { hasPrivatePart, importKey, type KeyMaterial } from './key-material.js';
import { algorithmOf, contradictionOf, problemOfKey } from './key-policy.js';

/** Strings where RFC 7517 and RFC 7518 want strings; other members are nobody's business here. */
const text = z.string().optional();
const jwkSetSchema = z.object({
  keys: z.array(
    z.looseObject({
      kty: z.string(),
      kid: text,
      alg: text,
      use: text,
      key_ops: z.array(z.string()).optional(),
    }),
  ),
});

export interface JwkSetResult {
  /** In the order of the set. Empty when there are problems. */
  readonly keys: readonly KeyMaterial[];
  /** Sentences that name the key. */
  readonly problems: readonly string[];
}

/** The keys of one algorithm in a JWK Set of our own, the first for signing. Strict: we wrote it. */
export async function readOwnKeys(value: unknown, algorithm: Algorithm): Promise<JwkSetResult> {
  const set = parse(value);
  if (set === undefined) {
    return NOT_A_SET;
  }
  const unknown = set.filter(({ jwk }) => algorithmOf(jwk) === undefined);
  const mine = set.filter(({ jwk }) => algorithmOf(jwk) === algorithm);
  return collect(algorithm, mine, [
    ...problemsOfNames(set),
    ...unknown.map(({ label, jwk }) => `${label} has alg ${jwk.alg ?? jwk.kty}, unknown here`),
    ...set
      .filter((key) => !mine.includes(key))
      .flatMap(({ jwk, label }) => prefix(label, contradictionOf(jwk))),
    ...mine.flatMap(({ jwk, label }, index) =>
      prefix(label, problemOfKey(jwk, algorithm, index === 0 ? 'sign' : 'verify')),
    ),
  ]);
}

/**
 * The keys of one algorithm in a JWK Set of somebody else, for verifying. Keys for other purposes
 * are theirs to have (RFC 7517, section 5); a private one is a leak, and then nothing of it counts.
 */
export async function readForeignKeys(value: unknown, algorithm: Algorithm): Promise<JwkSetResult> {
  const set = parse(value);
  if (set === undefined) {
    return NOT_A_SET;
  }
  const mine = set.filter(
    ({ jwk }) =>
      algorithmOf(jwk) === algorithm &&
      (jwk.alg !== undefined || jwk.crv === algorithm.curve) &&
      (jwk.use ?? 'sig') === 'sig' &&
      (jwk.key_ops?.includes('verify') ?? true),
  );
  return collect(algorithm, mine, [
    ...set
      .filter(({ jwk }) => hasPrivatePart(jwk))
      .map(({ label }) => `${label} is published with its private part`),
    ...problemsOfNames(mine),
    ...mine.flatMap(({ jwk, label }) => prefix(label, problemOfKey(jwk, algorithm, 'verify'))),
  ]);
}

interface NamedKey {
  readonly jwk: JWK;
  /** How messages call it. */
  readonly label: string;
}

const NOT_A_SET: JwkSetResult = {
  keys: [],
  problems: ['is not a JWK Set (RFC 7517, section 5)'],
};

function parse(value: unknown): NamedKey[] | undefined {
  const parsed = jwkSetSchema.safeParse(value);
  return parsed.data?.keys.map((jwk, index, { length }) => ({
    jwk: jwk as JWK,
    label: jwk.kid === undefined ? `key ${index + 1} of ${length}` : `key ${shorten(jwk.kid)}`,
  }));
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

async function collect(
  algorithm: Algorithm,
  mine: readonly NamedKey[],
  problems: readonly string[],
): Promise<JwkSetResult> {
  if (problems.length > 0) {
    return { keys: [], problems };
  }
  if (mine.length === 0) {
    return { keys: [], problems: [`holds no key for ${algorithm.name}`] };
  }
  const imported = await Promise.allSettled(mine.map(({ jwk }) => importKey(jwk, algorithm)));
  const unreadable = imported.flatMap((result, index) =>
    result.status === 'rejected'
      ? [`${mine[index]?.label} is no ${algorithm.name} key: ${messageOf(result.reason)}`]
      : [],
  );
  return unreadable.length > 0
    ? { keys: [], problems: unreadable }
    : {
        keys: imported.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
        problems: [],
      };
}

function prefix(label: string, problem: string | undefined): string[] {
  return problem === undefined ? [] : [`${label} ${problem}`];
}

function shorten(kid: string): string {
  return JSON.stringify(kid.length > 64 ? `${kid.slice(0, 64)}…` : kid);
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
