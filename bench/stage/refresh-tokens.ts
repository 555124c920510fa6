/**
 * People of a lane with a refresh token each, which is good once and exchanged for the next. The ledger knows each
 * token as a login of its own: it begins when it is given, and ends when it is spent, or when its owner logs out.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { aFewAtOnce } from '../load/credentials.js';
import { LabError } from '../model/errors.js';
import type { StageInstance } from './lane-instances.js';
import type { StageEvent } from './ledger.js';
import type { Person } from './roster.js';

export interface RefreshTokens {
  /**
   * So many people log in and renew once, for nobody's record. Nobody does where a strategy has no refresh tokens.
   *
   * @throws LabError LOGIN_FAILED
   */
  give(users: number): Promise<void>;
  /** Half of them renew, a quarter log out, the others do nothing. */
  change(): Promise<void>;
  /**
   * Each presents the newest token that was given to them, and then the one that had been ended; what is given for that is
   * tried. Then all of them are revoked.
   */
  present(): Promise<void>;
}

/** What the tokens need of their lane. */
export interface TokenLane {
  refreshes: boolean;
  users: readonly Person['user'][];
  password: string;
  instances(): readonly StageInstance[];
  /** A number in the record that no login has. */
  nextNumber(): number;
  atMs(): number;
  note(event: StageEvent): void;
  request(
    origin: string,
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<{ status: number | null; text: string }>;
}

const tokenPair = z.object({ access_token: z.string(), refresh_token: z.string() });

interface Token {
  /** Its number in the record. */
  readonly number: number;
  readonly text: string;
}

interface Holder {
  readonly instance: StageInstance;
  accessToken: string;
  /** null: they logged out. */
  newest: Token | null;
  ended: Token | null;
  /** Whether what they asked for was answered: else either is right, and nobody is asked. */
  isSure: boolean;
}

type Ask = 'renew' | 'log out' | 'nothing';
const TURNS: readonly Ask[] = ['renew', 'renew', 'log out', 'nothing'];
/** After a failover all instances connect at once, and some connections come too late. */
const ANSWERED_WITHIN_MS = 5000;
const AGAIN_AFTER_MS = 100;

export function openRefreshTokens(lane: TokenLane): RefreshTokens {
  let holders: Holder[] = [];

  const renew = ({ instance }: Pick<Holder, 'instance'>, token: string) =>
    lane.request(instance.origin, 'POST', '/auth/refresh', {}, { refresh_token: token });

  async function begin(user: Person['user'], instance: StageInstance): Promise<Holder> {
    const login = { email: user.email, password: lane.password };
    const loggedIn = given(
      await lane.request(instance.origin, 'POST', '/auth/login', {}, login),
      'POST /auth/login',
    );
    const { access_token, refresh_token } = given(
      await renew({ instance }, loggedIn.refresh_token),
      'POST /auth/refresh',
    );
    const newest = { number: lane.nextNumber(), text: refresh_token };
    return { instance, accessToken: access_token, newest, ended: null, isSure: true };
  }

  function noteBegin({ number }: Token): void {
    lane.note({ type: 'login', login: number, atMs: lane.atMs(), endsAtMs: null });
  }

  /** @param ask resolves with whether it was acknowledged */
  async function end(holder: Holder, ask: (token: Token) => Promise<boolean>): Promise<void> {
    const token = holder.newest as Token;
    lane.note({ type: 'ending', login: token.number, atMs: lane.atMs() });
    holder.newest = null;
    holder.isSure = await ask(token);
    if (!holder.isSure) return;
    lane.note({ type: 'ended', login: token.number, atMs: lane.atMs() });
    holder.ended = token;
  }

  function renewNewest(holder: Holder): Promise<void> {
    return end(holder, async (token) => {
      const pair = pairIn(await renew(holder, token.text));
      if (pair === null) return false;
      holder.accessToken = pair.access_token;
      holder.newest = { number: lane.nextNumber(), text: pair.refresh_token };
      noteBegin(holder.newest);
      return true;
    });
  }

  function logOut(holder: Holder): Promise<void> {
    return end(holder, async () => {
      const headers = { authorization: `Bearer ${holder.accessToken}` };
      const { origin } = holder.instance;
      const { status } = await lane.request(origin, 'POST', '/auth/logout', headers);
      return status !== null && status < 300;
    });
  }

  /** @returns the token that it was exchanged for; null where it was not */
  async function presentOne(holder: Holder, token: Token): Promise<string | null> {
    const asked = {
      type: 'answer',
      login: token.number,
      instance: holder.instance.number,
    } as const;
    const giveUpMs = lane.atMs() + ANSWERED_WITHIN_MS;
    let sentMs = lane.atMs();
    let answer = await renew(holder, token.text);
    // Who has no answer does not know what became of the token, so it is asked for again: a service repeats what it gave.
    while ((answer.status ?? 503) >= 500 && lane.atMs() < giveUpMs) {
      await delay(AGAIN_AFTER_MS);
      sentMs = lane.atMs();
      answer = await renew(holder, token.text);
    }
    const { status } = answer;
    lane.note({
      ...{ ...asked, what: 'refresh', plannedMs: sentMs, sentMs, atMs: lane.atMs(), status },
    });
    const pair = pairIn(answer);
    if (pair === null) return null;
    // At another instance: the one that was asked to log somebody out may know that by itself.
    const instances = lane.instances();
    const other = instances[holder.instance.number % instances.length] as StageInstance;
    const openMs = lane.atMs();
    const headers = { authorization: `Bearer ${pair.access_token}` };
    const opened = await lane.request(other.origin, 'GET', '/me', headers);
    lane.note({
      ...{ ...asked, instance: other.number, what: 'renewed', status: opened.status },
      ...{ plannedMs: openMs, sentMs: openMs, atMs: lane.atMs() },
    });
    return pair.refresh_token;
  }

  /** Each in turn: a family of tokens ends when a spent one comes. */
  async function presentBoth(holder: Holder): Promise<void> {
    const { newest, ended, instance } = holder;
    const left: string[] = [];
    for (const token of [newest, ended]) {
      if (token !== null) left.push((await presentOne(holder, token)) ?? token.text);
    }
    for (const token of left) {
      const body = new URLSearchParams({ token });
      await lane.request(instance.origin, 'POST', '/auth/revoke', {}, body);
    }
  }

  const each = async (work: (holder: Holder, index: number) => Promise<void>) => {
    await aFewAtOnce([...holders.entries()], undefined, ([index, holder]) => work(holder, index));
  };

  return {
    async give(users) {
      if (!lane.refreshes) return;
      const instances = lane.instances();
      holders = await aFewAtOnce(
        [...lane.users.slice(0, users).entries()],
        undefined,
        ([index, user]) => begin(user, instances[index % instances.length] as StageInstance),
      );
    },
    async change() {
      for (const { newest } of holders) noteBegin(newest as Token);
      await each(async (holder, index) => {
        const ask = TURNS[index % TURNS.length];
        if (ask === 'renew') await renewNewest(holder);
        if (ask === 'log out') await logOut(holder);
      });
    },
    async present() {
      await each(async (holder) => {
        if (holder.isSure) await presentBoth(holder);
      });
      holders = [];
    },
  };
}

function pairIn(answer: { status: number | null; text: string }) {
  return answer.status === 200 ? tokenPair.parse(JSON.parse(answer.text)) : null;
}

function given(answer: { status: number | null; text: string }, what: string) {
  const pair = pairIn(answer);
  if (pair !== null) return pair;
  throw new LabError(
    'LOGIN_FAILED',
    `${what} answered ${answer.status ?? 'not in time'}: ${answer.text.slice(0, 300)}`,
  );
}
