/**
 * The shape of result.json: the one thing that analysis and reports read.
 *
 * Written as zod schemas so that the types, the check when an old run is read again and the
 * published JSON Schema (docs/result.schema.json) have one source. Units stand last in names.
 */
import { z } from 'zod';
import { calibrationSchema } from './calibration-schema.js';
import { DATABASE_NAMES } from './databases.js';
import { logoutSchema } from './logout-schema.js';
import { scenarioFields } from './scenario.js';
import { variantSchema } from './variant.js';

/**
 * Version 6 names what a run compares: `config.variants`, and each trial, comparison and rate names its
 * variant and its scenario. Results of older versions are upgraded as they are read
 * (older-results/upgrade-result.ts, docs/decisions/401).
 */
export const SCHEMA_VERSION = 6;

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/** By the id of the tier (model/tiers.ts), all its processes together; absent: the trial had none. */
const perTier = z
  .record(z.string(), amount.nullable())
  .describe(
    'By tier, all its processes together. null: could not be measured (a store on another machine).',
  );

/** The fields that name a condition. */
const conditionFields = {
  variant: z.string().describe('The id of one of `config.variants`.'),
  ...scenarioFields,
};

const latencyMs = z
  .object({
    mean: amount,
    p50: amount,
    p90: amount,
    p95: amount,
    p99: amount,
    p999: amount,
    max: amount,
  })
  .describe(
    'From sending a request (in an open loop: from its planned moment) to its whole answer.',
  );

const processUse = z.object({
  kind: z.string().describe('The id of its tier, for instance "application" or "redis".'),
  name: z.string().describe('For instance "instance 1", "redis", "nginx" or "shard 2".'),
  cpuSeconds: amount.nullable().describe('CPU time, user and system, between the readings.'),
  cores: amount.nullable().describe('cpuSeconds over the time between them: 1 is one whole core.'),
  rssBytes: amount.nullable(),
  agent: z.string().optional().describe('The agent it ran on; absent: none.'),
  workers: count
    .positive()
    .optional()
    .describe('Processes of it that serve, each on one core at most; absent: one.'),
  limitCores: amount
    .nullable()
    .optional()
    .describe('The share of a core it was held to; null: not held.'),
  throttledSeconds: amount
    .nullable()
    .optional()
    .describe('Time between the readings in which it had work and had used up its share.'),
});

const instanceShare = z.object({
  instance: count.describe('Counted from 1.'),
  requests: count.describe('Behind a web tier: by the share that the instance itself counted.'),
  share: z.number().min(0).max(1).describe('Of the requests of the trial.'),
  cpuMicrosecondsPerRequest: amount.nullable(),
  cores: amount.nullable(),
  rssBytes: amount.nullable(),
  heap: z
    .object({
      usedBytes: amount.describe('After the last window.'),
      majorCollections: count.describe('Of the whole heap, in the turns of the trial.'),
      minorCollections: count.describe('Of the young generation.'),
      collectorShare: z
        .number()
        .min(0)
        .max(1)
        .nullable()
        .describe('Of the time in which its event loop worked.'),
    })
    .optional()
    .describe('What the garbage collector did, where the instance says so.'),
});

const trialAgent = z
  .object({
    name: z.string().describe('One of `environment.agents`.'),
    requests: count.describe('Answered inside the window, of those that it sent.'),
    eventLoopUtilization: z
      .number()
      .min(0)
      .max(1)
      .describe('Share of the time under load in which its busiest load worker worked.'),
    lateStarts: count.describe('Windows that had begun before it could send.'),
    lateShare: amount
      .optional()
      .describe('Of the requests it was to send by a plan, those that it got to late.'),
    clockUncertaintyMs: amount.describe(
      'How far its clock may be off from what the lab took it for.',
    ),
    lost: z.string().optional().describe('Why it could send no more.'),
    gap: z.string().optional().describe('What is missing of what it told, second by second.'),
  })
  .describe('A machine that sent load for the lab.');

const windowUse = z
  .object({
    seconds: amount.describe('Between the readings before and after it.'),
    requests: count.describe('Answered between them.'),
    cpuSeconds: z
      .array(amount.nullable())
      .describe('Of each process, in the order of `processes`.'),
  })
  .describe("A measured window as it was read, for analyses of one's own.");

