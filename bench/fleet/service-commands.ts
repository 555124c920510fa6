/** Entries of the service that do a piece of work, print one line of JSON about it, and end. */
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { type DescribedStrategy, describedStrategySchema } from '../model/result-schema.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import { printedLine, printedLines, spawnService } from './service-process.js';

const described = z.object({
  strategies: z.array(describedStrategySchema),
  variables: z.array(z.string()),
  accessTokenTtlSeconds: z.number(),
});
/** What a build of any age says. */
const named = z.object({ strategies: z.array(z.object({ name: z.string() })) });
const migrated = z.object({ migrated: z.object({ applied: z.array(z.string()) }) });
const seeded = z.object({
  seeded: z.object({
    users: z.array(z.object({ id: z.int(), email: z.string(), name: z.string() })),
    password: z.string(),
    posts: z.object({ count: z.int(), firstId: z.int(), lastId: z.int() }),
  }),
});
const rotated = z.object({ rotated: z.object({ kid: z.string() }) });
const filled = z.object({ filled: z.object({ what: z.string(), count: z.int() }) });

const minted = z.object({
  minted: z.array(
    z.object({
      userId: z.int(),
      token: z.looseObject({ access_token: z.string(), token_type: z.string() }).optional(),
      cookies: z.array(z.string()),
    }),
  ),
});

/** What a login gave: a token in its answer, cookies beside it or instead. */
export type MintedLogin = z.infer<typeof minted>['minted'][number];

export type SeededData = z.infer<typeof seeded>['seeded'];

/** The strategies that the service offers, in the order of its registry. */
export async function describeService(): Promise<DescribedStrategy[]> {
  return (await describeWholeService()).strategies;
}

/**
 * The same, the names of all variables that instances and their companions read, and how long an access
 * token lives where nobody says otherwise.
 */
export function describeWholeService(): Promise<z.infer<typeof described>> {
  return runEntry('describe', {}, described);
}

/** Names of the strategies of another build. @param folder of its entries */
export async function strategiesIn(folder: string): Promise<string[]> {
  const line = await endOf(spawnService('describe', {}, [], folder), 'describe', named);
  return line.strategies.map(({ name }) => name);
}

export async function migrateDatabase(databaseUrl: string, guardian: Guardian): Promise<string[]> {
  const line = await runEntry('migrate', { DATABASE_URL: databaseUrl }, migrated, guardian);
  return line.migrated.applied;
}

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

/**
 * Logs the first users in by the service's own code, without hashing passwords.
 *
 * @param environment that of an instance
 */
export async function mintLogins(
  environment: Readonly<Record<string, string>>,
  users: number,
  guardian: Guardian,
): Promise<MintedLogin[]> {
  const child = spawnService('mint-logins', {
    ...environment,
    ...guardian.environment,
    MINT_USERS: String(users),
  });
  const lines = await watched(child, guardian, () => printedLines(child, 'mint-logins', minted));
  return lines.flatMap((line) => line.minted);
}

/** Makes the key that signs tokens next. @param environment that of an instance, and what KEY_… says beside it */
export async function rotateKeys(
  environment: Readonly<Record<string, string>>,
  guardian: Guardian,
): Promise<void> {
  await runEntry('rotate-keys', environment, rotated, guardian);
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

/** Runs an entry that does its work and ends. */
async function runEntry<Schema extends z.ZodType>(
  entry: string,
  environment: Readonly<Record<string, string>>,
  schema: Schema,
  guardian?: Guardian,
): Promise<z.infer<Schema>> {
  const child = spawnService(entry, { ...environment, ...guardian?.environment });
  return endOf(child, entry, schema, guardian);
}

async function endOf<Schema extends z.ZodType>(
  child: ChildProcess,
  entry: string,
  schema: Schema,
  guardian?: Guardian,
): Promise<z.infer<Schema>> {
  return watched(child, guardian, () => printedLine(child, entry, schema));
}

/** Ended however the work ends. */
async function watched<Outcome>(
  child: ChildProcess,
  guardian: Guardian | undefined,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const { pid } = child;
  if (pid !== undefined) guardian?.watchProcess(pid);
  try {
    return await work();
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    if (pid !== undefined) guardian?.forgetProcess(pid);
  }
}
