/** Redis as a store of the lab: REDIS_URL as it is, else a Redis (or Valkey) of this run's own. */
import { readSystem } from '../../processes/operating-system.js';
import { isLoopback } from '../../processes/ports/loopback.js';
import { usageOf } from '../../processes/process-usage.js';
import { checkGivenUrl } from '../given-url.js';
import type { GivenStore, SessionStoreProduct, StartedStore } from '../store.js';
import { unreachable } from '../unanswered.js';
import { findDockerEngine, startRedisContainer } from './docker.js';
import { askRedis, connectRedisMeter, describeRedis } from './info.js';
import {
  findRedisOnPath,
  isRedis,
  lookForDebianRedis,
  lookForRedisOnPath,
  redisAdvice,
  unpackDebianRedis,
} from './program.js';
import { serveRedis } from './server.js';

export const redis: SessionStoreProduct = {
  label: 'Redis',
  variable: 'REDIS_URL',
  findGiven: ({ REDIS_URL }) => (REDIS_URL ? { variable: 'REDIS_URL', url: REDIS_URL } : null),
  useGiven,
  sources: [
    {
      absent: 'no server on PATH',
      look: async (environment) => {
        const command = lookForRedisOnPath(environment);
        return command && `${command} on PATH`;
      },
      start: async (context) => {
        const program = await findRedisOnPath(context);
        return program && serveRedis(program, context);
      },
    },
    {
      absent: 'no apt to unpack one with',
      look: lookForDebianRedis,
      start: async (context) => {
        const program = await unpackDebianRedis(context);
        return program && serveRedis(program, context);
      },
    },
    {
      absent: 'no Docker engine',
      look: async (environment) => (await findDockerEngine(environment)) && 'a container of Docker',
      start: startRedisContainer,
    },
  ],
  afterFailure: 'try the next',
  notFoundCode: 'REDIS_NOT_FOUND',
  adviseInstall: async () =>
    `${redisAdvice(await readSystem())} Or set REDIS_URL to a running server.`,
  nameVersion: (version) => version,
  // One thread does its work, and a child writes to the disk, which the lab turns off.
  readUsage: async ({ pid }) => (pid === null ? null : usageOf(pid)),
  connectMeter: connectRedisMeter,
  // Without a server on PATH: whether the package can be unpacked is known only once it is tried.
  mayBeContainer: async (environment) =>
    lookForRedisOnPath(environment) === null && (await findDockerEngine(environment)) !== null,
};

async function useGiven(given: GivenStore): Promise<StartedStore> {
  const { variable, url } = given;
  checkGivenUrl(variable, url, ['redis:', 'rediss:']);
  const information = await askRedis(url, 5_000).catch((cause: Error) => {
    throw unreachable(given, 'Redis', 'REDIS_UNREACHABLE', cause);
  });
  return {
    url,
    startedBy: variable,
    given: true,
    version: describeRedis(information),
    pid: findPid(url, Number(information.process_id)),
    stop: async () => {},
  };
}

/** The pid it states, when that is a Redis of this machine (it is not behind a forwarded port). */
function findPid(url: string, pid: number): number | null {
  return isLoopback(new URL(url).hostname) && isRedis(pid) ? pid : null;
}
