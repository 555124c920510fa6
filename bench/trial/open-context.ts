/** Opens what the trials of a run need, for as long as the run lasts. */

import { holdProcesses, type ProcessHolder } from '../fleet/held-processes.js';
import { type SeededStores, withSeededStores } from '../fleet/seeded-stores.js';
import {
  describeWebTier,
  planWebTier,
  type WebTierMeans,
  type WebTierPlan,
} from '../fleet/web-tier/plan.js';
import type { AgentTeam } from '../load/agents/agent-team.js';
import type { LoadMode } from '../load/load-mode.js';
import { openLoadProcesses } from '../load/load-processes.js';
import { modeOf } from '../load/mode-of.js';
import type { MeasuredProcess } from '../measure/snapshot.js';
import { storeProcesses } from '../measure/store-processes.js';
import { databaseOf } from '../model/databases.js';
import type { Result, RunConfig } from '../model/result-schema.js';
import { measureRoundTrip, startDelayingProxy } from '../network/delaying-proxy.js';
import { type CpuLimiter, findCpuLimiter } from '../processes/cpu-limits/cpu-limiter.js';
import { findProvenLimiter } from '../processes/cpu-limits/prove-limiter.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import { parseRedisShape } from '../stores/redis/shape.js';
import { sessionStores } from '../stores/registry.js';
import type { StoreInformation } from '../stores/store.js';
import type { TrialContext } from './context.js';
import { limitUnavailable } from './limit-unavailable.js';
import { ownFleets } from './own-fleets.js';
import { logInAndRehearse } from './rehearsal.js';
import { reservedUsers } from './trial-connections.js';
import { meanTrialSeconds } from './trial-duration.js';

export interface ContextInput
  extends Pick<TrialContext, 'config' | 'strategies' | 'emit' | 'signal'> {
  /** Further plans that are measured on the same stores. */
  further?: readonly RunConfig[];
  /** Machines that the load is to come from; absent: this one. */
  agents?: AgentTeam | undefined;
}

/**
 * Stores, meters, the load generator, limits, and a credential for every user. How the stores were
 * started is written into the result.
 *
 * @param mode what the configuration says unless told
 */
export async function withTrialContext(
  { config: first, further = [], strategies, agents, emit, signal }: ContextInput,
  result: Result,
  use: (context: TrialContext, secondsPerTrial: number) => Promise<void>,
  mode: LoadMode = modeOf(first),
): Promise<void> {
  const config = wholeOf([first, ...further]);
  const say = (message: string) => emit({ type: 'stage', message });
  const { posts } = config;
  const users = config.users + reservedUsers(config);
  const database = databaseOf(config);
  const redis = config.redis === undefined ? undefined : parseRedisShape(config.redis);
  await withSeededStores({ users, posts, database, redis, signal, say }, async (ready) => {
    const { stores, guardian, seeded } = ready;
    const { database: databaseServer, sessionStore } = stores;
    result.environment[databaseServer.name] = describeStore(databaseServer);
    result.environment.redis = describeStore(sessionStore);
    const network = await openNetwork(config, ready, result);
    // A saturated machine answers late; while measuring that is data, not a reason to refuse.
    const serviceEnvironment = {
      ...ready.serviceEnvironment,
      ...network?.environment,
      STORE_TIMEOUT_MS: '5000',
    };
    const web = await openWeb(config, { guardian, signal, say }, result);
    const meter = await sessionStores[sessionStore.name].connectMeter({
      url: stores.redisUrl,
      ...sessionStore,
    });
    const load = agents?.load ?? openLoadProcesses(config.loadWorkers, guardian);
    const limiter = await openLimiter(config, guardian, result);
    try {
      const holder = holdProcesses(limiter, config.cpuLimits, stores);
      noteNotHeld(holder, config, result);
      const free = holdProcesses(null, undefined, stores);
      const processesWith = (by: ProcessHolder) => [
        ...storeProcesses(stores, by),
        ...(network ? [network.process] : []),
      ];
      const context: TrialContext = {
        config,
        forPlan: (plan) => ({
          ...context,
          config: plan,
          ...(!plan.cpuLimits && { holder: free, stores: processesWith(free) }),
        }),
        strategies,
        credentials: new Map(),
        seeded,
        serviceEnvironment,
        system: ownFleets,
        meter,
        stores: processesWith(holder),
        probes: new Map(),
        load,
        mode,
        guardian,
        web,
        holder,
        signal,
        emit,
      };
      const { credentials, secondsPerLogin } = await logInAndRehearse(context, say);
      const secondsPerTrial = meanTrialSeconds(config, strategies, secondsPerLogin);
      context.credentials = credentials;
      await use(context, secondsPerTrial);
    } finally {
      await network?.stop();
      limiter?.close();
      load.stop();
      meter.close();
    }
  });
}

