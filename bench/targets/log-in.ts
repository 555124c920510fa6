/** Credentials of a target, got as any client gets them, and got again before they end. */
import { z } from 'zod';
import { aFewAtOnce, credentialIn } from '../load/credentials.js';
import { LabError } from '../model/errors.js';
import { askTarget, type TargetAnswer } from './ask-target.js';
import type { TargetAddress } from './target-address.js';
import type { TargetUser } from './target-users.js';

export interface Login {
  /** Headers that carry the credential. */
  credential: Record<string, string>;
  /** From now on, as the answer says; Infinity where it names no end. */
  lifeSeconds: number;
}

/**
 * @param name of the target, for messages
 * @throws LabError TARGET_LOGIN_REFUSED, TARGET_LOGIN_LIMITED, TARGET_NOT_SERVICE, and those of askTarget
 */
async function logIn(
  name: string,
  address: TargetAddress,
  { email, password }: TargetUser,
  signal?: AbortSignal,
): Promise<Login> {
  const answer = await askTarget(address, {
    method: 'POST',
    path: '/auth/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
    signal,
  });
  if (answer.status !== 200) throw refused(name, address, email, answer);
  const cookies = cookiesOf(answer);
  const credential = credentialIn(
    answer.text,
    cookies.map((cookie) => cookie.split(';', 1)[0] as string),
  );
  if (Object.keys(credential).length === 0) {
    throw new LabError(
      'TARGET_NOT_SERVICE',
      `${name} (${address.url}) answers POST /auth/login with neither a cookie nor an access token.`,
    );
  }
  return { credential, lifeSeconds: lifeOf(answer.text, cookies) };
}

function refused(
  name: string,
  { url }: TargetAddress,
  email: string,
  { status, text }: TargetAnswer,
): LabError {
  const who = `${name} (${url})`;
  const code = problemCode(text);
  const why = `status ${status}${code ? `, ${code}` : ''}`;
  if (status === 401) {
    return new LabError(
      'TARGET_LOGIN_REFUSED',
      `${who} does not let ${email} in (${why}). Seed it as the lab's own databases are (seed.js), take fewer --connections where it has fewer users, or name its users with --target-users FILE.`,
    );
  }
  if (status === 429 || status === 503) {
    return new LabError(
      'TARGET_LOGIN_LIMITED',
      `${who} takes no more logins at the moment (${why}). Wait, or take fewer --connections: each is a login.`,
    );
  }
  return new LabError(
    'TARGET_NOT_SERVICE',
    `${who} is not this service: POST /auth/login answers with ${why}.`,
  );
}

function problemCode(text: string): string | null {
  const problem = z.object({ code: z.string().regex(/^[a-z_]{1,60}$/) });
  const read = problem.safeParse(jsonOf(text));
  return read.success ? read.data.code : null;
}

function cookiesOf({ headers }: TargetAnswer): string[] {
  const set = headers['set-cookie'] ?? [];
  return Array.isArray(set) ? set : [set];
}

/** The first that ends ends the login. */
export function lifeOf(
  text: string,
  cookies: readonly string[],
  nowMs: number = Date.now(),
): number {
  const token = z.object({ expires_in: z.number().nonnegative() }).safeParse(jsonOf(text));
  const lives = cookies.flatMap((cookie) => {
    // RFC 6265, section 5.3: Max-Age goes before Expires.
    const maxAge = /;\s*max-age=(-?\d+)/i.exec(cookie)?.[1];
    if (maxAge !== undefined) return [Number(maxAge)];
    const expiresMs = Date.parse(/;\s*expires=([^;]+)/i.exec(cookie)?.[1] ?? '');
    return Number.isNaN(expiresMs) ? [] : [(expiresMs - nowMs) / 1000];
  });
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...lives,
    ...(token.success ? [token.data.expires_in] : []),
  );
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface LoginBook {
  /**
   * The credential of each user, in their order, good for so many seconds at least.
   *
   * @param limit the first so many of them; all unless told
   * @throws LabError TARGET_LOGIN_SHORT where a new one would not last, and those of logIn
   */
  lasting(seconds: number, limit?: number): Promise<Record<string, string>[]>;
}

/**
 * @param addressOf where the user at that place in the list logs in: with state in a single process, the
 *   credential is good nowhere else
 */
export function openLoginBook(
  name: string,
  users: readonly TargetUser[],
  addressOf: (place: number) => TargetAddress,
  signal: AbortSignal,
  nowMs: () => number = () => performance.now(),
): LoginBook {
  const known: { credential: Record<string, string>; endsMs: number }[] = [];
  return {
    async lasting(seconds, limit = users.length) {
      const untilMs = nowMs() + seconds * 1000;
      const places = [...users.keys()].slice(0, limit);
      const ending = places.filter((place) => (known[place]?.endsMs ?? 0) < untilMs);
      await aFewAtOnce(ending, signal, async (place, own) => {
        const fromMs = nowMs();
        const user = users[place] as TargetUser;
        const login = await logIn(name, addressOf(place), user, own);
        if (login.lifeSeconds < seconds) throw short(name, login, seconds);
        known[place] = {
          credential: login.credential,
          endsMs: fromMs + login.lifeSeconds * 1000,
        };
      });
      return places.map((place) => known[place]?.credential ?? {});
    },
  };
}

function short(name: string, { lifeSeconds }: Login, seconds: number): LabError {
  return new LabError(
    'TARGET_LOGIN_SHORT',
    `A login of ${name} lasts ${Math.floor(lifeSeconds)} s, and one trial of all targets side by side takes up to ${Math.ceil(seconds)} s. Take fewer --seconds, or let logins of the deployment last longer.`,
  );
}