const openLoop = z
  .object({
    arrivals: z.enum(['poisson', 'constant']),
    offeredRps: amount.describe('Planned on average.'),
    planned: count.describe('Inside the window, as are the counts that follow.'),
    sent: count.describe('The others waited for a free connection when the trial ended.'),
    late: count.describe('The sender got to them more than lateAfterMs after the plan.'),
    lateAfterMs: amount,
    latestMs: amount.describe('The longest that the sender took to get to a request.'),
    inFlightAtEnd: count.describe(
      'Not answered when the trial ended; their latency counts as the time until then.',
    ),
    meanInSystem: amount.describe('Requests sent or waiting, averaged over the window.'),
    meanInSystemByLatency: amount.describe('The same from the time that each of them took.'),
  })
  .describe('Present where requests were sent by a plan; latency is then taken from the plan.');

const latencyOfRequest = z
  .object({
    request: z.string().describe('For instance "GET /me".'),
    requests: count,
    latencyMs: latencyMs.nullable(),
    histogram: z.string().describe('HdrHistogram V2, compressed, base64; microseconds.'),
  })
  .describe('Of the answered requests of one kind, where a workload has several.');

const eventLoop = z
  .object({
    samples: count.describe('Looks of all instances inside the windows, one every 5 ms.'),
    delayMs: z
      .object({ p50: amount, p99: amount, max: amount })
      .nullable()
      .describe('How late a look came, to a tenth of the value; null without a look.'),
    utilization: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('Share of the time in which the event loops worked, averaged over the instances.'),
  })
  .describe('Of the instances, where they say.');

export const trialSchema = z.object({
  ...conditionFields,
  round: count.positive(),
  position: count.describe('Place in the order as run, from 0.'),
  startedAt: z.iso.datetime(),
  connections: count.positive(),
  loadWorkers: count.positive().describe('Processes that send load.'),
  warmUpSeconds: amount,
  seconds: amount.describe('Length of the measured windows together.'),
  loadedSeconds: amount
    .optional()
    .describe('Time between the readings of every process: the windows and the load around each.'),
  windows: count
    .optional()
    .describe('Measured windows; those of the variants of a block alternate.'),
  requests: count.describe('Answered inside the window.'),
  throughputRps: amount,
  latencyMs: latencyMs.nullable().describe('null when no request was answered.'),
  histogram: z.string().describe('HdrHistogram V2, compressed, base64; microseconds.'),
  statuses: z.record(z.string(), count).describe('Answers in the window, by HTTP status.'),
  errors: count.describe('Connections that failed.'),
  timeouts: count,
  cpuMicrosecondsPerRequest: perTier,
  rssBytes: perTier.describe('At the end of the window. Shared memory of PostgreSQL counts once.'),
  bytesPerRequest: z
    .object({ sent: amount.nullable(), received: amount.nullable() })
    .describe('TCP payload as seen by the client: start line, headers and body.'),
  storeCommandsPerRequest: amount.nullable().describe('Redis commands, from INFO commandstats.'),
  perInstance: z.array(instanceShare),
  processes: z.array(processUse),
  machine: z.object({
    cores: count.positive(),
    busyShare: z.number().nullable().describe('Of all cores inside the window, 0 to 1.'),
    stealShare: z.number().nullable().describe('CPU time that the hypervisor gave to others.'),
  }),
  windowsRps: z.array(amount).describe('Throughput in equal slices of the window, for steadiness.'),
  windowUses: z.array(windowUse).optional().describe('In the order in which they were measured.'),
  reconciliation: z
    .object({
      clientRequests: count,
      serverRequests: count.nullable(),
      inFlightLimit: count,
      countsUnknown: z
        .literal(true)
        .optional()
        .describe('The server is not of the lab and does not tell; the rule was not applied.'),
    })
    .describe('What client and server counted in the turns of the trial.'),
  agents: z.array(trialAgent).optional().describe('Where load came from other machines.'),
  openLoop: openLoop.optional(),
  latencyByRequest: z.array(latencyOfRequest).optional(),
  eventLoop: eventLoop.optional(),
  valid: z.boolean(),
  invalidReasons: z.array(z.object({ code: z.string(), message: z.string() })),
});

export const verdictSchema = z.enum(['faster', 'slower', 'equal', 'unsure']);

