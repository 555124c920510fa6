/**
 * A lane of the stage: the instances of one variant, people who are logged in there, and an open loop of what they
 * ask, with a record of every answer.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { SeededData } from '../fleet/service-commands.js';
import { credentialIn, credentialOf, logInAll } from '../load/credentials.js';
import type { Outcome } from '../model/outcomes.js';
import type { DescribedStrategy } from '../model/result-schema.js';
import { handOn } from './hand-on.js';
import type { LaneInstances, StageInstance } from './lane-instances.js';
import { type Ledger, openLedger, type StageAnswer, type StageEvent } from './ledger.js';
import { type PacedSender, startPacedSender } from './paced-sender.js';
import { openRefreshTokens, type RefreshTokens } from './refresh-tokens.js';
import { type LaneLoad, READS, SOMETIMES, USUAL_LOAD } from './requests.js';
import { createRoster, type Person } from './roster.js';

export interface LaneRecord {
  /** In the order in which they were seen; moments since the record began. */
  events: StageEvent[];
  /** Posts whose making was acknowledged. */
  written: number[];
  lateShare: number;
  notReadyMs: number | null;
}

/** Hears each event as it is seen, and what an answer was. */
export type LaneListener = (event: StageEvent, outcome: Outcome | null) => void;

export interface Lane {
  readonly id: string;
  readonly strategy: DescribedStrategy;
  readonly instances: LaneInstances;
  /** For those who look what becomes of them. */
  readonly refreshTokens: RefreshTokens;
  people(): readonly Person[];
  /** Everybody gets a login who has no good one, or one that soon ends by itself. @throws LabError LOGIN_FAILED */
  logIn(): Promise<void>;
  /**
   * So many more are logged in, users of any lane, without their passwords. None where an instance alone knows its
   * logins.
   *
   * @throws LabError SERVICE_FAILED
   */
  addCrowd(count: number): Promise<void>;
  /** Sends from now on. */
  begin(): void;
  /** So many requests of somebody who is logged in, for nobody's record: a new process compiles its code. */
  warmUp(instance: StageInstance, requests: number): Promise<void>;
  /** Requests a second, from now on; 0: none. */
  setRate(perSecond: number): void;
  rate(): number;
  /** Of the requests since this was last asked, the share that the sender got to late. */
  takeLateShare(): number;
  /** Requests that wait for an answer. */
  onTheWay(): number;
  /** No more is sent; resolves when everything is answered or given up. */
  pause(): Promise<void>;
  /** A record of what is seen from now on. */
  beginRecord(): void;
  takeRecord(): LaneRecord;
  /** Milliseconds since the record began. */
  atMs(): number;
  /** When the last request was planned whose answer was not right; 0: there is none. */
  lastWrongMs(): number;
  /** From now on it is noted when an instance says for the first time that it is not ready. */
  watchReadiness(): void;
  /**
   * Ends the login of a person by a request, and notes when that was acknowledged.
   *
   * @returns the status; null where no answer came
   */
  endLogin(
    person: Person,
    ask: { method: string; path: string; body?: object },
  ): Promise<number | null>;
  /** Ends every good login by other means, and notes when that was done. */
  endAll(work: () => Promise<void>): Promise<void>;
  /** From now on, until the record is taken, each instance that may know this login is asked with it so often. */
  watchDoors(person: Person, everyMs: number): void;
  /** One request, for nobody's record. */
  ask(
    instance: StageInstance,
    ask: { method: string; path: string; headers?: Record<string, string>; body?: object },
  ): Promise<{ status: number | null; text: string }>;
  stop(): Promise<void>;
}

