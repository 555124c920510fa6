import { createHash, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { RefreshFamilies, RefreshFamily } from '../../data/refresh-families.js';
import { AppError } from '../../server/errors.js';
import { createSealer, type Sealer, tagLast } from '../credentials/seal.js';

/**
 * Refresh tokens (RFC 6749, section 1.5; RFC 9700, section 4.14): opaque, good once, each exchanged
 * for the next. A token that is presented a second time was copied by somebody, so its whole family
 * ends. All of a family expire together, however often it is renewed.
 *
 * A client whose answer got lost presents the old token again and must not look like a thief. So for
 * `replayMs` after an exchange the same old token gets the same new one. The service cannot know the
 * new one, for it stores hashes; it keeps it sealed under the old one, which the client brings.
 */
export interface RefreshTokens {
  /** Begins a new family; the oldest ends when there are too many. */
  start(userId: number, client: string): Promise<StartedFamily>;
  /** @throws AppError `refresh_invalid`; after a reuse the family has ended */
  exchange(token: string): Promise<{ family: RefreshFamily; token: string }>;
  /** Whose token it is, without spending it; undefined for one that is not known. */
  find(token: string): Promise<RefreshFamily | undefined>;
}

interface StartedFamily {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: Date;
}

export interface RefreshTokenOptions {
  readonly families: RefreshFamilies;
  /** From login to the end of the family, whatever happens in between. */
  readonly ttlMs: number;
  readonly replayMs: number;
  readonly perUserMax: number;
  readonly now: () => number;
  readonly log: Logger;
  /**
   * Ends the access tokens of families that are about to end: before, because what fails here can be
   * tried again only while the family is there.
   */
  readonly denyLogins: (userId: number, ids: readonly string[]) => Promise<void>;
}

/** Finds the family. Its hash is the key of the row, and nothing but refresh tokens carries it. */
const HANDLE_BYTES = 16;
const SECRET_BYTES = 32;
const TOKEN_SHAPE = /^[A-Za-z0-9_-]{64}$/;

export function createRefreshTokens(options: RefreshTokenOptions): RefreshTokens {
  const { families, ttlMs, replayMs, perUserMax, now, log, denyLogins } = options;

  async function repeatOrEnd(token: string): Promise<{ family: RefreshFamily; token: string }> {
    const family = await families.findByHandle(handleHashOf(token));
    if (family === undefined || family.disabled || family.expiresAt.getTime() <= now()) {
      throw refused();
    }
    const { spentHash, sealedSuccessor, rotatedAt } = family;
    if (
      sealedSuccessor !== null &&
      spentHash?.equals(sha256(token)) &&
      now() - rotatedAt.getTime() < replayMs
    ) {
      return { family, token: successorSealer(token).open(sealedSuccessor).toString() };
    }
    // Whoever brings a wrong secret with a right handle holds an old token of this family.
    await denyLogins(family.userId, [family.id]);
    await families.remove(family.userId, family.id);
    log.warn({ userId: family.userId, login: family.id }, 'refresh token used twice: login ended');
    throw refused();
  }

  async function endSurplus(userId: number, max: number, at: Date): Promise<void> {
    const surplus = await families.surplus(userId, max, at);
    if (surplus.length > 0) {
      await denyLogins(userId, surplus);
      await families.removeThese(userId, surplus);
    }
  }

  return {
    start: async (userId, client) => {
      const at = now();
      const handle = randomBytes(HANDLE_BYTES);
      const token = newToken(handle);
      const id = randomBytes(16).toString('base64url');
      const expiresAt = new Date(at + ttlMs);
      // Before: what fails here has begun nothing. After: logins at the same moment each saw room for
      // one, and the last to look sees them all.
      await endSurplus(userId, perUserMax - 1, new Date(at));
      await families.insert({
        handleHash: handleHashOf(token),
        id,
        userId,
        client,
        tokenHash: sha256(token),
        createdAt: new Date(at),
        expiresAt,
      });
      await endSurplus(userId, perUserMax, new Date(at));
      return { id, token, expiresAt };
    },
    exchange: async (token) => {
      if (!isWellFormed(token)) {
        throw refused();
      }
      const next = newToken(handleOf(token));
      const family = await families.rotate({
        handleHash: handleHashOf(token),
        presentedHash: sha256(token),
        nextHash: sha256(next),
        sealedSuccessor: successorSealer(token).seal(next),
        now: new Date(now()),
      });
      return family === undefined ? repeatOrEnd(token) : { family, token: next };
    },
    find: async (token) =>
      isWellFormed(token) ? await families.findByHandle(handleHashOf(token)) : undefined,
  };
}

/** 48 bytes are 64 characters exactly, so each token has one spelling. */
function isWellFormed(token: string): boolean {
  return TOKEN_SHAPE.test(token);
}

function newToken(handle: Buffer): string {
  return Buffer.concat([handle, randomBytes(SECRET_BYTES)]).toString('base64url');
}

function handleOf(token: string): Buffer {
  return Buffer.from(token, 'base64url').subarray(0, HANDLE_BYTES);
}

function handleHashOf(token: string): Buffer {
  return createHash('sha256').update(handleOf(token)).digest();
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Readable only by who brings the token it replaces: the table alone gives nothing away. */
export function successorSealer(old: string): Sealer {
  return createSealer({ secret: old, purpose: 'successor of a refresh token', layout: tagLast });
}

function refused(): AppError {
  return new AppError('refresh_invalid', {
    detail: 'Log in again.',
    oauthError: 'invalid_grant',
  });
}
