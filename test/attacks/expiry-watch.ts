import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, ApiClient, Credential } from '../support/api-client.js';
import { delegate } from './delegated.js';
import { type AttackTarget, openTarget, type Victim } from './target.js';

/** Seconds of real time: short enough to wait for, long enough for a busy machine. */
const LIVES = {
  ACCESS_TOKEN_TTL_SECONDS: '2',
  REFRESH_TOKEN_TTL_SECONDS: '4',
  SESSION_IDLE_SECONDS: '2',
  SESSION_ABSOLUTE_SECONDS: '4',
  DELEGATED_TTL_SECONDS: '2',
} as const;

/** What became of credentials whose time passed. */
export interface ExpiryReport {
  /** Used once, at its beginning; asked again after the idle time. Undefined: knows no idle time. */
  readonly unused: Answer | undefined;
  /** Used all the time. */
  /** Undefined: it has no end. */
  readonly used:
    | {
        readonly successes: number;
        readonly lastSuccessMs: number;
        readonly end: Answer;
      }
    | undefined;
  /** Renewed half way, and again after the end of the login. */
  readonly refresh: { readonly halfWay: Answer; readonly end: Answer } | undefined;
  readonly delegated: Answer | undefined;
}

/**
 * Lets credentials of an instance of its own grow old. It takes four seconds, in which other attacks
 * can run: start it early and ask for the report late.
 */
export async function watchExpiry(name: string): Promise<ExpiryReport> {
  const target = await openTarget(name, LIVES);
  try {
    const startedAt = performance.now();
    const { description } = target.module;
    const expires = description.expires !== false;
    const [unused, used, renewed, delegated] = await Promise.all([
      target.module.needs.includes('tokenKeys') || !expires
        ? undefined
        : askAfter(target, target.ada.credential, 2300),
      expires ? useAllTheTime(target.api, target.bob) : undefined,
      description.refreshes ? renew(target, target.ada, startedAt) : undefined,
      description.delegation === 'none' ? undefined : askDelegated(target),
    ]);
    return { unused, used, refresh: renewed, delegated };
  } finally {
    await target.close();
  }
}

async function askAfter(target: AttackTarget, credential: Credential, ms: number): Promise<Answer> {
  await delay(ms);
  return target.me(credential);
}

/** Longer than any credential may live with these lives: one that outlives it must not be waited for. */
const GIVE_UP_MS = 6000;

/** As a browser does, with the cookie of the last answer. */
async function useAllTheTime(
  api: ApiClient,
  { credential }: Victim,
): Promise<NonNullable<ExpiryReport['used']>> {
  const startedAt = performance.now();
  let carried = credential;
  let successes = 0;
  let lastSuccessMs = 0;
  for (;;) {
    const answer = await api.call('GET', '/me', { credential: carried });
    if (answer.status !== 200 || performance.now() - startedAt > GIVE_UP_MS) {
      return { successes, lastSuccessMs, end: answer };
    }
    successes += 1;
    lastSuccessMs = performance.now() - startedAt;
    const [cookie] = answer.headers.getSetCookie();
    carried = cookie === undefined ? carried : { cookie: String(cookie.split(';')[0]) };
    await delay(150);
  }
}

async function renew({ form }: AttackTarget, victim: Victim, startedAt: number) {
  const ask = (token: string) =>
    form('/auth/token', { grant_type: 'refresh_token', refresh_token: token });
  await delay(1500);
  const halfWay = await ask(victim.refreshToken);
  await delay(4300 - (performance.now() - startedAt));
  return { halfWay, end: await ask(halfWay.body.refresh_token ?? victim.refreshToken) };
}

async function askDelegated(target: AttackTarget): Promise<Answer> {
  const { credential } = await delegate(target, target.ada, 'posts:read');
  await delay(2300);
  return target.api.call('GET', '/posts', { credential });
}