export interface LaneOptions {
  id: string;
  strategy: DescribedStrategy;
  instances: LaneInstances;
  users: SeededData['users'];
  /** Who come by and log in, again and again; none: nobody does. */
  newcomers: SeededData['users'];
  password: string;
  perSecond: number;
  patienceMs: number;
  /** Of access tokens; null: longer than anybody looks. */
  tokenLifeSeconds: number | null;
  /** Whether a request comes to the instance that knows the login (so unless told), or to any. */
  spread?: 'sticky' | 'any' | undefined;
  /** Whether a third party asks, to whom each of the people has handed the right to write posts; nobody unless told. */
  isDelegated?: boolean | undefined;
  /** So many more are always logged in, without passwords; nobody unless told. */
  crowd?: number | undefined;
  /**
   * Requests that wait for an answer, at most, for each instance: then nobody asks until one has come, so a limit shows as fewer answers and not as
   * failures. No limit unless told.
   */
  atOnce?: number | undefined;
  /** The id of a post that is there; 1 unless told. */
  firstPost?: number | undefined;
  /** What is asked; the usual unless told. */
  load?: LaneLoad | undefined;
  /** Hears of everything, and then nothing is kept: for who looks for hours. */
  listener?: LaneListener | undefined;
}

/** One request in so many is a login of somebody new: it costs as much as a hundred others. */
const LOGIN_EVERY = 50;
/** In the record, the login that newcomers ask for: it is always to be given. */
const NEWCOMER = 0;
/** Who is near the end of a token is asked no more: that end is no fault. */
const BEFORE_THE_END_MS = 1500;
/** After the end of a token it is asked for so long whether an ended login is refused. */
const BEYOND_MS = 1000;
/** A login that ends sooner would end in the middle of a repetition. */
const RENEWED_BEFORE_MS = 45_000;
const READY_EVERY_MS = 200;
const WARM_AT_ONCE = 8;
const WARM_WITHIN_MS = 10_000;
/** More of them wait for nobody's answer. */
const MOST_ON_THE_WAY = 2000;

