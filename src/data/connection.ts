import { DataSource, type MigrationInterface, QueryFailedError } from 'typeorm';
import { AppError, STARTUP_WAIT_MS, StartupError, unavailable } from '../server/errors.js';
import type { ConnectionOptions, Dialect } from './dialects/dialect.js';
import { IdempotencyKey } from './idempotency-key.js';
import { Post } from './post.js';
import { User } from './user.js';

type Migrations = readonly (new () => MigrationInterface)[];

/**
 * Connects to one server, which holds the tables of the service.
 * @param variable that named it
 * @throws StartupError `database_unreachable`
 */
export async function connectTo(
  options: ConnectionOptions,
  { dialect, variable, migrations }: { dialect: Dialect; variable: string; migrations: Migrations },
): Promise<DataSource> {
  const dataSource = new DataSource({
    ...(await dialect.connection(options)),
    entities: [User, Post, IdempotencyKey],
    migrations: [...migrations],
    synchronize: false,
  });
  await initialize(dataSource, dialect, variable);
  return dataSource;
}

async function initialize(
  dataSource: DataSource,
  { errors }: Dialect,
  variable: string,
): Promise<void> {
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
        throw new StartupError('database_unreachable', `${variable}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  }
}

/**
 * Waiting for a connection and waiting for the answer each have their own limit in the driver; a
 * client of the API waits for both, so the sum is bounded here.
 */
export async function withinDeadline<T>(
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
export function sourceOf(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