export const comparisonSchema = z.object({
  ...scenarioFields,
  metric: z.string().describe('A name from the table of metrics, for instance "throughput".'),
  baseline: z.string().describe('The id of a variant.'),
  candidate: z.string().describe('The id of a variant.'),
  baselineMean: amount.nullable(),
  candidateMean: amount.nullable(),
  ratio: z.number().positive().nullable().describe('Candidate over baseline: geometric mean.'),
  interval95: z.tuple([z.number(), z.number()]).nullable().describe('null below 2 rounds.'),
  simultaneousInterval: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe('Wider: holds for all scenarios and metrics of this pair at once, at 95 %.'),
  chanceAbove: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .optional()
    .describe('That the true ratio is above 1, as far as the rounds tell; null below 2 rounds.'),
  rounds: count.describe('Rounds in which both variants have a valid trial.'),
  ratios: z.array(z.object({ round: count, ratio: z.number() })),
  verdict: verdictSchema.describe('From the candidate: "faster" is better, for CPU: cheaper.'),
  family: z
    .literal('headline')
    .optional()
    .describe('One of the comparisons that the answer rests on; absent: another one.'),
  equivalenceMargin: z.number().describe('0.05: within 5 % counts as equal.'),
});

export const warningSchema = z.object({ code: z.string(), message: z.string() });

/**
 * What the service declares of a strategy: one field for each property, in the words of its
 * describe.js (docs/contracts.md). Words for people stand in report/strategy-properties.ts.
 */
const declaration = z.object({
  carrier: z.enum(['cookie', 'bearer', 'unverified']).describe('How the client carries it.'),
  stateIn: z
    .enum(['redis', 'instance', 'authority', 'credential'])
    .describe('Where the server side of a credential lies; "credential": nowhere else.'),
  credentialBytes: amount.describe('Length of the header value, for a seeded user.'),
  perRequest: z
    .object({ redis: amount, authority: amount })
    .describe('Redis commands and calls to the authority of one authenticated request.'),
  revocation: z
    .enum(['at-once', 'on-this-instance', 'at-expiry', 'never'])
    .describe('When a credential stops working after logout or disabling.'),
  expires: z.literal(false).optional().describe('A credential has no end of its own.'),
  onePerUser: z.literal(true).optional().describe('All logins of a user give one credential.'),
  sharedByInstances: z.boolean().describe('Whether one instance takes what another gave.'),
  survivesRedisLoss: z.boolean().describe('Whether it works after Redis came back empty.'),
  verifiableByThirdParty: z.boolean().describe('Whether public keys suffice to verify it.'),
  listsLogins: z.boolean().describe('Whether users see and end single logins.'),
  refreshes: z.boolean().describe('Whether a short credential is renewed with a long one.'),
  revokesTokens: z.literal(true).optional().describe('Whoever has a token can revoke it.'),
  delegation: z
    .enum(['token-exchange', 'scoped-session', 'none'])
    .describe('How a user hands a part of their rights on.'),
  needs: z.array(z.string()).describe('What the environment of an instance must offer.'),
  companions: z
    .array(z.string())
    .describe('Further processes that the instances of a fleet share; the id of the tier of each.'),
});

const strategyName = z.object({ name: z.string(), summary: z.string(), control: z.boolean() });

/** As the service prints it. */
export const describedStrategySchema = z.object({ ...strategyName.shape, ...declaration.shape });

/** As a result keeps it: results of version 1 have the name, the summary and the control only. */
export const strategySchema = z.object({ ...strategyName.shape, ...declaration.partial().shape });

/** What people ask. The logout is measured by itself; the others are plans. */
export const QUESTIONS = ['cost', 'scale', 'logout'] as const;

const chosenComparison = z.object({
  ...scenarioFields,
  metric: z.string(),
  baseline: z.string(),
  candidate: z.string(),
});

