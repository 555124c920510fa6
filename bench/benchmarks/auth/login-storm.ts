/**
 * A login storm: more logins arrive than an instance can hash. Do checks of credentials still pass,
 * and does every login get an answer?
 *
 * Both kinds of request are sent in an open loop. A closed loop would send fewer checks the slower
 * they are answered, and so leave out the very moments that are asked for.
 */

import type { SeededStores } from '../../fleet/seeded-stores.js';
import { type Credentials, logInAll } from '../../load/credentials.js';
import { ascending, quantile } from '../../statistics/quantile.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import { runOpenLoop, type Sample } from './open-loop.js';
import { startProgram } from './program-process.js';
import { serviceProgram } from './tested-programs.js';

/** Modest: a few per cent of what an instance can answer. */
const CHECKS_PER_SECOND = 200;
const EXCESS_LOGINS_PER_SECOND = 8;
/** As many logins as run and wait in an instance with default settings, so that it is full at once. */
const FULL_QUEUE = 34;
const CAPACITY_SECONDS = 2.5;
const IDLE_SECONDS = 3;
const LEAD_IN_SECONDS = 1;
const STORM_SECONDS = 6;

export interface StormFigures {
  strategy: string;
  /** Logins a second that an instance answered with 200 when asked for as many as it could. */
  capacityPerSecond: number;
  arrivalsPerSecond: number;
  /** GET /me, milliseconds. Idle: before and after the storm together. */
  idleP50Ms: number;
  idleP99Ms: number;
  stormP50Ms: number;
  stormP99Ms: number;
  checksNot200: number;
  /** 99th percentile of how late the sender itself was, in the storm. */
  senderLateP99Ms: number;
  /** Answers to POST /auth/login during the storm. */
  loginStatuses: Record<number, number>;
  longestLoginMs: number;
}

export async function measureStorm(
  strategy: string,
  { guardian, seeded, serviceEnvironment }: SeededStores,
  signal: AbortSignal,
): Promise<StormFigures> {
  const instance = await startProgram(serviceProgram(strategy), serviceEnvironment, guardian);
  const checking = createHttpClient(instance.origin);
  const storming = createHttpClient(instance.origin);
  try {
    const credentials = await logInAll(instance.origin, seeded.users, seeded.password, signal);
    const check = (index: number) => sendCheck(checking, credentials, index);
    const login = (index: number) => sendLogin(storming, credentials, index);
    const checkFor = (seconds: number) =>
      runOpenLoop({ ratePerSecond: CHECKS_PER_SECOND, seconds, send: check });

    await checkFor(1);
    const before = await checkFor(IDLE_SECONDS);
    signal.throwIfAborted();
    const capacityPerSecond = await measureCapacity(login);
    signal.throwIfAborted();

    const arrivalsPerSecond = capacityPerSecond + EXCESS_LOGINS_PER_SECOND;
    const burst = runOpenLoop({ ratePerSecond: 1e6, seconds: FULL_QUEUE / 1e6, send: login });
    const arrivals = runOpenLoop({
      ratePerSecond: arrivalsPerSecond,
      seconds: LEAD_IN_SECONDS + STORM_SECONDS,
      send: login,
    });
    await checkFor(LEAD_IN_SECONDS);
    const during = await checkFor(STORM_SECONDS);
    const logins = [...(await burst), ...(await arrivals)];
    signal.throwIfAborted();
    const after = await checkFor(IDLE_SECONDS);

    const idle = [...before, ...after];
    return {
      strategy,
      capacityPerSecond,
      arrivalsPerSecond,
      idleP50Ms: latencyAt(idle, 0.5),
      idleP99Ms: latencyAt(idle, 0.99),
      stormP50Ms: latencyAt(during, 0.5),
      stormP99Ms: latencyAt(during, 0.99),
      checksNot200: [...idle, ...during].filter(({ status }) => status !== 200).length,
      senderLateP99Ms: quantile(ascending(during.map(({ lateMs }) => lateMs)), 0.99),
      loginStatuses: countStatuses(logins),
      longestLoginMs: Math.max(...logins.map(({ latencyMs }) => latencyMs)),
    };
  } finally {
    checking.close();
    storming.close();
    await instance.stop();
  }
}

/** Eight at a time keep every hashing thread busy and never fill the queue. */
async function measureCapacity(login: (index: number) => Promise<number>): Promise<number> {
  const startMs = performance.now();
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (performance.now() - startMs < CAPACITY_SECONDS * 1000) {
      if ((await login(next++)) === 200) done++;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return (done * 1000) / (performance.now() - startMs);
}

function sendCheck(client: HttpClient, credentials: Credentials, index: number): Promise<number> {
  const { credential } = credentials[index % credentials.length] as Credentials[number];
  return client.send('/me', { method: 'GET', headers: credential });
}

function sendLogin(client: HttpClient, credentials: Credentials, index: number): Promise<number> {
  const { user, password } = credentials[index % credentials.length] as Credentials[number];
  const body = JSON.stringify({ email: user.email, password });
  return client.send('/auth/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Content-Length': String(body.length) },
    body,
  });
}

function latencyAt(samples: readonly Sample[], share: number): number {
  return quantile(ascending(samples.map(({ latencyMs }) => latencyMs)), share);
}

function countStatuses(samples: readonly Sample[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of samples) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
