import type { webcrypto } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { JWK } from 'jose';
import type { Logger } from 'pino';
import { AppError, STARTUP_WAIT_MS, StartupError, unavailable } from '../../../server/errors.js';
import type { KeyMaterial } from './key-material.js';
import type { KeySet, SigningKey } from './key-set.js';

export interface LoadedKeys {
  readonly ring: KeyRing;
  /** How long the source says that this is good for. */
  readonly freshMs: number;
}

export interface RefreshedKeysOptions {
  /** Asks the source. @throws StartupError for what another try cannot mend */
  readonly load: () => Promise<LoadedKeys>;
  /** How the source is called in messages. */
  readonly source: string;
  /** What clients get when the source would have to be asked and does not answer. */
  readonly unavailableCode: 'database_unavailable' | 'authority_unavailable';
  /** Whether this process hands out the public keys. */
  readonly publishes: boolean;
  /** Longest that a request waits for the source. */
  readonly patienceMs: number;
  /** For how long the last good keys are used while the source does not answer. */
  readonly staleMs: number;
  readonly log: Logger;
  readonly now: () => number;
}

const STARTUP_RETRY_MS = 200;
/** Between two looks for a kid that is not known. */
const COOLDOWN_MS = 3000;
/** Between two looks while the source is away: what it knows is asked for soon after its return. */
const RETRY_MS = 1000;
/** Longer than any kid of a key; a token can hold a megabyte there. */
const KID_LENGTH_MAX = 256;

/**
 * Keys from a source that changes: looked at again on a timer and, with a pause between, for a kid
 * that is not known. While the source is away the last good keys stay.
 *
 * @throws StartupError of `load`, or `keys_unreachable` when the source does not answer in 5 s
 */
export async function openRefreshedKeys(options: RefreshedKeysOptions): Promise<KeySet> {
  const { load, log, now, publishes, source, unavailableCode } = options;
  const first = await loadAtStart(load, source);
  let ring = first.ring;
  let goodAt = now();
  let lookedAt = now();
  /** Set while the source is away. */
  let trouble: unknown;
  let looking: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const lookAgainIn = (ms: number) => {
    clearTimeout(timer);
    if (!closed) {
      timer = setTimeout(look, ms).unref();
    }
  };
  lookAgainIn(first.freshMs);

  /** One look at a time, and it never rejects. */
  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
      waiting = undefined;
    });
    return looking;
  }

  async function lookOnce(): Promise<void> {
    lookedAt = now();
    try {
      const loaded = await load();
      ring = loaded.ring;
      goodAt = now();
      if (trouble !== undefined) {
        trouble = undefined;
        log.info({ source }, 'keys can be refreshed again');
      }
      lookAgainIn(loaded.freshMs);
    } catch (error) {
      if (trouble === undefined) {
        // Once per outage, not at every try.
        log.warn({ source, error: messageOf(error) }, 'keys cannot be refreshed, old ones stay');
      }
      trouble = error;
      lookAgainIn(RETRY_MS);
    }
  }

  /** Undefined when what is known is too old to be trusted. */
  const current = () => (now() - goodAt <= options.staleMs ? ring : undefined);

  function answer(kid: string) {
    const key = current()?.verifying(kid, now());
    if (key === undefined && trouble !== undefined) {
      throw unavailable(unavailableCode, trouble);
    }
    return key;
  }

  return {
    signingKey: () => current()?.signing(now()),
    verificationKey: (kid) => {
      const key = current()?.verifying(kid, now());
      if (key !== undefined || kid.length > KID_LENGTH_MAX) {
        return key;
      }
      const cooldownMs = trouble === undefined ? COOLDOWN_MS : RETRY_MS;
      if (looking === undefined && Math.abs(now() - lookedAt) < cooldownMs) {
        return trouble === undefined
          ? undefined
          : heard(Promise.reject(unavailable(unavailableCode, trouble)));
      }
      // All who wait share one timer.
      waiting ??= withinPatience(look(), options.patienceMs, unavailableCode);
      return heard(waiting.then(() => answer(kid)));
    },
    publicKeys: () => (publishes ? { keys: current()?.published(now()) ?? [] } : undefined),
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** A caller that only wants what is known at once drops the promise; that must not end the process. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

async function loadAtStart(load: () => Promise<LoadedKeys>, source: string): Promise<LoadedKeys> {
  const deadline = performance.now() + STARTUP_WAIT_MS;
  for (;;) {
    try {
      return await load();
    } catch (error) {
      if (error instanceof StartupError) {
        throw error;
      }
      if (performance.now() + STARTUP_RETRY_MS > deadline) {
        throw new StartupError('keys_unreachable', `${source}: ${messageOf(error)}`, {
          cause: error,
        });
      }
      await delay(STARTUP_RETRY_MS);
    }
  }
}

async function withinPatience(
  look: Promise<void>,
  patienceMs: number,
  code: RefreshedKeysOptions['unavailableCode'],
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable(code, 'deadline')), patienceMs);
  });
  try {
    await Promise.race([look, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An AppError says what to tell a client; the operator wants to know what is behind it. */
function messageOf(error: unknown): string {
  const reason = error instanceof AppError ? (error.cause ?? error) : error;
  const { message, code } = reason as { message?: string; code?: string };
  return message || code || String(reason);
}

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
