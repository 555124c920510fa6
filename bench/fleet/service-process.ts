/**
 * The service's entries as processes. The lab knows their file names and the JSON lines they print,
 * never their modules (docs/contracts.md).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { LabError } from '../model/errors.js';
import { type DescribedStrategy, describedStrategySchema } from '../model/result-schema.js';
import type { Guardian } from '../processes/guardian.js';

/** Every process of the service gets these and nothing else of the lab's own environment. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'LANG'];

/** @param entry the name of its file in src/: "main", "seed", or a companion that a strategy declares */
export function spawnService(entry: string, environment: Record<string, string>): ChildProcess {
  const inherited = Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return spawn(
    process.execPath,
    [fileURLToPath(new URL(`../../src/${entry}.js`, import.meta.url))],
    {
      env: { ...inherited, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own: Ctrl-C in a terminal reaches the lab alone, which ends it in order.
      detached: true,
    },
  );
}

/**
 * The first printed line of JSON that has the key.
 *
 * @throws LabError SERVICE_FAILED with what the process said on standard error
 */
export function printedLine<Schema extends z.ZodType>(
  child: ChildProcess,
  entry: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return new Promise((resolve, reject) => {
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk).slice(-2000);
    });
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const parsed = schema.safeParse(parseJson(line));
        if (parsed.success) resolve(parsed.data);
      });
    }
    const fail = (why: string) =>
      reject(new LabError('SERVICE_FAILED', `The service's ${entry} ${why}. ${complaint.trim()}`));
    child.once('error', (error) => fail(`could not start: ${error.message}`));
    // "close" comes after the last of what it printed.
    child.once('close', (code, signal) => fail(`ended with ${signal ?? `code ${code}`}`));
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Runs an entry that does its work and ends. */
async function runEntry<Schema extends z.ZodType>(
  entry: string,
  environment: Record<string, string>,
  schema: Schema,
  guardian?: Guardian,
): Promise<z.infer<Schema>> {
  const child = spawnService(entry, { ...environment, ...guardian?.environment });
  const { pid } = child;
  if (pid !== undefined) guardian?.watchProcess(pid);
  try {
    return await printedLine(child, entry, schema);
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    if (pid !== undefined) guardian?.forgetProcess(pid);
  }
}

const described = z.object({
  strategies: z.array(describedStrategySchema),
  variables: z.array(z.string()),
});
const migrated = z.object({ migrated: z.object({ applied: z.array(z.string()) }) });
const seeded = z.object({
  seeded: z.object({
    users: z.array(z.object({ id: z.int(), email: z.string(), name: z.string() })),
    password: z.string(),
    posts: z.object({ count: z.int(), firstId: z.int(), lastId: z.int() }),
  }),
});

export type SeededData = z.infer<typeof seeded>['seeded'];

/** The strategies that the service offers, in the order of its registry. */
export async function describeService(): Promise<DescribedStrategy[]> {
  return (await describeWholeService()).strategies;
}

/** The same, and the names of all variables that instances and their companions read. */
export function describeWholeService(): Promise<z.infer<typeof described>> {
  return runEntry('describe', {}, described);
}

export async function migrateDatabase(databaseUrl: string, guardian: Guardian): Promise<string[]> {
  const line = await runEntry('migrate', { DATABASE_URL: databaseUrl }, migrated, guardian);
  return line.migrated.applied;
}

const filled = z.object({ filled: z.object({ what: z.string(), count: z.int() }) });

/** Puts logins or denied tokens into Redis by the service's own code, without hashing passwords. */
export async function fillRedis(
  redisUrl: string,
  what: 'logins' | 'denied-tokens',
  count: number,
  guardian: Guardian,
): Promise<void> {
  const environment = { REDIS_URL: redisUrl, FILL_WITH: what, FILL_COUNT: String(count) };
  await runEntry('fill-redis', environment, filled, guardian);
}

export async function seedDatabase(
  databaseUrl: string,
  amount: { users: number; posts: number },
  guardian: Guardian,
): Promise<SeededData> {
  const environment = {
    DATABASE_URL: databaseUrl,
    SEED_USERS: String(amount.users),
    SEED_POSTS: String(amount.posts),
  };
  return (await runEntry('seed', environment, seeded, guardian)).seeded;
}
