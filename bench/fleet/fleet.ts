/**
 * The fleet: N instances of the service, each a process of its own on a free port, and the companions
 * (further processes of the service) that a strategy declares and all its instances share, and
 * the web tier before them, where there is one.
 */
import type { ChildProcess } from 'node:child_process';
import { LabError } from '../model/errors.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import { findFreePort } from '../processes/ports/free-port.js';
import type { RunProcess } from '../processes/run-process.js';
import { type ListeningProcess, superviseListening } from './listening-process.js';
import { type Losses, watchLosses } from './losses.js';
import { spawnService } from './service-process.js';
import type { WebTierPlan } from './web-tier/plan.js';
import { BEHIND_WEB_TIER, startWebTier, type WebTier } from './web-tier/web-tier.js';

const LOOPBACK = '127.0.0.1';

export interface Instance {
  /** Counted from 1. */
  number: number;
  pid: number;
  origin: string;
}

export interface CompanionProcess {
  name: string;
  pid: number;
  origin: string;
}

/** A process that is started beside the instances, and prints where it listens as they do. */
export interface CompanionStart {
  /** The instances are told its address as <NAME>_URL. */
  name: string;
  /** The id of its tier: what is measured of it stands under that. */
  tier: string;
  spawn(environment: Record<string, string>, nodeOptions: readonly string[]): ChildProcess;
}

/** A companion that a strategy declares: an entry of the service. Its name is also that of its tier. */
export function serviceCompanion(entry: string): CompanionStart {
  return {
    name: entry,
    tier: entry,
    spawn: (environment, nodeOptions) => spawnService(entry, environment, nodeOptions),
  };
}

export interface Fleet {
  instances: readonly Instance[];
  companions: readonly CompanionProcess[];
  /** What clients speak to; absent where they speak to the instances themselves. */
  web?: Pick<WebTier, 'pid' | 'origin' | 'workers'>;
  /** All of them, the instances first, in their order. */
  processes: readonly RunProcess[];
  /** What happened, as a sentence, once a process ends that nobody asked to; else null. */
  lost(): string | null;
  /** Called at most once, when the first process is lost. */
  onLost(listener: (what: string) => void): void;
  /** One more instance, at a free port; not behind a web tier, which was told of the first ones. @throws LabError SERVICE_FAILED */
  grow(): Promise<void>;
  /** The last instance is asked to leave; the first stays. Resolves when it is gone. */
  shrink(): Promise<void>;
  stop(): Promise<void>;
}