/** What all plans need together: whoever is to log in, and whatever is to be held. */
function wholeOf(plans: readonly [RunConfig, ...RunConfig[]]): RunConfig {
  const [first] = plans;
  const limits = plans.find(({ cpuLimits }) => cpuLimits)?.cpuLimits;
  return {
    ...first,
    variants: plans.flatMap(({ variants }) => variants),
    workloads: [...new Set(plans.flatMap(({ workloads }) => workloads))],
    users: Math.max(...plans.map(({ users }) => users)),
    connections: Math.max(...plans.map(({ connections }) => connections)),
    order: plans.flatMap(({ order }) => order),
    ...(limits && { cpuLimits: limits }),
  };
}

/**
 * The way between the service and its stores, where it is to be longer; undefined where not.
 *
 * @throws LabError LATENCY_UNAVAILABLE, LATENCY_FAILED
 */
async function openNetwork(
  { storeLatencyMs }: RunConfig,
  { stores: { databaseUrl, redisUrl }, guardian }: Pick<SeededStores, 'stores' | 'guardian'>,
  { environment }: Result,
) {
  if (storeLatencyMs === undefined) return undefined;
  const proxy = await startDelayingProxy([databaseUrl, redisUrl], storeLatencyMs, guardian);
  const [database, redis] = proxy.urls as [string, string];
  try {
    const roundTripMs = await measureRoundTrip(redis);
    environment.storeLatency = { eachWayMs: storeLatencyMs, roundTripMs };
  } catch (error) {
    await proxy.stop();
    throw error;
  }
  const process: MeasuredProcess = { tier: 'network', name: 'delaying proxy', pid: proxy.pid };
  return {
    environment: { DATABASE_URL: database, REDIS_URL: redis },
    process,
    stop: proxy.stop,
  };
}

/** undefined where none was asked for. */
async function openWeb(
  { web, connections }: RunConfig,
  { say, ...means }: Pick<WebTierMeans, 'guardian' | 'signal'> & { say: (line: string) => void },
  { environment }: Result,
): Promise<WebTierPlan | undefined> {
  if (!web) return undefined;
  const plan = await planWebTier({ ...web, connections }, { ...means, onMessage: say });
  environment.web = describeWebTier(plan);
  return plan;
}

/** null where no limit was asked for, or none can be had: then the result says why. */
async function openLimiter(
  { cpuLimits, allowUnlimited }: RunConfig,
  guardian: Guardian,
  { environment }: Result,
): Promise<CpuLimiter | null> {
  if (!cpuLimits) return null;
  const shares = Object.values(cpuLimits).filter((cores) => cores !== null);
  const found = await (allowUnlimited
    ? findProvenLimiter(shares, { guardian })
    : findCpuLimiter({ guardian }));
  environment.cpuLimiter = found.limiter ? found.limiter.description : null;
  if (!found.limiter)
    environment.cpuLimiterMissing = `There are no limits of CPU time here: ${found.why}. ${found.advice}`;
  return found.limiter;
}

/**
 * A limit that was asked for and is not there must not go unnoticed. What is known before the stores are
 * there has ended the run before (assert-limits.ts).
 *
 * @throws LabError CPU_LIMIT_UNAVAILABLE
 */
function noteNotHeld(
  { notHeld }: ProcessHolder,
  { allowUnlimited }: RunConfig,
  { environment }: Result,
): void {
  if (notHeld.length === 0) return;
  const reason = environment.cpuLimiterMissing;
  const why = [...notHeld, ...(reason ? [reason] : [])].join(' ');
  environment.cpuLimiterMissing = why;
  if (!allowUnlimited) throw limitUnavailable(why);
}

function describeStore({ version, startedBy }: StoreInformation) {
  return { version, startedBy };
}
