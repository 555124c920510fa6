import type { webcrypto } from 'node:crypto';
import type { JWK } from 'jose';
import type { KeyMaterial } from './key-material.js';
import type { SigningKey } from './key-set.js';

/** A key and its times, in milliseconds since the epoch. */
export interface TimedKey {
  readonly material: KeyMaterial;
  /** It verifies as soon as it exists; it signs from here on. Infinity: it never signs. */
  readonly signsFrom: number;
  /** Infinity: no end is set. */
  readonly endsAt: number;
}

/** What is known of keys at one moment. It does not change; time decides what it answers. */
export interface KeyRing {
  signing(now: number): SigningKey | undefined;
  verifying(kid: string, now: number): webcrypto.CryptoKey | undefined;
  published(now: number): JWK[];
}

export function createKeyRing(keys: readonly TimedKey[]): KeyRing {
  const byKid = new Map(keys.map((key) => [key.material.kid, key]));
  const oldestFirst = keys.toSorted((a, b) => a.signsFrom - b.signsFrom);

  return {
    signing: (now) => {
      const able = oldestFirst.filter(({ endsAt }) => endsAt > now);
      // Before the first key's time there is no older one to wait with: the clock is a little behind.
      const { material } = able.findLast(({ signsFrom }) => signsFrom <= now) ?? able[0] ?? {};
      return material?.signing === undefined
        ? undefined
        : { kid: material.kid, alg: material.algorithm.name, key: material.signing };
    },
    verifying: (kid, now) => {
      const key = byKid.get(kid);
      return key !== undefined && key.endsAt > now ? key.material.verifying : undefined;
    },
    published: (now) =>
      oldestFirst.flatMap(({ material, endsAt }) =>
        material.publicJwk !== undefined && endsAt > now ? [material.publicJwk] : [],
      ),
  };
}
