import type { Logger } from 'pino';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { AppError, StartupError, unavailable } from '../errors.js';
import { deadlineClient } from './deadline-client.js';
import { IdempotencyKey } from './idempotency-key.js';
import { CreateUsersAndPosts1760000000000 } from './migrations/1760000000000-create-users-and-posts.js';
import { LoginsKeysAndDelegation1770000000000 } from './migrations/1770000000000-logins-keys-and-delegation.js';
import { PostVersionsAndIdempotencyKeys1780000000000 } from './migrations/1780000000000-post-versions-and-idempotency-keys.js';
import { Post } from './post.js';
import { User } from './user.js';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Longest wait of one piece of work, connection and queries together. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

export interface Database {
  readonly dataSource: DataSource;
  /**
   * Does a piece of work within the deadline.
   * @throws AppError `database_unavailable` when PostgreSQL is down, frozen or too busy
   */
  run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** How long a starting process waits for a PostgreSQL that is there but slow. */
const STARTUP_WAIT_MS = 5000;
const IDLE_CONNECTION_MS = 60_000;

/** @throws StartupError `database_unreachable` */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    entities: [User, Post, IdempotencyKey],
    migrations: [
      CreateUsersAndPosts1760000000000,
      LoginsKeysAndDelegation1770000000000,
      PostVersionsAndIdempotencyKeys1780000000000,
    ],
    synchronize: false,
    installExtensions: false,
    poolSize: options.poolSize,
    connectTimeoutMS: options.timeoutMs,
    poolErrorHandler: (error: unknown) =>
      options.log.warn({ error: String(error) }, 'postgresql connection lost'),
    extra: {
      Client: deadlineClient(options.timeoutMs),
      idleTimeoutMillis: IDLE_CONNECTION_MS,
    },
  });
  await initialize(dataSource);

  return {
    dataSource,
    run: (work) => withinDeadline(work(dataSource.manager), options.timeoutMs),
    close: () => dataSource.destroy(),
  };
}

async function initialize(dataSource: DataSource): Promise<void> {
  const deadline = Date.now() + STARTUP_WAIT_MS;
  for (;;) {
    try {
      await dataSource.initialize();
      return;
    } catch (error) {
      // Busy or still starting is worth another try; refused, unknown host or wrong password is not.
      const { code } = error as { code?: unknown };
      const final = typeof code === 'string' && code !== '57P03' && code !== 'ETIMEDOUT';
      if (final || Date.now() > deadline) {
        throw new StartupError('database_unreachable', `DATABASE_URL: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  }
}

/**
 * Waiting for a connection and waiting for the answer each have their own limit in pg; a client of
 * the API waits for both, so the sum is bounded here.
 */
async function withinDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable('database_unavailable', 'deadline')), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw isOutage(error) ? unavailable('database_unavailable', error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const OUTAGE_SQLSTATES = /^(08...|57P0[1-5]|57014|53[0-3]00|58...|25006)$/;
const OUTAGE_ERRNOS =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
/** pg raises these without a code. */
const OUTAGE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

function isOutage(error: unknown): boolean {
  if (error instanceof AppError) {
    return false;
  }
  const source = error instanceof QueryFailedError ? error.driverError : error;
  const { code, message } = source as { code?: unknown; message?: unknown };
  if (typeof code === 'string') {
    return OUTAGE_SQLSTATES.test(code) || OUTAGE_ERRNOS.test(code);
  }
  return typeof message === 'string' && OUTAGE_MESSAGES.test(message);
}

/** SQLSTATE of a failed query, or undefined. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof QueryFailedError
    ? (error.driverError as { code?: string }).code
    : undefined;
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