export function openLane(options: LaneOptions): Lane {
  const { id, strategy, instances, users, newcomers, password, patienceMs, tokenLifeSeconds } =
    options;
  const { load = USUAL_LOAD, listener } = options;
  const isBound = () =>
    strategy.stateIn === 'instance' && options.spread !== 'any' && instances.web === null;
  const expires = strategy.carrier === 'bearer' && tokenLifeSeconds !== null;
  const pools = new Map<string, Pool>();
  const onTheWay = new Set<Promise<void>>();
  /** By path and instance, where answers are asked for again. */
  const tags = new Map<string, string>();
  let sender: PacedSender | undefined;
  let rate = options.perSecond;
  let isAsking = false;
  let turn = 0;
  let logins = 0;
  let beganMs = performance.now();
  let record: LaneRecord = emptyRecord();
  let readiness: NodeJS.Timeout | undefined;
  let watchesDoors = false;
  let ledger: Ledger = openLedger();
  let lastWrongMs = 0;

  const atMs = () => performance.now() - beganMs;
  const poolOf = (origin: string): Pool => {
    const known = pools.get(origin);
    if (known) return known;
    const pool = new Pool(origin, {
      ...{ connections: 512, pipelining: 1, keepAliveTimeout: 60_000 },
      ...{ headersTimeout: 0, bodyTimeout: 0, connectTimeout: patienceMs },
    });
    pools.set(origin, pool);
    return pool;
  };

  /** Behind nginx nobody chooses an instance. */
  const reached = (instance: StageInstance): Reached => {
    const { web } = instances;
    return web ? { number: 0, origin: web.origin } : instance;
  };

  /** status null: no answer within the patience. */
  async function request(
    origin: string,
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<Answered> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), patienceMs);
    try {
      const answer = await poolOf(origin).request({
        ...{ path, signal: patience.signal },
        method: method as 'GET',
        headers: body ? { ...headers, 'content-type': typeOf(body) } : headers,
        ...(body && {
          body: body instanceof URLSearchParams ? body.toString() : JSON.stringify(body),
        }),
      });
      const text = await answer.body.text();
      const { location, etag, 'set-cookie': cookies = [] } = answer.headers;
      return {
        status: answer.statusCode,
        text,
        location: typeof location === 'string' ? location : null,
        etag: typeof etag === 'string' ? etag : null,
        cookies: [cookies].flat(),
      };
    } catch {
      return { status: null, text: '', location: null, etag: null, cookies: [] };
    } finally {
      clearTimeout(timer);
    }
  }

  function isAsked({ state, endsAtMs }: Person): boolean {
    if (endsAtMs === null) return state !== 'ending';
    const leftMs = endsAtMs - performance.now();
    return state === 'ended' ? leftMs > -BEYOND_MS : state === 'good' && leftMs > BEFORE_THE_END_MS;
  }

  const roster = createRoster(isAsked, expires);

  /** False where too many are on their way. */
  function send(plannedAtMs: number): boolean {
    if (onTheWay.size >= MOST_ON_THE_WAY) return false;
    // Nobody has a hand free: that is no fault of the sender.
    const { atOnce = Number.POSITIVE_INFINITY } = options;
    if (onTheWay.size >= atOnce * instances.all.length) return true;
    turn += 1;
    const plannedMs = plannedAtMs - beganMs;
    const isLogin = turn % LOGIN_EVERY === LOGIN_EVERY / 2 && newcomers.length > 0;
    const work = isLogin ? welcome(plannedMs) : askAsSomebody(plannedMs);
    onTheWay.add(work);
    work.finally(() => onTheWay.delete(work));
    return true;
  }

  /** Nobody asks where all logins are near their end. */
  async function askAsSomebody(plannedMs: number): Promise<void> {
    const { ended, good } = roster.asking();
    // Half of the requests come with logins that were ended, where there are any.
    const wantsEnded = ended.length > 0 && (turn % 2 === 0 || good.length === 0);
    const from = wantsEnded ? ended : good;
    const person = from[Math.floor(turn / 2) % Math.max(1, from.length)];
    if (!person) return;
    // Beyond the number of people: else each of them would always come to the same instance.
    const place = Math.floor(turn / 2 / Math.max(1, from.length)) + turn;
    const instance =
      person.boundTo === null
        ? instances.all[place % instances.all.length]
        : instances.all[person.boundTo - 1];
    if (!instance) return;
    await answer(person, reached(instance), plannedMs, turn % load.every === 0);
  }

  /** Somebody new logs in, and then comes to another instance, where there is one that knows such logins. */
  async function welcome(plannedMs: number): Promise<void> {
    const mine = record;
    const place = Math.floor(turn / LOGIN_EVERY);
    const { email } = newcomers[place % newcomers.length] as SeededData['users'][number];
    const { all } = instances;
    const instance = reached(all[place % all.length] as StageInstance);
    const sentMs = atMs();
    const login = { email, password };
    const given = await request(instance.origin, 'POST', '/auth/login', {}, login);
    if (mine !== record) return;
    const event = { type: 'answer', login: NEWCOMER, plannedMs, sentMs } as const;
    const { status } = given;
    note({ ...event, instance: instance.number, what: 'login', atMs: atMs(), status });
    if (status !== 200) return;
    const next = isBound() ? instance : reached(all[(place + 1) % all.length] as StageInstance);
    const credential = credentialIn(given.text, given.cookies);
    const againMs = atMs();
    const seen = await request(next.origin, 'GET', '/me', credential);
    if (mine !== record) return;
    note({
      ...{ ...event, plannedMs: againMs, sentMs: againMs, atMs: atMs() },
      ...{ instance: next.number, what: 'read', status: seen.status },
    });
  }

  async function answer(
    person: Person,
    instance: Reached,
    plannedMs: number,
    isWrite: boolean,
  ): Promise<void> {
    const mine = record;
    const sentMs = atMs();
    const { login, credential } = person;
    const sometimes = SOMETIMES[load.sometimes];
    const writes = isWrite && sometimes !== null && person.state === 'good';
    const { status, location, text } = writes
      ? await request(instance.origin, 'POST', sometimes.path, credential, sometimes.body)
      : await read(instance, credential);
    const event: StageAnswer = {
      ...{ type: 'answer', login, instance: instance.number, what: writes ? 'write' : 'read' },
      ...{ plannedMs, sentMs, atMs: atMs(), status },
      ...(listener && { bytes: Buffer.byteLength(text) }),
      ...(options.isDelegated && !writes && { isForbidden: true as const }),
    };
    // An answer to a request of the record before belongs to nobody.
    if (mine !== record) return;
    note(event);
    const post = /\/posts\/(\d+)$/.exec(location ?? '')?.[1];
    if (status === 201 && post !== undefined && !listener) record.written.push(Number(post));
  }

  async function read({ origin }: Pick<Reached, 'origin'>, credential: Person['credential']) {
    const { path: pathOf, revalidates } = READS[load.reads];
    const path = pathOf(options.firstPost ?? 1);
    if (!revalidates) return request(origin, 'GET', path, credential);
    const known = tags.get(origin);
    const seen = await request(origin, 'GET', path, {
      ...credential,
      ...(known !== undefined && { 'if-none-match': known }),
    });
    if (seen.etag !== null) tags.set(origin, seen.etag);
    return seen;
  }

  /** Whose login a server has forgotten needs another one. */
  async function forgetLost(): Promise<void> {
    await Promise.all(
      roster.all().map(async (person) => {
        const instance = reached(instances.all[(person.boundTo ?? 1) - 1] as StageInstance);
        const { status } = await request(instance.origin, 'GET', '/me', person.credential);
        // Who may not ask is known all the same.
        if (status !== 200 && status !== 403) roster.setState(person, 'ended');
      }),
    );
  }

  function note(event: StageEvent): void {
    const outcome = ledger.record(event);
    if (listener) listener(event, outcome);
    else record.events.push(event);
    if (event.type === 'answer' && outcome !== 'right') {
      lastWrongMs = Math.max(lastWrongMs, event.plannedMs);
    }
  }

  function noteBegin({ login, endsAtMs }: Person): void {
    note({
      ...{ type: 'login', login, atMs: Math.max(0, atMs()) },
      endsAtMs: endsAtMs && endsAtMs - beganMs,
    });
  }

  /** @returns to be called when their end was acknowledged */
  function noteEnding(ends: readonly Person[]): () => void {
    const become = (state: 'ending' | 'ended') => {
      for (const person of ends) {
        roster.setState(person, state);
        note({ type: state, login: person.login, atMs: atMs() });
      }
    };
    become('ending');
    return () => become('ended');
  }

  const refreshTokens = openRefreshTokens({
    ...{ refreshes: strategy.refreshes, users, password, atMs, note },
    instances: () => instances.all.map((each) => ({ ...each, ...reached(each) })),
    nextNumber: () => ++logins,
    request,
  });

  return {
    ...{ id, strategy, instances, atMs, refreshTokens },
    people: roster.all,
    lastWrongMs: () => lastWrongMs,
    async logIn() {
      roster.forgetCrowd();
      await forgetLost();
      const wanted = users.filter((user) => {
        const known = roster.all().find((person) => person.user.id === user.id);
        const untilMs = known?.endsAtMs ?? Number.POSITIVE_INFINITY;
        return known?.state !== 'good' || untilMs - performance.now() < RENEWED_BEFORE_MS;
      });
      const byInstance = instances.all.map(({ number }) =>
        wanted.filter((_, index) => index % instances.all.length === number - 1),
      );
      await Promise.all(
        byInstance.map(async (some, index) => {
          const instance = reached(instances.all[index] as StageInstance);
          const fromMs = performance.now();
          for (const { user, credential: own } of await logInAll(instance.origin, some, password)) {
            const credential = options.isDelegated
              ? await handOn(instance.origin, strategy.delegation, own)
              : own;
            const endsAtMs = expires ? fromMs + (tokenLifeSeconds as number) * 1000 : null;
            const boundTo = isBound() ? index + 1 : null;
            logins += 1;
            const person: Person = {
              ...{ login: logins, user, credential, boundTo, endsAtMs, state: 'good' },
              isOfCrowd: false,
            };
            roster.put(person);
            noteBegin(person);
          }
        }),
      );
      if (options.crowd) await this.addCrowd(options.crowd);
    },
    async addCrowd(count) {
      if (strategy.stateIn === 'instance') return;
      const fromMs = performance.now();
      const minted = await instances.mint(count);
      for (const { userId, token, cookies } of minted) {
        logins += 1;
        const person: Person = {
          ...{ login: logins, user: { id: userId, email: '', name: '' }, boundTo: null },
          credential: credentialOf(token, cookies),
          endsAtMs: expires ? fromMs + (tokenLifeSeconds as number) * 1000 : null,
          ...{ state: 'good', isOfCrowd: true },
        };
        roster.put(person);
        noteBegin(person);
      }
    },
    begin() {
      isAsking = true;
      if (rate > 0) sender ??= startPacedSender(rate, () => performance.now(), send);
    },
    async warmUp(instance, requests) {
      const someone = roster.all().find(({ state }) => state === 'good');
      if (!someone) return;
      let left = requests;
      const giveUpMs = performance.now() + WARM_WITHIN_MS;
      const one = async () => {
        while (left > 0 && performance.now() < giveUpMs) {
          left -= 1;
          await read(instance, someone.credential);
        }
      };
      await Promise.all(Array.from({ length: WARM_AT_ONCE }, one));
    },
    rate: () => rate,
    setRate(perSecond) {
      rate = perSecond;
      sender?.stop();
      sender = undefined;
      if (isAsking) this.begin();
    },
    takeLateShare: () => sender?.takeLateShare() ?? 0,
    onTheWay: () => onTheWay.size,
    async pause() {
      isAsking = false;
      watchesDoors = false;
      if (sender) record.lateShare = sender.takeLateShare();
      sender?.stop();
      sender = undefined;
      await Promise.all(onTheWay);
    },
    beginRecord() {
      beganMs = performance.now();
      record = emptyRecord();
      ledger = openLedger();
      lastWrongMs = 0;
      sender?.takeLateShare();
      note({ type: 'login', login: NEWCOMER, atMs: 0, endsAtMs: null });
      for (const person of roster.all()) noteBegin(person);
    },
    takeRecord() {
      clearInterval(readiness);
      readiness = undefined;
      watchesDoors = false;
      const taken = record;
      record = emptyRecord();
      return taken;
    },
    watchReadiness() {
      const mine = record;
      const look = async (instance: StageInstance) => {
        const { status } = await request(instance.origin, 'GET', '/readyz', {});
        if (status !== 200 && mine === record) record.notReadyMs ??= atMs();
      };
      readiness = setInterval(() => {
        for (const instance of instances.all) void look(instance);
      }, READY_EVERY_MS);
    },
    watchDoors(person, everyMs) {
      const mine = record;
      watchesDoors = true;
      const watch = async (instance: StageInstance) => {
        const door = reached(instance);
        while (watchesDoors && mine === record) {
          const plannedMs = atMs();
          // One question at a time: a door that hangs is not asked again meanwhile.
          const work = answer(person, door, plannedMs, false);
          onTheWay.add(work);
          await work.finally(() => onTheWay.delete(work));
          await delay(Math.max(0, everyMs - (atMs() - plannedMs)));
        }
      };
      for (const instance of instances.all) {
        if (person.boundTo === null || person.boundTo === instance.number) void watch(instance);
      }
    },
    async endLogin(person, { method, path, body }) {
      const isEnded = noteEnding([person]);
      const instance = reached(instances.all[(person.boundTo ?? 1) - 1] as StageInstance);
      const { status } = await request(instance.origin, method, path, person.credential, body);
      // Where it was not acknowledged nobody knows: either answer is right from here on, and nobody asks.
      if (status !== null && status < 300) isEnded();
      return status;
    },
    async endAll(work) {
      const isEnded = noteEnding(roster.all().filter(({ state }) => state === 'good'));
      await work();
      isEnded();
    },
    async ask(instance, { method, path, headers = {}, body }) {
      return request(instance.origin, method, path, headers, body);
    },
    async stop() {
      clearInterval(readiness);
      watchesDoors = false;
      sender?.stop();
      await Promise.all(onTheWay);
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

type Reached = Pick<StageInstance, 'number' | 'origin'>;

interface Answered {
  status: number | null;
  text: string;
  location: string | null;
  etag: string | null;
  cookies: string[];
}

function typeOf(body: object): string {
  return body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json';
}

function emptyRecord(): LaneRecord {
  return { events: [], written: [], lateShare: 0, notReadyMs: null };
}
