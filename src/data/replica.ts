import type { EntityManager } from 'typeorm';
import { AppError } from '../server/errors.js';
import { connectTo, withinDeadline } from './connection.js';
import type { ConnectionOptions, Dialect } from './dialects/dialect.js';
import { type StoreTimer, timed } from './store-timer.js';

/** A server that follows the database some time behind, such as a standby of PostgreSQL. */
export interface Replica {
  /** Undefined where it could not answer: the primary may. Never throws. */
  read<T>(work: (manager: EntityManager) => Promise<T>): Promise<{ readonly rows: T } | undefined>;
  close(): Promise<void>;
}

/** For so long a replica is left alone that did not answer: not every request shall wait for it first. */
const LEFT_ALONE_MS = 1000;

/** @throws StartupError `database_unreachable` */
export async function openReplica(
  options: ConnectionOptions & { readonly onAnswer?: StoreTimer | undefined },
  dialect: Dialect,
): Promise<Replica> {
  // Who waits for it in vain waits for the primary too.
  const timeoutMs = Math.ceil(options.timeoutMs / 2);
  const dataSource = await connectTo(
    { ...options, timeoutMs },
    { dialect, variable: 'DATABASE_REPLICA_URL', migrations: [] },
  );
  let leftAloneUntilMs = Number.NEGATIVE_INFINITY;
  return {
    read: async (work) => {
      if (performance.now() < leftAloneUntilMs) {
        return undefined;
      }
      try {
        const read = withinDeadline(work(dataSource.manager), timeoutMs, dialect);
        return { rows: await timed(read, options.onAnswer) };
      } catch (error) {
        // Others are of one read: the replica cancels some to go on with what it follows (SQLSTATE 40001),
        // and an error of the caller's is met again at the primary.
        if (error instanceof AppError && error.code === 'database_unavailable') {
          leftAloneUntilMs = performance.now() + LEFT_ALONE_MS;
          options.log.warn(`a replica of ${dialect.product} did not answer`);
        }
        return undefined;
      }
    },
    close: () => dataSource.destroy(),
  };
}
