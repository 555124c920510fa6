/**
 * All that a step needs, by one command and in one terminal: the stores, the servers, what stands before them. What each
 * prints stands behind its name. Ctrl-C stops all, in the order opposite to the start; so does the end of any of them.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../../bench/model/errors.js';
import { startGuardian } from '../../bench/processes/guardian/guardian.js';
import { isRunning, readStartTime } from '../../bench/processes/process-identity.js';
import { openStores, type Stores } from '../../bench/stores/open.js';
import type { StoreInformation } from '../../bench/stores/store.js';
import { type Group, openGroup, type Program } from './group.js';
import { portsOfServers, programsOf, type StepOptions } from './programs.js';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const STORES = 'stores';
/** As wide as the longest name. */
const NAME_WIDTH = 'server-1'.length;

/** What else happened is heard elsewhere. */
const FOREVER = new Promise<never>(() => {});

/** @returns the exit code: that of the signal; 1 when something did not start or has ended by itself */
export async function runTogether(step: number, options: StepOptions): Promise<number> {
  const stopping = new AbortController();
  let exitCode = 1;
  for (const [name, code] of Object.entries(EXIT_CODES)) {
    process.on(name, () => {
      // npm and the terminal may both pass the same Ctrl-C on: a second one changes nothing.
      if (stopping.signal.aborted) return;
      exitCode = code;
      stopping.abort();
    });
  }
  const { signal } = stopping;
  const guardian = await startGuardian();
  const group = openGroup(guardian, say);
  let stores: Stores | undefined;
  try {
    portsOfServers(process.env); // before anything starts
    stores = await openStores({
      database: 'postgres',
      guardian,
      signal,
      onMessage: (line) => say(STORES, line),
    });
    const { databaseUrl, redisUrl } = stores;
    say(STORES, `PostgreSQL on ${new URL(databaseUrl).host}, Redis on ${new URL(redisUrl).host}`);
    const environment = { ...process.env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
    const programs = await programsOf(step, options, { environment, guardian, signal, say });
    const ended = await Promise.race([
      aborted(signal),
      group.lost,
      lostStore(stores, signal),
      startAndObey(programs, group),
    ]);
    if (ended === null) console.log('\nStopping all.');
    else console.error(`${ended}. Stopping the others.`);
  } catch (error) {
    // An interrupted start ends with an error too; that it was stopped is known.
    if (!signal.aborted) {
      if (!(error instanceof LabError)) throw error;
      console.error(`${error.code}: ${error.message}`);
      exitCode = error.exitCode;
    }
  } finally {
    stopping.abort();
    await group.stopAll();
    await stores?.stop();
    if (stores) say(STORES, 'stopped');
    await guardian.stop();
  }
  return exitCode;
}

function say(name: string, line: string): void {
  console.log(`${name.padEnd(NAME_WIDTH)} | ${line}`);
}

/** One after the other, then whatever is typed: "stop web", "start web". */
async function startAndObey(programs: readonly Program[], group: Group): Promise<never> {
  for (const program of programs) if (!(await group.start(program))) return FOREVER;
  const names = programs.map(({ name }) => name);
  console.log(
    `All is up. Ctrl-C stops all; "stop ${names[0]}" stops one, "start ${names[0]}" starts it again.`,
  );
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb, name] = line.trim().split(/\s+/);
    const program = programs.find((each) => each.name === name);
    if (program && verb === 'stop') await group.stop(program.name);
    else if (program && verb === 'start') await group.start(program);
    else if (line.trim() !== '')
      console.log(`Type stop or start, and one of: ${names.join(', ')}.`);
  }
  // Whoever started this without a terminal types nothing, and ends it by a signal.
  return FOREVER;
}

async function aborted(signal: AbortSignal): Promise<null> {
  if (!signal.aborted) await once(signal, 'abort');
  return null;
}

/** Stores of this machine that were started here: looked at once in a second. */
async function lostStore({ database, sessionStore }: Stores, signal: AbortSignal): Promise<string> {
  const watched = [watch('PostgreSQL', database), watch('Redis', sessionStore)];
  for (;;) {
    await delay(1000);
    const lost = watched.find(({ runs }) => !runs());
    if (lost && !signal.aborted) return `${lost.name} ended by itself`;
  }
}

function watch(name: string, { pid, given }: StoreInformation) {
  const startTime = pid === null ? null : readStartTime(pid);
  return { name, runs: () => pid === null || !!given || isRunning(pid, startTime) };
}
