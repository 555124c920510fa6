import type { Logger } from 'pino';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { AppError, StartupError, unavailable } from '../server/errors.js';
import type { Dialect, Violation } from './dialects/dialect.js';
import { dialectOfUrl } from './dialects/registry.js';
import { IdempotencyKey } from './idempotency-key.js';
import { CreateUsersAndPosts1760000000000 } from './migrations/1760000000000-create-users-and-posts.js';
import { LoginsKeysAndDelegation1770000000000 } from './migrations/1770000000000-logins-keys-and-delegation.js';
import { PostVersionsAndIdempotencyKeys1780000000000 } from './migrations/1780000000000-post-versions-and-idempotency-keys.js';
import { PasswordChanges1791000000000 } from './migrations/1791000000000-password-changes.js';
import { ExpiryOfRefreshFamilies1792000000000 } from './migrations/1792000000000-expiry-of-refresh-families.js';
import { Post } from './post.js';
import { type StoreTimer, timed } from './store-timer.js';
import { User } from './user.js';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Longest wait of one piece of work, connection and queries together. */
  readonly timeoutMs: number;
  readonly log: Logger;
  /** Hears how long each piece of work took. */
  readonly onAnswer?: StoreTimer | undefined;
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
  /** The rule that a statement would have broken, if that is why the work failed. */
  violation(error: unknown): Violation | undefined;
  /** Resolves when it takes writes. @throws AppError `database_unavailable` */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
}

/** How long a starting process waits for a server that is there but slow. */
const STARTUP_WAIT_MS = 5000;
const DEADLOCK_RETRIES = 3;
/** A server that is meant to be read only must not make every request connect anew. */
const DROP_EVERY_MS = 1000;

/** @throws StartupError `database_unreachable` */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const dialect = dialectOfUrl(options.url);
  const dataSource = new DataSource({
    ...(await dialect.connection(options)),
    entities: [User, Post, IdempotencyKey],
    migrations: [
      CreateUsersAndPosts1760000000000,
      LoginsKeysAndDelegation1770000000000,
      PostVersionsAndIdempotencyKeys1780000000000,
      PasswordChanges1791000000000,
      ExpiryOfRefreshFamilies1792000000000,
    ],
    synchronize: false,
  });
  await initialize(dataSource, dialect);

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
    checkWritable: () => run((manager) => dialect.checkWritable(manager)),
    violation: (error) => dialect.errors.violation(sourceOf(error)),
    close: () => dataSource.destroy(),
  };
}

/** A statement that was refused was answered. */
function isAnswer(error: unknown): boolean {
  return !(error instanceof AppError && error.code === 'database_unavailable');
}

async function initialize(dataSource: DataSource, { errors }: Dialect): Promise<void> {
  const deadline = Date.now() + STARTUP_WAIT_MS;
  for (;;) {
    try {
      await dataSource.initialize();
      return;
    } catch (error) {
      // Busy or still starting is worth another try; refused, unknown host or wrong password is not.
      const { code } = error as { code?: unknown };
      const final = typeof code === 'string' && !errors.worthWaiting.has(code);
      if (final || Date.now() > deadline) {
        throw new StartupError('database_unreachable', `DATABASE_URL: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  }
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

/**
 * Waiting for a connection and waiting for the answer each have their own limit in the driver; a
 * client of the API waits for both, so the sum is bounded here.
 */
async function withinDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  { errors }: Dialect,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable('database_unavailable', 'deadline')), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof AppError) {
      throw error;
    }
    // Values are checked where they come in. One that nobody thought of is still the client's.
    if (errors.violation(sourceOf(error)) === 'unstorable') {
      throw new AppError('validation_failed', {
        detail: 'It holds a number or a text that the database cannot keep.',
        cause: error,
      });
    }
    throw errors.isOutage(sourceOf(error)) ? unavailable('database_unavailable', error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** What the driver raised. */
function sourceOf(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
