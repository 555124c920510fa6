/** Redis as a store of the lab: REDIS_URL as it is, else a Redis (or Valkey) of this run's own. */
import { usageError } from '../../model/errors.js';
import { readSystem } from '../../processes/operating-system.js';
import { sumOfUsage, usageOf } from '../../processes/process-usage.js';
import type { SessionStoreProduct, StartContext } from '../store.js';
import { findDockerEngine, startRedisContainer } from './docker.js';
import { useGivenRedis } from './given.js';
import { connectRedisMeter } from './info.js';
import {
  findRedisOnPath,
  lookForDebianRedis,
  lookForRedisOnPath,
  type RedisProgram,
  redisAdvice,
  unpackDebianRedis,
} from './program.js';
import { serveRedis } from './server.js';
import { serveSeveralRedis } from './several.js';
import { nameOfShape, ONE_REDIS, type RedisShape } from './shape.js';

export const redis: SessionStoreProduct = redisOf(ONE_REDIS);

/** So many servers of the lab's own. */
export function redisOf(shape: RedisShape): SessionStoreProduct {
  const serve = (program: RedisProgram, context: StartContext) =>
    shape.kind === 'one'
      ? serveRedis(program, context)
      : serveSeveralRedis(program, shape, context);
  return {
    label: 'Redis',
    variable: 'REDIS_URL',
    findGiven: ({ REDIS_URL }) => (REDIS_URL ? { variable: 'REDIS_URL', url: REDIS_URL } : null),
    useGiven: async (given) => {
      if (shape.kind === 'one') return useGivenRedis(given);
      throw usageError(
        'STORES_NOT_OWN',
        `--redis ${nameOfShape(shape)} starts servers of the lab's own, and ${given.variable} names others: unset one of them.`,
      );
    },
    sources: [
      {
        absent: 'no server on PATH',
        look: async (environment) => {
          const command = lookForRedisOnPath(environment);
          return command && `${command} on PATH`;
        },
        start: async (context) => {
          const program = await findRedisOnPath(context);
          return program && serve(program, context);
        },
      },
      {
        absent: 'no apt to unpack one with',
        look: lookForDebianRedis,
        start: async (context) => {
          const program = await unpackDebianRedis(context);
          return program && serve(program, context);
        },
      },
      {
        absent: 'no Docker engine',
        look: async (environment) =>
          (await findDockerEngine(environment)) && 'a container of Docker',
        start: async (context) => (shape.kind === 'one' ? startRedisContainer(context) : null),
      },
    ],
    afterFailure: 'try the next',
    notFoundCode: 'REDIS_NOT_FOUND',
    adviseInstall: async () =>
      `${redisAdvice(await readSystem())} Or set REDIS_URL to a running server.`,
    nameVersion: (version) => version,
    // One thread does its work, and a child writes to the disk, which the lab turns off.
    readUsage: async ({ pid, furtherPids }) =>
      pid === null
        ? null
        : sumOfUsage(await Promise.all([pid, ...(furtherPids?.() ?? [])].map(usageOf))),
    connectMeter: connectRedisMeter,
    // Without a server on PATH: whether the package can be unpacked is known only once it is tried.
    mayBeContainer: async (environment) =>
      lookForRedisOnPath(environment) === null && (await findDockerEngine(environment)) !== null,
  };
}
