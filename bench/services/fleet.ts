/**
 * The fleet: N instances of the service, each a process of its own on a free port, and the companions
 * (further processes of the service) that a strategy declares and all its instances share.
 */
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { LabError } from '../errors.js';
import { findFreePort } from './free-port.js';
import type { Guardian } from './guardian.js';
import { printedLine, type ServiceEntry, spawnService } from './service-process.js';

/** The service promises to be gone 5 s after SIGTERM. */
const STOP_PATIENCE_MS = 6000;

export interface Instance {
  /** Counted from 1. */
  number: number;
  pid: number;
  origin: string;
}

export interface CompanionProcess {
  name: ServiceEntry;
  pid: number;
  origin: string;
}

export interface Fleet {
  instances: readonly Instance[];
  companions: readonly CompanionProcess[];
  /** What happened, as a sentence, once a process ends that nobody asked to; else null. */
  lost(): string | null;
  /** Called at most once, when the first process is lost. */
  onLost(listener: (what: string) => void): void;
  stop(): Promise<void>;
}

export interface FleetOptions {
  strategy: string;
  instances: number;
  /** Entries of the service that run beside the instances, one process each; none unless told. */
  companions?: readonly ServiceEntry[];
  /** Secrets and addresses of the stores, the same for every process. */
  environment: Record<string, string>;
  guardian: Guardian;
}

const listening = z.object({ listening: z.object({ port: z.int() }) });

/** A port that was free is taken by somebody else so rarely that this many in a row is no chance. */
const PORTS_TRIED = 3;

/**
 * Companions first: an instance is told the address of each as <NAME>_URL. A prediction server comes
 * last, where the environment says PREDICTION=server: it asks the instances, and they are told in
 * advance where it will be.
 *
 * @throws LabError SERVICE_FAILED when a process cannot start; the others are stopped
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  if (options.environment.PREDICTION !== 'server') return startOnce(options, null);
  for (let tried = 1; ; tried++) {
    try {
      return await startOnce(options, await findFreePort());
    } catch (error) {
      const taken = error instanceof LabError && error.message.includes('address_in_use');
      if (!taken || tried === PORTS_TRIED) throw error;
    }
  }
}

async function startOnce(options: FleetOptions, predictionPort: number | null): Promise<Fleet> {
  const { strategy, companions: entries = [], environment, guardian } = options;
  const losses = watchLosses();
  const companions: Member[] = [];
  const instances: Member[] = [];
  const start = (
    entry: ServiceEntry,
    what: string,
    more: Record<string, string>,
    port = 0,
  ): Member => {
    const member = startMember(entry, { ...environment, ...more }, guardian, port);
    losses.watch(member.child, what);
    return member;
  };
  const stop = async () => {
    losses.expect();
    // Instances drain by asking their companions, so those go last.
    await Promise.all(instances.map(({ child }) => stopChild(child)));
    await Promise.all(companions.map(({ child }) => stopChild(child)));
  };
  try {
    for (const entry of entries) companions.push(start(entry, `the ${entry}`, {}));
    const companionOrigins = await Promise.all(companions.map(({ origin }) => origin));
    const addresses = Object.fromEntries(
      entries.map((entry, index) => [
        `${entry.toUpperCase()}_URL`,
        companionOrigins[index] as string,
      ]),
    );
    const prediction: Record<string, string> =
      predictionPort === null ? {} : { PREDICTION_URL: `http://127.0.0.1:${predictionPort}` };
    for (let number = 1; number <= options.instances; number++) {
      const more = { ...addresses, ...prediction, AUTH_STRATEGY: strategy, COUNTERS: 'on' };
      instances.push(start('main', `instance ${number}`, more));
    }
    const origins = await Promise.all(instances.map(({ origin }) => origin));
    const servers = [...entries];
    if (predictionPort !== null) {
      const more = {
        AUTH_STRATEGY: strategy,
        SERVICE_URL: origins.join(),
        JWKS_URL: `${origins[0]}/.well-known/jwks.json`,
      };
      const server = start('prediction-server', 'the prediction server', more, predictionPort);
      companions.push(server);
      servers.push('prediction-server');
      companionOrigins.push(await server.origin);
    }
    return {
      instances: origins.map((origin, index) => ({
        number: index + 1,
        pid: instances[index]?.child.pid as number,
        origin,
      })),
      companions: servers.map((name, index) => ({
        name,
        pid: companions[index]?.child.pid as number,
        origin: companionOrigins[index] as string,
      })),
      lost: losses.first,
      onLost: losses.onFirst,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One process of a fleet. */
interface Member {
  child: ChildProcess;
  /** Rejects when the process ends before it listens. */
  origin: Promise<string>;
}

function startMember(
  entry: ServiceEntry,
  environment: Record<string, string>,
  guardian: Guardian,
  port: number,
): Member {
  const child = spawnService(entry, {
    ...environment,
    ...guardian.environment,
    HOST: '127.0.0.1',
    PORT: String(port),
    NODE_ENV: 'production',
  });
  const { pid } = child;
  if (pid !== undefined) {
    guardian.watchProcess(pid);
    child.once('exit', () => guardian.forgetProcess(pid));
  }
  const origin = printedLine(child, entry, listening).then(
    (line) => `http://127.0.0.1:${line.listening.port}`,
  );
  // Several may fail; the first is heard, the others must not go unhandled.
  origin.catch(() => {});
  return { child, origin };
}

/** Remembers the first process that ended although nobody asked it to. */
function watchLosses() {
  let expected = false;
  let lost: string | null = null;
  let listener: ((what: string) => void) | null = null;
  return {
    watch(child: ChildProcess, what: string): void {
      child.once('exit', (code, signal) => {
        if (expected || lost) return;
        lost = `${what} ended with ${signal ?? `code ${code}`}`;
        listener?.(lost);
      });
    },
    expect(): void {
      expected = true;
    },
    first: () => lost,
    onFirst(heard: (what: string) => void): void {
      listener = heard;
      if (lost) heard(lost);
    },
  };
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