export const configSchema = z.object({
  profile: z.string(),
  question: z
    .enum(QUESTIONS)
    .optional()
    .describe(
      'Which of the questions the plan answers; absent: one that was put together by hand.',
    ),
  headline: z
    .array(chosenComparison)
    .optional()
    .describe(
      'What the answer rests on, chosen before the run. These verdicts hold together; all others are a second family.',
    ),
  variants: z.array(variantSchema).describe('What is compared, in the order asked for.'),
  instances: z.array(count.positive()),
  workloads: z.array(z.string()),
  rounds: count.positive(),
  seconds: amount,
  warmUpSeconds: amount,
  connections: count.positive(),
  users: count.positive(),
  posts: count.describe('0: none was asked for.'),
  loadWorkers: count.positive().describe('Processes that send load.'),
  agents: count
    .positive()
    .optional()
    .describe('Machines that the load comes from (lab agent); absent: this one.'),
  seed: count,
  equivalenceMargin: z.number(),
  command: z.string().describe('Repeats this run.'),
  database: z
    .enum(DATABASE_NAMES)
    .optional()
    .describe('What holds users and posts; absent: postgres.'),
  nodeOptions: z
    .array(z.string())
    .optional()
    .describe('What every process of the service was started with; absent: nothing.'),
  fleetsServe: z
    .literal('plan')
    .optional()
    .describe('The processes of a variant serve all rounds; absent: each round has fresh ones.'),
  windows: count
    .positive()
    .optional()
    .describe('Windows that a trial is cut into; absent: as many as the workload allows.'),
  connectionsPerInstance: count
    .positive()
    .optional()
    .describe('Where given, a trial has so many times its instances; `connections` is the most.'),
  cpuLimits: z
    .record(z.string(), amount.nullable())
    .optional()
    .describe('By tier, the cores that a process of it may use; null: no limit.'),
  allowUnlimited: z
    .literal(true)
    .optional()
    .describe('The run went on without limits that could not be had (--allow-unlimited).'),
  offered: z
    .object({ rateRps: amount, arrivals: z.enum(['poisson', 'constant']) })
    .optional()
    .describe('Where given, requests were sent by a plan (open loop); else in a closed loop.'),
  untilSure: z
    .object({
      step: count.positive().describe('Rounds that are added at once.'),
      maxRounds: count.positive(),
      looks: count.positive().describe('How often verdicts are passed at most.'),
    })
    .optional()
    .describe('Rounds are added while a verdict is unsure; `rounds` is what it came to.'),
  redis: z
    .string()
    .optional()
    .describe('How many servers Redis is, as cluster:3+3 or sentinel:1+2; absent: one.'),
  storeLatencyMs: amount
    .optional()
    .describe('Added on the way between the service and its stores, each way; absent: nothing.'),
  web: z
    .object({ balance: z.enum(['round-robin', 'least-connections', 'sticky']) })
    .optional()
    .describe('How a web tier spreads the requests; absent: connections go to the instances.'),
  targets: z
    .literal(true)
    .optional()
    .describe('The variants are deployments that the lab did not start (`target` of each).'),
  order: z
    .array(z.object({ round: count.positive(), ...conditionFields }))
    .describe('The plan, in the order in which its trials run.'),
});

const objective = z
  .object({
    text: z.string().describe('As given, for instance "p99=50ms,errors=0".'),
    latency: z.array(
      z.object({
        metric: z.enum(['mean', 'p50', 'p90', 'p95', 'p99', 'p999']),
        limitMs: amount.describe('Met up to and including it.'),
      }),
    ),
    errorShare: z
      .number()
      .min(0)
      .max(1)
      .describe('Failed requests and unexpected answers may be that share of the planned.'),
  })
  .describe('What users must get.');

const sustainedAttempt = z.object({
  phase: z.enum(['search', 'confirm']),
  round: count.describe('From 1; 0 in the search.'),
  startedAt: z.iso.datetime(),
  seconds: amount.describe('Length of the measured window.'),
  offeredRps: amount,
  answeredRps: amount,
  latencyMs: latencyMs.nullable(),
  errors: count.describe('Failed requests and unexpected answers.'),
  lateShare: z.number().describe('Of the planned requests, those that the sender got to late.'),
  inFlightAtEnd: count,
  cpuMicrosecondsPerRequest: perTier,
  outcome: z.enum(['met', 'missed', 'invalid']),
  reasons: z.array(z.string()).describe('Why it missed the objective, or is no measurement.'),
  valid: z.boolean(),
});

export const sustainedSchema = z.object({
  ...conditionFields,
  objective,
  searchedRps: amount.nullable().describe('What the search found, for the rounds to begin at.'),
  rounds: z.array(
    z.object({
      round: count.positive(),
      rateRps: amount.nullable().describe('The highest that met the objective; null: none did.'),
      atLeast: z.boolean().describe('No higher rate was seen to miss it, so it may be more.'),
    }),
  ),
  rateRps: amount.nullable().describe('Geometric mean of the rounds; null: no rate met it.'),
  interval95: z.tuple([z.number(), z.number()]).nullable().describe('null below 2 rounds.'),
  atLeast: z.boolean(),
  attempts: z.array(sustainedAttempt),
});

