/**
 * The fleet: N instances of the service, each a process of its own on a free port, and the companions
 * (further processes of the service) that a strategy declares and all its instances share, and
 * the web tier before them, where there is one.
 */
import { LabError } from '../model/errors.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import { findFreePort } from '../processes/ports/free-port.js';
import { type ListeningProcess, superviseListening } from './listening-process.js';
import { watchLosses } from './losses.js';
import { type ServiceEntry, spawnService } from './service-process.js';
import type { WebTierPlan } from './web-tier/plan.js';
import { BEHIND_WEB_TIER, startWebTier, type WebTier } from './web-tier/web-tier.js';

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
  /** In this order: nginx, the instances, the companions. Free ones unless given. */
  ports?: readonly number[] | undefined;
}

/** What listens in a fleet, in the order of its `ports`. */
export function listenersOf({
  instances,
  companions = [],
  environment,
  web,
}: Pick<FleetOptions, 'instances' | 'companions' | 'environment'> & { web: boolean }): string[] {
  return [
    ...(web ? ['nginx before'] : []),
    ...Array.from({ length: instances }, (_, index) => `instance ${index + 1} of`),
    ...companions.map((name) => `the ${name} of`),
    ...(environment.PREDICTION === 'server' ? ['the prediction server of'] : []),
  ];
}

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
  if (options.ports) return startOnce(options, options.ports.at(-1) as number);
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
  const companions: ListeningProcess[] = [];
  const instances: ListeningProcess[] = [];
  let web: WebTier | undefined;
  const fixed = [...(options.ports ?? [])];
  const webPort = options.web && fixed.shift();
  const instancePorts = fixed.splice(0, options.instances);
  const start = (
    entry: ServiceEntry,
    what: string,
    more: Record<string, string>,
    port = 0,
  ): ListeningProcess => {
    const member = startMember(entry, { ...environment, ...more }, guardian, port);
    losses.watch(member.ended, what);
    return member;
  };
  const stop = async () => {
    losses.expect();
    await web?.stop();
    // Instances drain by asking their companions, so those go last.
    await Promise.all(instances.map((each) => each.stop()));
    await Promise.all(companions.map((each) => each.stop()));
  };
  try {
    for (const entry of entries) companions.push(start(entry, `the ${entry}`, {}, fixed.shift()));
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
      instances.push(start('main', `instance ${number}`, more, instancePorts[number - 1]));
    }
    const origins = await Promise.all(instances.map(({ origin }) => origin));
    if (options.web) {
      web = await startWebTier(options.web, origins, guardian, webPort);
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
        pid: instances[index]?.pid as number,
        origin,
      })),
      companions: servers.map((name, index) => ({
        name,
        pid: companions[index]?.pid as number,
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

function startMember(
  entry: ServiceEntry,
  environment: Record<string, string>,
  guardian: Guardian,
  port: number,
): ListeningProcess {
  const child = spawnService(entry, {
    ...environment,
    ...guardian.environment,
    HOST: '127.0.0.1',
    PORT: String(port),
    NODE_ENV: 'production',
  });
  return superviseListening(child, entry, guardian);
}
