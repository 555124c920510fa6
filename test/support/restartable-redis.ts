import { rm } from 'node:fs/promises';
import { makeRunFolder } from '../../bench/processes/folders/run-folder.js';
import { type Guardian, startGuardian } from '../../bench/processes/guardian/guardian.js';
import { chooseOrdinaryUser } from '../../bench/processes/ordinary-user.js';
import { findRedisOnPath, unpackDebianRedis } from '../../bench/stores/redis/program.js';
import { serveRedis } from '../../bench/stores/redis/server.js';
import { serveSeveralRedis } from '../../bench/stores/redis/several.js';
import { TEST_REDIS } from './test-redis.js';

/** A real Redis that a test kills and starts again, empty, on the same port. */
export interface RestartableRedis {
  readonly url: string;
  /** All its servers stand still, and keep their connections. */
  freeze(): void;
  thaw(): void;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

export async function createRestartableRedis(): Promise<RestartableRedis> {
  const guardian: Guardian = await startGuardian();
  const environment = { ...process.env };
  const user = await chooseOrdinaryUser();
  const runFolder = await makeRunFolder(guardian, user, environment);
  const context = {
    onMessage: () => {},
    signal: new AbortController().signal,
    environment,
    guardian,
    user,
    runFolder,
  };
  const program = (await findRedisOnPath(context)) ?? (await unpackDebianRedis(context));
  if (program === null) {
    throw new Error('these tests need redis-server on PATH or Debian packages to unpack it from');
  }
  const { url, hands, stop } =
    TEST_REDIS.kind === 'one'
      ? await serveRedis(program, context)
      : await serveSeveralRedis(program, TEST_REDIS, context);
  if (hands === undefined) {
    throw new Error('a server of the lab itself can be killed and frozen');
  }
  return {
    url,
    freeze: () => hands.signal('SIGSTOP'),
    thaw: () => hands.signal('SIGCONT'),
    kill: hands.kill,
    start: hands.start,
    remove: async () => {
      await stop();
      await rm(runFolder, { recursive: true, force: true });
      guardian.forgetFolder(runFolder);
      await guardian.stop();
    },
  };
}
