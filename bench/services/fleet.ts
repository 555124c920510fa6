/**
 * The fleet: N instances of the service, each a process of its own on a free port, and the companions
 * (further processes of the service) that a strategy declares and all its instances share, and
 * the web tier before them, where there is one.
 */
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { LabError } from '../errors.js';
import { findFreePort } from './free-port.js';
import type { Guardian } from './guardian.js';
import { printedLine, type ServiceEntry, spawnService } from './service-process.js';
import { BEHIND_WEB_TIER, startWebTier, type WebTier } from './web-tier.js';
import type { WebTierPlan } from './web-tier-plan.js';

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
  /** What clients speak to; absent where they speak to the instances themselves. */
  web?: Pick<WebTier, 'pid' | 'origin' | 'workers'>;
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
  /** Starts a web tier before the instances. */
  web?: WebTierPlan | undefined;
  /** Secrets and addresses of the stores, the same for every process. */
  environment: Record<string, string>;
  guardian: Guardian;
}

const listening = z.object({ listening: z.object({ port: z.int() }) });

/** A port that was free is taken by somebody else so rarely that this many in a row is no chance. */
const PORTS_TRIED = 3;

/**
 * Companions first: an instance is told the address of each as <NAME>_URL. Then, since they are told the
 * addresses of the instances, the web tier, and a prediction server where the environment says
 * PREDICTION=server. The instances ask that one, so they are told in advance where it will be.
 *
 * @throws LabError SERVICE_FAILED, WEB_TIER_FAILED when a process cannot start; the others are stopped
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
  let web: WebTier | undefined;
  const start = (
    entry: ServiceEntry,
    what: string,
    more: Record<string, string>,
    port = 0,
  ): Member => {
    const member = startMember(entry, { ...environment, ...more }, guardian, port);
    losses.watch(endOf(member.child), what);
    return member;
  };
  const stop = async () => {
    losses.expect();
    await web?.stop();
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
      const more = {
        ...addresses,
        ...prediction,
        ...(options.web && BEHIND_WEB_TIER),
        AUTH_STRATEGY: strategy,
        COUNTERS: 'on',
      };
      instances.push(start('main', `instance ${number}`, more));
    }
    const origins = await Promise.all(instances.map(({ origin }) => origin));
    if (options.web) {
      web = await startWebTier(options.web, origins, guardian);
      losses.watch(web.ended, 'nginx');
    }
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
      ...(web && { web }),
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
    watch(ended: Promise<string>, what: string): void {
      ended.then((how) => {
        if (expected || lost) return;
        lost = `${what} ended with ${how}`;
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

/** Resolves with "SIGKILL" or "code 1". */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
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
