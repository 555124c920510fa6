import type { Logger } from 'pino';
import type { DataSource, EntityManager } from 'typeorm';
import { AppError } from '../server/errors.js';
import { connectTo, sourceOf, withinDeadline } from './connection.js';
import type { Dialect, Violation } from './dialects/dialect.js';
import { dialectOfUrl } from './dialects/registry.js';
import { CreateUsersAndPosts1760000000000 } from './migrations/1760000000000-create-users-and-posts.js';
import { LoginsKeysAndDelegation1770000000000 } from './migrations/1770000000000-logins-keys-and-delegation.js';
import { PostVersionsAndIdempotencyKeys1780000000000 } from './migrations/1780000000000-post-versions-and-idempotency-keys.js';
import { PasswordChanges1791000000000 } from './migrations/1791000000000-password-changes.js';
import { ExpiryOfRefreshFamilies1792000000000 } from './migrations/1792000000000-expiry-of-refresh-families.js';
import { openReplica, type Replica } from './replica.js';
import { type StoreTimer, timed } from './store-timer.js';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Longest wait of one piece of work, connection and queries together. */
  readonly timeoutMs: number;
  readonly log: Logger;
  /** Hears how long each piece of work took. */
  readonly onAnswer?: StoreTimer | undefined;
  /** A copy that follows the database, and may be asked for what may be a little old. */
  readonly replica?:
    | { readonly url: string; readonly onAnswer?: StoreTimer | undefined }
    | undefined;
}

export interface Database {
  readonly dataSource: DataSource;
  readonly dialect: Dialect;
  /**
   * Does a piece of work within the deadline.
   * @throws AppError `database_unavailable` when the server is down, frozen or too busy;
   *   `validation_failed` for a number or a text that no column can hold
   */
  run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
  /**
   * Reads what may be as it was a moment ago: from the replica, where there is one that answers, and
   * otherwise as `run` does. It may lack what the caller has just written.
   */
  readOlder<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
  /** The rule that a statement would have broken, if that is why the work failed. */
  violation(error: unknown): Violation | undefined;
  /** Resolves when it takes writes. @throws AppError `database_unavailable` */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
}

const MIGRATIONS = [
  CreateUsersAndPosts1760000000000,
  LoginsKeysAndDelegation1770000000000,
  PostVersionsAndIdempotencyKeys1780000000000,
  PasswordChanges1791000000000,
  ExpiryOfRefreshFamilies1792000000000,
];

const DEADLOCK_RETRIES = 3;
/** A server that is meant to be read only must not make every request connect anew. */
const DROP_EVERY_MS = 1000;

/** @throws StartupError `database_unreachable` */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const dialect = dialectOfUrl(options.url);
  const dataSource = await connectTo(options, {
    dialect,
    variable: 'DATABASE_URL',
    migrations: MIGRATIONS,
  });
  const replica = await openReplicaOf(options, dialect).catch(async (error) => {
    await dataSource.destroy();
    throw error;
  });

  let droppedMs = Number.NEGATIVE_INFINITY;
  /** After a failover the address may lead to the new primary; connections that are there do not. */
  function dropIfReadOnly(error: unknown): never {
    const now = performance.now();
    if (dialect.errors.isReadOnly(sourceOf(error)) && now - droppedMs > DROP_EVERY_MS) {
      droppedMs = now;
      options.log.warn(`${dialect.product} takes no writes: connecting again`);
      // Later: who failed has given its own connection back by then.
      setImmediate(() => dialect.dropConnections(dataSource));
    }
    throw error;
  }
  const run = <T>(work: (manager: EntityManager) => Promise<T>): Promise<T> =>
    timed(
      withinDeadline(
        withoutDeadlock(() => work(dataSource.manager), dialect).catch(dropIfReadOnly),
        options.timeoutMs,
        dialect,
      ),
      options.onAnswer,
      isAnswer,
    );

  return {
    dataSource,
    dialect,
    run,
    readOlder: (work) =>
      replica === undefined
        ? run(work)
        : replica.read(work).then((read) => (read === undefined ? run(work) : read.rows)),
    checkWritable: () => run((manager) => dialect.checkWritable(manager)),
    violation: (error) => dialect.errors.violation(sourceOf(error)),
    close: async () => {
      await replica?.close();
      await dataSource.destroy();
    },
  };
}

async function openReplicaOf(
  { replica, ...options }: DatabaseOptions,
  dialect: Dialect,
): Promise<Replica | undefined> {
  if (replica === undefined) {
    return undefined;
  }
  const { url, onAnswer } = replica;
  return openReplica({ ...options, url, onAnswer }, dialect);
}

/** A statement that was refused was answered. */
function isAnswer(error: unknown): boolean {
  return !(error instanceof AppError && error.code === 'database_unavailable');
}

/**
 * Does work again whose transaction, or only statement, the server rolled back to let another one
 * through: of it nothing is left, so nothing is done twice.
 */
async function withoutDeadlock<T>(work: () => Promise<T>, { errors }: Dialect): Promise<T> {
  for (let retries = DEADLOCK_RETRIES; ; retries -= 1) {
    try {
      return await work();
    } catch (error) {
      if (retries === 0 || !errors.isDeadlock(sourceOf(error))) {
        throw error;
      }
    }
  }
}