export const environmentSchema = z.object({
  commit: z.string().nullable(),
  dirty: z.boolean().nullable().describe('Files differed from the commit.'),
  lab: z.string(),
  node: z.string(),
  platform: z.string(),
  kernel: z.string(),
  cpuModel: z.string(),
  cores: count.positive(),
  memoryBytes: count,
  postgres: z
    .object({ version: z.string(), startedBy: z.string() })
    .nullable()
    .describe('null: another database was used, or the run ended before it started.'),
  mariadb: z
    .object({ version: z.string(), startedBy: z.string() })
    .optional()
    .describe('Where that was the database.'),
  redis: z.object({ version: z.string(), startedBy: z.string() }).nullable(),
  storeLatency: z
    .object({
      eachWayMs: amount.describe('As asked for.'),
      roundTripMs: amount.describe(
        'Median of round trips to Redis through it, before the first trial.',
      ),
    })
    .optional()
    .describe('The way between the service and its stores, where it was made longer.'),
  web: z
    .object({ version: z.string(), startedBy: z.string(), workers: count.positive() })
    .optional()
    .describe('What the web tier was; absent where there was none.'),
  cpuLimiter: z
    .string()
    .nullable()
    .optional()
    .describe('How processes were held to a share of a core; null: they could not be.'),
  cpuLimiterMissing: z.string().optional().describe('Why they could not be, and what to do.'),
  agents: z
    .array(
      z.object({
        name: z.string(),
        version: z.string().describe('Of the lab there; the same as here.'),
        node: z.string(),
        platform: z.string(),
        cores: count.positive(),
        memoryBytes: count,
        loadWorkers: count.positive(),
        clockOffsetMs: z.number().describe('Of its clock from that of the lab, at the start.'),
        clockUncertaintyMs: amount.describe(
          'Half of the shortest round trip, and what clocks drift.',
        ),
        roundTripMs: amount.describe('The shortest of the exchanges.'),
      }),
    )
    .optional()
    .describe('Machines that sent load for the lab; absent: this one did.'),
  alongside: z
    .array(z.string())
    .optional()
    .describe('Other runs that measured on this machine meanwhile (--alongside).'),
  packages: z
    .record(z.string(), z.string())
    .describe('Versions of what is compared and of the tools.'),
});

/** Of every plan of a run. */
function partFields() {
  return {
    config: configSchema,
    trials: z.array(trialSchema),
    comparisons: z.array(comparisonSchema),
  };
}

export const resultSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  id: z.string().describe('Name of the folder: the time of the start in UTC.'),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  partial: z.boolean().describe('The run ended before its plan did.'),
  config: configSchema,
  environment: environmentSchema,
  strategies: z.array(strategySchema).describe('What the service says of the strategies compared.'),
  workloads: z
    .array(z.object({ name: z.string(), summary: z.string() }))
    .optional()
    .describe('What a connection asks for in each workload of the run, in a sentence.'),
  trials: z.array(trialSchema),
  questions: z
    .array(z.enum(QUESTIONS))
    .optional()
    .describe('Which of them were asked; absent: a plan that was put together by hand.'),
  further: z
    .array(z.object(partFields()))
    .optional()
    .describe('Plans of the same run that answer other questions; the first one stands above.'),
  logout: logoutSchema.optional(),
  sustained: z
    .array(sustainedSchema)
    .optional()
    .describe('Of lab sustain: the highest rate at which users got what the objective says.'),
  comparisons: z.array(comparisonSchema),
  warnings: z.array(warningSchema),
  lab: z
    .object({
      wallSeconds: amount,
      measuredSeconds: amount,
      peakRssBytes: amount,
    })
    .describe('What the run itself took.'),
  calibration: calibrationSchema
    .optional()
    .describe('What was known before the run of the noise of this machine; absent: nothing.'),
});

export type Trial = z.infer<typeof trialSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type Sustained = z.infer<typeof sustainedSchema>;
export type SustainedAttempt = Sustained['attempts'][number];
export type Objective = Sustained['objective'];
export type Verdict = z.infer<typeof verdictSchema>;
export type Warning = z.infer<typeof warningSchema>;
export type StrategyInfo = z.infer<typeof strategySchema>;
export type DescribedStrategy = z.infer<typeof describedStrategySchema>;
export type RunConfig = z.infer<typeof configSchema>;
export type Environment = z.infer<typeof environmentSchema>;
export type Result = z.infer<typeof resultSchema>;
export type ChosenComparison = z.infer<typeof chosenComparison>;
export type Question = (typeof QUESTIONS)[number];
