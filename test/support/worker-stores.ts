/** Servers that one worker of mocha has for itself. */
export interface WorkerStores {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** What .mocharc.together.cjs says; otherwise mocha is one process. */
export const WORKERS = Number(process.env.LAB_TEST_WORKERS ?? 1);

/** Workers are started after this, and inherit the environment. */
export function publishStores(stores: readonly WorkerStores[]): void {
  process.env.LAB_TEST_STORES = JSON.stringify(stores);
}

/** Those of the worker that asks, unless another is named. */
export function workerStores(worker = Number(process.env.MOCHA_WORKER_ID ?? 0)): WorkerStores {
  const all: WorkerStores[] = JSON.parse(process.env.LAB_TEST_STORES ?? '[]');
  const stores = all[worker];
  if (stores === undefined) {
    throw new Error(
      'No stores were started: run the tests with mocha, from the folder of the project',
    );
  }
  return stores;
}

/** For a mocha that a test starts: it has stores, workers and a folder of its own. */
export function environmentOfOtherTests(): NodeJS.ProcessEnv {
  const ours = /^(LAB_TEST_(STORES|WORKERS|FOLDER)|MOCHA_WORKER_ID)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
