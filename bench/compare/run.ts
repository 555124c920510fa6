/**
 * The main job: stores -> seeded data -> credentials -> trials, one after the other -> a result.
 * The result is on disk after every trial, so that whatever happens next, nothing is lost.
 */

import { freemem } from 'node:os';
import { strategyOfArm } from '../analyse/arms.js';
import { compareStrategies } from '../analyse/compare.js';
import { warningsOf } from '../analyse/warnings.js';
import { LabError } from '../errors.js';
import { keepLoadGenerator } from '../load/generator-keeper.js';
import { describeMachine } from '../machine/environment.js';
import { connectRedisMeter } from '../measure/redis-usage.js';
import { blocksOf } from '../plan.js';
import { createResultFolder } from '../result/folder.js';
import {
  type DescribedStrategy,
  type Result,
  type RunConfig,
  SCHEMA_VERSION,
} from '../result/schema.js';
import { type CpuLimiter, findCpuLimiter } from '../services/cpu-limits/cpu-limiter.js';
import type { Guardian } from '../services/guardian.js';
import { holdProcesses } from '../services/held-processes.js';
import { withSeededStores } from '../services/seeded-stores.js';
import type { Stores } from '../services/stores.js';
import { runBlock } from './block.js';
import type { TrialContext } from './context.js';
import type { EmitRunEvent } from './events.js';
import { logInAndRehearse } from './rehearsal.js';
import { reservedUsers } from './trial-connections.js';
import { meanTrialSeconds } from './trial-duration.js';

/** So many trials in a row without one answer: a store is gone for good, and going on is useless. */
const HOPELESS_FAILURES = 3;
/** What an instance under load takes at most (its figures stand in each result). */
const INSTANCE_BYTES = 120e6;

export interface RunInput {
  config: RunConfig;
  strategies: DescribedStrategy[];
  /** Folder in which the folder of the result is made. */
  outFolder: string;
  signal: AbortSignal;
  emit: EmitRunEvent;
}

export interface FinishedRun {
  result: Result;
  folder: string;
}

/**
 * Runs the plan. When the signal is aborted, what was measured is written, marked partial.
 *
 * @throws LabError when the run fails; the partial result is written before
 */
export async function runComparison(input: RunInput): Promise<FinishedRun> {
  const { config, emit, signal } = input;
  const folder = await createResultFolder(input.outFolder);
  const result: Result = {
    schemaVersion: SCHEMA_VERSION,
    id: folder.id,
    startedAt: new Date().toISOString(),
    endedAt: null,
    partial: true,
    config,
    environment: describeMachine(),
    strategies: input.strategies,
    trials: [],
    comparisons: [],
    warnings: [],
    lab: { wallSeconds: 0, measuredSeconds: 0, peakRssBytes: 0 },
  };
  const started = performance.now();
  const save = async () => {
    result.comparisons = compareStrategies(result);
    result.warnings = warningsOf(result);
    result.lab = {
      wallSeconds: (performance.now() - started) / 1000,
      measuredSeconds: result.trials.reduce((sum, trial) => sum + trial.seconds, 0),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
    await folder.save(result);
  };
  await save();
  let failure: unknown;
  try {
    await withTrialContext(input, result, (context, secondsPerTrial) =>
      runPlan(secondsPerTrial, result, context, save),
    );
    result.partial = false;
  } catch (error) {
    failure = error;
  }
  result.endedAt = new Date().toISOString();
  await save();
  const files = await folder.finish(result);
  if (failure !== undefined && !signal.aborted) throw failure;
  emit({ type: 'finished', result, folder: folder.path, files });
  return { result, folder: folder.path };
}

/** What the trials need beyond the stores: meters, and a credential for every user. */
async function withTrialContext(
  { config, strategies, emit, signal }: RunInput,
  result: Result,
  use: (context: TrialContext, secondsPerTrial: number) => Promise<void>,
): Promise<void> {
  const say = (message: string) => emit({ type: 'stage', message });
  const { posts } = config;
  const users = config.users + reservedUsers(config);
  await withSeededStores({ users, posts, signal, say }, async (ready) => {
    const { stores, guardian, seeded } = ready;
    result.environment.postgres = describeStore(stores.postgres);
    result.environment.redis = describeStore(stores.redis);
    // A saturated machine answers late; while measuring that is data, not a reason to refuse.
    const serviceEnvironment = { ...ready.serviceEnvironment, STORE_TIMEOUT_MS: '5000' };
    const redis = await connectRedisMeter(stores.redisUrl);
    const keeper = keepLoadGenerator(config.shards, guardian);
    const limiter = await openLimiter(config, guardian, result);
    try {
      const holder = holdProcesses(limiter, config.cpuLimits, {
        redis: stores.redis.pid,
        postgres: stores.postgres.pid,
      });
      const context: TrialContext = {
        config,
        strategies,
        credentials: new Map(),
        seeded,
        serviceEnvironment,
        sources: { redis, postgresPid: stores.postgres.pid },
        probes: new Map(),
        loadGenerator: keeper.get,
        guardian,
        holder,
        signal,
        emit,
      };
      const { credentials, secondsPerLogin } = await logInAndRehearse(context, say);
      const secondsPerTrial = meanTrialSeconds(config, strategies, secondsPerLogin);
      await use({ ...context, credentials }, secondsPerTrial);
    } finally {
      limiter?.close();
      keeper.stop();
      redis.close();
    }
  });
}

/** null where no limit was asked for, or none can be had: then the result says why. */
async function openLimiter(
  { cpuLimits }: RunConfig,
  guardian: Guardian,
  { environment }: Result,
): Promise<CpuLimiter | null> {
  if (!cpuLimits) return null;
  const found = await findCpuLimiter({ guardian });
  environment.cpuLimiter = found.limiter ? found.limiter.description : null;
  if (!found.limiter) environment.cpuLimiterMissing = `${found.why}. ${found.advice}`;
  return found.limiter;
}

function describeStore({ version, startedBy }: Stores['redis']) {
  return { version, startedBy };
}

async function runPlan(
  secondsPerTrial: number,
  result: Result,
  context: TrialContext,
  save: () => Promise<void>,
): Promise<void> {
  const { emit, signal } = context;
  const { order } = context.config;
  emit({ type: 'planned', trials: order, secondsPerTrial });
  let failuresInARow = 0;
  for (const block of blocksOf(order, mostInstancesAtOnce())) {
    signal.throwIfAborted();
    const index = result.trials.length;
    emit({ type: 'block-started', index, trials: block });
    const trials = await runBlock(block, index, context);
    result.trials.push(...trials);
    await save();
    for (const [place, trial] of trials.entries()) {
      emit({ type: 'trial-finished', index: index + place, trial });
      failuresInARow = trial.requests === 0 ? failuresInARow + 1 : 0;
    }
    if (failuresInARow >= HOPELESS_FAILURES) {
      throw new LabError(
        'RUN_HOPELESS',
        `${failuresInARow} trials in a row answered no request. The last reason: ${trials.at(-1)?.invalidReasons[0]?.message}`,
      );
    }
  }
}

/** As many as half of the free memory holds. */
function mostInstancesAtOnce(): number {
  return Math.max(1, Math.floor(freemem() / 2 / INSTANCE_BYTES));
}

/** The strategies asked for, as the service describes them. */
export function describedStrategies(
  known: readonly DescribedStrategy[],
  asked: readonly string[],
): DescribedStrategy[] {
  return known.filter(({ name }) => asked.some((arm) => strategyOfArm(arm) === name));
}
