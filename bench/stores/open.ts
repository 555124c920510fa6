/** Opens the stores of a run: a database and a session store, given, or the lab's own. */
import type { DatabaseName } from '../model/databases.js';
import { LabError } from '../model/errors.js';
import { makeRunFolder, removeRunFolder } from '../processes/folders/run-folder.js';
import { type Guardian, startGuardian } from '../processes/guardian/guardian.js';
import { chooseOrdinaryUser, type OrdinaryUser } from '../processes/ordinary-user.js';
import { firstSource, triedInWords } from './first-source.js';
import { postgresOf } from './postgres/postgres.js';
import { ONE_POSTGRES, type PostgresShape } from './postgres/shape.js';
import { redisOf } from './redis/redis.js';
import { ONE_REDIS, type RedisShape } from './redis/shape.js';
import { databaseFor, databases, type SessionStoreName } from './registry.js';
import type { StartContext, StartedStore, StoreInformation, StoreProduct } from './store.js';

/** A real database and a real session store. */
export interface Stores {
  databaseUrl: string;
  /** Of the session store, which speaks the protocol of Redis. */
  redisUrl: string;
  database: StoreInformation & { name: DatabaseName };
  sessionStore: StoreInformation & { name: SessionStoreName };
  /** Stops what was started and removes its files. Idempotent; never rejects for a server already gone. */
  stop(): Promise<void>;
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
  /** How many servers Redis is; one when left out. */
  redis?: RedisShape | undefined;
  /** How many servers PostgreSQL is, where it is the database; one when left out. */
  postgres?: PostgresShape | undefined;
}

/** Both, and the guardian that watches them, for one piece of work; closed however that ends. */
export async function withStores<Outcome>(
  options: Omit<StoresOptions, 'guardian'>,
  use: (stores: Stores, guardian: Guardian) => Promise<Outcome>,
): Promise<Outcome> {
  const guardian = await startGuardian();
  let stores: Stores | undefined;
  try {
    stores = await openStores({ ...options, guardian });
    return await use(stores, guardian);
  } finally {
    await stores?.stop();
    await guardian.stop();
  }
}

/**
 * Finds or starts both stores, at once. When one fails the other is stopped, and nothing is left.
 * @throws LabError with the code of what failed; when `signal` was aborted, its reason or INTERRUPTED
 */
export async function openStores(options: StoresOptions = {}): Promise<Stores> {
  const { onMessage = () => {}, environment = process.env, signal } = options;
  const databaseName = databaseFor(options.database, environment);
  const { redis = ONE_REDIS, postgres = ONE_POSTGRES } = options;
  const database = databaseName === 'postgres' ? postgresOf(postgres) : databases[databaseName];
  const products = [database, redisOf(redis)];
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
      if (runFolder !== undefined) await removeRunFolder(runFolder, guardian);
      if (options.guardian === undefined) await guardian.stop();
    })();
    return stopped;
  };

  try {
    const user = await chooseUser(products, environment);
    failure.signal.throwIfAborted();
    runFolder = await makeRunFolder(guardian, user, environment);
    const context = { onMessage, signal: failure.signal, environment, guardian, user, runFolder };
    const starting = products.map(async (product) => {
      try {
        const store = await openStore(product, context);
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
    const [database, sessionStore] = (await Promise.all(starting)) as [StartedStore, StartedStore];
    return {
      databaseUrl: database.url,
      redisUrl: sessionStore.url,
      database: { name: databaseName, ...inform(database) },
      sessionStore: { name: 'redis', ...inform(sessionStore) },
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

/** With all servers given there is nothing to run, so no user is needed. */
function chooseUser(
  products: readonly StoreProduct[],
  environment: NodeJS.ProcessEnv,
): Promise<OrdinaryUser | null> {
  const given = products.every((product) => product.findGiven(environment) !== null);
  return given ? Promise.resolve(null) : chooseOrdinaryUser();
}

/** The given one as it is, else one of this run's own, from the first source that has it. */
async function openStore(product: StoreProduct, context: StartContext): Promise<StartedStore> {
  const given = product.findGiven(context.environment);
  if (given !== null) return product.useGiven(given);
  const { label, sources, afterFailure, notFoundCode, adviseInstall } = product;
  const absent: string[] = [];
  const ways = sources.map((source) => async () => {
    const store = await source.start(context);
    if (store === null) absent.push(source.absent);
    return store;
  });
  const { found, failures } = await firstSource(ways, context, afterFailure);
  if (found !== null) return found;
  const why = absent.length === 0 ? '' : `: ${absent.join(', ')}`;
  throw new LabError(
    notFoundCode,
    `This machine has no ${label} to use${why}. ${await adviseInstall()}${triedInWords(failures)}`,
    { cause: failures[0] },
  );
}

function inform({ url: _url, stop: _stop, ...store }: StartedStore): StoreInformation {
  return store;
}
