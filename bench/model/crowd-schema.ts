/** The shape of crowd.json: what it took to hold so many users, each with a connection of its own. */
import { z } from 'zod';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const latency = z
  .object({ p50: amount, p99: amount, p999: amount, max: amount })
  .nullable()
  .describe('Milliseconds from the planned moment to the last byte; null: nothing was answered.');

const asked = z.object({
  planned: count,
  answered: count,
  statuses: z.record(z.string(), count),
  failures: z
    .record(z.string(), count)
    .describe('No answer, by what happened: timeout (10 s), refused, closed, unreadable, busy.'),
  firstFailure: z.string().nullable(),
  reconnects: count.describe('Connections that had to be opened anew.'),
  late: count.describe('Sent more than 20 ms after the plan: the lab itself was slow.'),
  latencyMs: latency,
  logins: count,
  loginLatencyMs: latency,
  seconds: amount,
});

const tierCpu = z
  .record(z.string(), amount)
  .describe('Cores in use by tier: application, web, redis, postgres, loadGenerator.');

const bytesOfAUser = z
  .record(z.string(), z.number())
  .describe('What memory grew by, divided by the users, by tier; kernel: buffers of TCP.');

const variant = z.object({
  strategy: z.string(),
  failure: z.string().nullable().describe('Why it could not be measured to the end.'),
  mintSeconds: amount.nullable(),
  connect: z
    .object({ connected: count, failed: count, firstError: z.string().nullable(), seconds: amount })
    .nullable(),
  connectedAtEnd: count.nullable().describe('After the time of asking.'),
  bytesConnected: bytesOfAUser
    .nullable()
    .describe('When all are connected, and each has asked once or a few times.'),
  bytesAsked: bytesOfAUser.nullable().describe('After the time of asking.'),
  idleCores: tierCpu.nullable().describe('All are connected, and nobody asks.'),
  askingCores: tierCpu.nullable(),
  asking: asked.nullable(),
  comeBack: asked
    .nullable()
    .describe(
      'All connections were dropped, and everybody came back with a request within a time.',
    ),
  loginWave: asked.nullable().describe('Some of them logged in again while all went on asking.'),
});

export const crowdResultSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  partial: z.boolean(),
  command: z.string(),
  machine: z.object({ cpuModel: z.string(), cores: count, memoryBytes: amount, node: z.string() }),
  stores: z.record(z.string(), z.string()),
  users: count,
  instances: count,
  senders: count,
  addresses: count.describe(
    'Of this machine, that a sender connects from at once; 0: one, which the system chooses.',
  ),
  web: z.string().nullable(),
  gapSeconds: z.tuple([amount, amount]),
  seconds: amount.describe('How long everybody asked.'),
  connectPerSecond: amount,
  waveSeconds: amount,
  logins: count.describe('In the wave of logins.'),
  openFilesLimit: count.nullable(),
  nodeOptions: z.array(z.string()),
  seed: z.number(),
  variants: z.array(variant),
});

export type CrowdResult = z.infer<typeof crowdResultSchema>;
export type CrowdVariant = z.infer<typeof variant>;
export type CrowdAsked = z.infer<typeof asked>;