export interface FleetOptions {
  strategy: string;
  instances: number;
  /** What runs beside the instances, one process each; nothing unless told. */
  companions?: readonly CompanionStart[];
  /** Given to Node by every process of the service; nothing unless told. */
  nodeOptions?: readonly string[] | undefined;
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
}: Pick<FleetOptions, 'instances' | 'environment'> & {
  companions?: readonly Pick<CompanionStart, 'name'>[];
  web: boolean;
}): string[] {
  return [
    ...(web ? ['nginx before'] : []),
    ...Array.from({ length: instances }, (_, index) => `instance ${index + 1} of`),
    ...companions.map(({ name }) => `the ${name} of`),
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

/** In the order in which the companions start. */
interface StartedCompanion {
  tier: string;
  name: string;
  member: ListeningProcess;
}

async function startOnce(options: FleetOptions, predictionPort: number | null): Promise<Fleet> {
  const { strategy, environment, guardian } = options;
  const losses = watchLosses();
  const companions: StartedCompanion[] = [];
  const instances: ListeningProcess[] = [];
  const leaving = new Set<ListeningProcess>();
  let web: WebTier | undefined;
  const fixed = [...(options.ports ?? [])];
  const webPort = options.web && fixed.shift();
  const instancePorts = fixed.splice(0, options.instances);
  const start = (
    { name, spawn }: Pick<CompanionStart, 'name' | 'spawn'>,
    what: string,
    more: Record<string, string>,
    port = 0,
  ): ListeningProcess => {
    const child = spawn(
      environmentOf({ ...environment, ...more }, guardian, port),
      options.nodeOptions ?? [],
    );
    const member = superviseListening(child, name, guardian);
    // One that was asked to leave is not lost.
    const lost = member.ended.then((how) =>
      leaving.has(member) ? new Promise<string>(() => {}) : how,
    );
    losses.watch(lost, what);
    return member;
  };
  const startInstance = (beside: readonly CompanionProcess[], number: number, port?: number) =>
    start(
      serviceCompanion('main'),
      `instance ${number}`,
      {
        ...instanceEnvironment(strategy, beside),
        ...(predictionPort !== null && {
          PREDICTION_URL: `http://127.0.0.1:${predictionPort}`,
        }),
        ...(options.web && BEHIND_WEB_TIER),
        COUNTERS: 'on',
      },
      port,
    );
  const stop = async () => {
    losses.expect();
    await web?.stop();
    // Instances drain by asking their companions, so those go last.
    await Promise.all(instances.map((each) => each.stop()));
    await Promise.all(companions.map(({ member }) => member.stop()));
  };
  try {
    for (const companion of options.companions ?? []) {
      const { name, tier } = companion;
      const member = start(companion, `the ${name}`, {}, fixed.shift());
      companions.push({ name, tier, member });
    }
    const beside = await Promise.all(
      companions.map(async ({ name, member: { pid, origin } }) => ({
        ...{ name, pid: pid as number, origin: await origin },
      })),
    );
    for (let number = 1; number <= options.instances; number++) {
      instances.push(startInstance(beside, number, instancePorts[number - 1]));
    }
    const origins = await Promise.all(instances.map(({ origin }) => origin));
    if (options.web) {
      web = await startWebTier(options.web, origins, guardian, webPort);
      losses.watch(web.ended, 'nginx');
    }
    if (predictionPort !== null) {
      const more = predictionServerEnvironment(strategy, origins);
      const server = serviceCompanion('prediction-server');
      const member = start(server, 'the prediction server', more, predictionPort);
      companions.push({ name: server.name, tier: 'prediction', member });
      await member.origin;
    }
    const fleet = await describeFleet({ instances, companions, web, losses, stop });
    return {
      ...fleet,
      async grow() {
        const member = startInstance(beside, instances.length + 1);
        const one = { number: instances.length + 1, origin: await member.origin };
        instances.push(member);
        fleet.instances.push({ ...one, pid: member.pid as number });
      },
      async shrink() {
        if (instances.length === 1) return;
        const member = instances.pop() as ListeningProcess;
        fleet.instances.pop();
        leaving.add(member);
        await member.stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a prediction server is told of the instances that ask it, and that it asks who is asking. */
export function predictionServerEnvironment(
  strategy: string,
  origins: readonly string[],
): Record<string, string> {
  return {
    AUTH_STRATEGY: strategy,
    SERVICE_URL: origins.join(),
    JWKS_URL: `${origins[0]}/.well-known/jwks.json`,
  };
}

/** What an instance is told of its strategy and of what stands beside it. */
export function instanceEnvironment(
  strategy: string,
  companions: readonly Pick<CompanionProcess, 'name' | 'origin'>[],
): Record<string, string> {
  return {
    ...Object.fromEntries(
      companions.map(({ name, origin }) => [`${name.toUpperCase()}_URL`, origin]),
    ),
    AUTH_STRATEGY: strategy,
    HOST: LOOPBACK,
  };
}

/** All of them listen by now. */
async function describeFleet({
  instances,
  companions,
  web,
  losses,
  stop,
}: {
  instances: readonly ListeningProcess[];
  companions: readonly StartedCompanion[];
  web: WebTier | undefined;
  losses: Losses;
  stop: Fleet['stop'];
}): Promise<Omit<Fleet, 'instances' | 'grow' | 'shrink'> & { instances: Instance[] }> {
  const described = await Promise.all(
    instances.map(async ({ pid, origin }, index) => ({
      number: index + 1,
      pid: pid as number,
      origin: await origin,
    })),
  );
  const beside = await Promise.all(
    companions.map(async ({ tier, name, member: { pid, origin } }) => ({
      tier,
      name,
      pid: pid as number,
      origin: await origin,
    })),
  );
  return {
    instances: described,
    companions: beside.map(({ name, pid, origin }) => ({ name, pid, origin })),
    ...(web && { web }),
    processes: [
      ...described.map(({ number, pid }) => ({
        tier: 'application',
        name: `instance ${number}`,
        pid,
      })),
      ...beside.map(({ tier, name, pid }) => ({ tier, name, pid })),
      ...(web ? [{ tier: 'web', name: 'nginx', pid: web.pid, workers: web.workers }] : []),
    ],
    lost: losses.first,
    onLost: losses.onFirst,
    stop,
  };
}

function environmentOf(
  environment: Record<string, string>,
  guardian: Guardian,
  port: number,
): Record<string, string> {
  return {
    ...environment,
    ...guardian.environment,
    HOST: LOOPBACK,
    PORT: String(port),
    NODE_ENV: 'production',
  };
}
