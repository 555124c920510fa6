/**
 * Credentials got as any client gets them: by logging in over HTTP. Nothing here knows a strategy.
 */
import { z } from 'zod';
import { LabError } from '../model/errors.js';
import { fetchAnswer } from './fetch-answer.js';
import type { Connection } from './workload.js';

/** Below what an instance hashes and lets wait at once. */
const AT_ONCE = 8;

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
  return aFewAtOnce(users, signal, async (user, own) => ({
    credential: await logIn(origin, user.email, password, own),
    user,
    password,
  }));
}

/**
 * Lets everyone come by once, and keep the cookies that are set then beside their credential.
 *
 * @throws LabError VISIT_FAILED naming the status when an answer is not 200
 */
export async function visitAll(
  origin: string,
  users: Credentials,
  signal?: AbortSignal,
): Promise<Credentials> {
  return aFewAtOnce(users, signal, async (user, own) => {
    const answer = await fetchAnswer(`${origin}/livez`, {
      headers: user.credential,
      signal: own,
    });
    await answer.arrayBuffer();
    if (answer.status !== 200) {
      throw new LabError('VISIT_FAILED', `GET /livez answered ${answer.status}.`);
    }
    return { ...user, credential: withCookies(user.credential, cookiesOf(answer)) };
  });
}

/**
 * Each piece of work has a signal of its own: fetch leaves a listener at the one it is given until
 * memory is tidied up, and at the signal of a run there would be thousands.
 */
export async function aFewAtOnce<Item, Outcome>(
  items: readonly Item[],
  signal: AbortSignal | undefined,
  work: (item: Item, own: AbortSignal) => Promise<Outcome>,
): Promise<Outcome[]> {
  const underWay = new Set<AbortController>();
  const abort = () => {
    for (const each of underWay) each.abort(signal?.reason);
  };
  signal?.addEventListener('abort', abort, { once: true });
  const waiting = [...items.entries()];
  const outcomes: Outcome[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      signal?.throwIfAborted();
      const [index, item] = next;
      const own = new AbortController();
      underWay.add(own);
      try {
        outcomes[index] = await work(item, own.signal);
      } catch (error) {
        // Nothing more is begun once one has failed: a server that refuses counts what it refused.
        waiting.length = 0;
        throw error;
      } finally {
        underWay.delete(own);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return outcomes;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** @returns the headers that carry the credential: a cookie, a token, or whatever was issued */
async function logIn(
  origin: string,
  email: string,
  password: string,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const answer = await fetchAnswer(`${origin}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
    signal,
  });
  const text = await answer.text();
  if (answer.status !== 200) {
    throw new LabError(
      'LOGIN_FAILED',
      `POST /auth/login answered ${answer.status}: ${text.slice(0, 300)}`,
    );
  }
  const cookies = cookiesOf(answer);
  const token = tokenAnswer.safeParse(parseJson(text));
  if (!token.success && cookies.length === 0) {
    throw new LabError(
      'LOGIN_FAILED',
      'POST /auth/login gave neither a cookie nor an access token.',
    );
  }
  return credentialOf(token.data, cookies);
}

/** The same of the text of an answer and the cookies that it set. */
export function credentialIn(text: string, cookies: readonly string[]): Record<string, string> {
  return credentialOf(tokenAnswer.safeParse(parseJson(text)).data, cookies);
}

/** What a client sends after a login that gave these. Beside a token there may be the cookie of a web tier. */
export function credentialOf(
  token: z.infer<typeof tokenAnswer> | undefined,
  cookies: readonly string[],
): Record<string, string> {
  return withCookies(
    token ? { Authorization: `${token.token_type} ${token.access_token}` } : {},
    cookies.map(withoutAttributes),
  );
}

/** undefined for what is none: a login that sets a cookie may answer with anything. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function cookiesOf(answer: Response): string[] {
  return answer.headers.getSetCookie().map(withoutAttributes);
}

function withoutAttributes(cookie: string): string {
  return cookie.split(';', 1)[0] as string;
}

function withCookies(
  credential: Record<string, string>,
  cookies: readonly string[],
): Record<string, string> {
  const { Cookie, ...rest } = credential;
  const all = [...(Cookie === undefined ? [] : [Cookie]), ...cookies];
  return all.length > 0 ? { ...rest, Cookie: all.join('; ') } : rest;
}
