/**
 * Credentials got as any client gets them: by logging in over HTTP. Nothing here knows a strategy.
 */
import { z } from 'zod';
import { LabError } from '../errors.js';
import type { Connection } from './workload.js';

/** Below what an instance hashes and lets wait at once. */
const LOGINS_AT_ONCE = 8;

export type Credentials = Omit<Connection, 'origin' | 'instance'>[];

const tokenAnswer = z.object({ access_token: z.string(), token_type: z.string() });

/**
 * Logs every user in through one instance.
 *
 * @throws LabError LOGIN_FAILED naming the status when an answer is not 200
 */
export async function logInAll(
  origin: string,
  users: readonly Connection['user'][],
  password: string,
  signal?: AbortSignal,
): Promise<Credentials> {
  const waiting = [...users.entries()];
  const credentials: Credentials = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, user] = next;
      const credential = await logIn(origin, user.email, password, signal);
      credentials[index] = { credential, user, password };
    }
  };
  await Promise.all(Array.from({ length: LOGINS_AT_ONCE }, worker));
  return credentials;
}

/** @returns the headers that carry the credential: a cookie, a token, or whatever was issued */
export async function logIn(
  origin: string,
  email: string,
  password: string,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const answer = await fetch(`${origin}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
    ...(signal && { signal }),
  });
  const text = await answer.text();
  if (answer.status !== 200) {
    throw new LabError(
      'LOGIN_FAILED',
      `POST /auth/login answered ${answer.status}: ${text.slice(0, 300)}`,
    );
  }
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]);
  if (cookies.length > 0) return { Cookie: cookies.join('; ') };
  const token = tokenAnswer.safeParse(JSON.parse(text));
  if (!token.success) {
    throw new LabError(
      'LOGIN_FAILED',
      'POST /auth/login gave neither a cookie nor an access token.',
    );
  }
  return { Authorization: `${token.data.token_type} ${token.data.access_token}` };
}
