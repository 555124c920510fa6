import { LabError } from '../../model/errors.js';
import { readSystem, redisAdvice } from '../../processes/operating-system.js';
import type { StartContext, StartedStore } from '../open.js';
import { unpackDebianRedis } from './debian.js';
import { startRedisContainer } from './docker.js';
import { useGivenRedis } from './given.js';
import { findRedisOnPath } from './on-path.js';
import { serveRedis } from './server.js';

/**
 * Where a Redis can come from, in the order tried. Each gives null when its way does not exist on
 * this machine, and throws when it exists but fails; then the next one is tried.
 */
const sources: ((context: StartContext) => Promise<StartedStore | null>)[] = [
  async (context) => {
    const program = await findRedisOnPath(context);
    return program && serveRedis(program, context);
  },
  async (context) => {
    const program = await unpackDebianRedis(context);
    return program && serveRedis(program, context);
  },
  startRedisContainer,
];

/**
 * REDIS_URL as it is, else a Redis (or Valkey) of this run's own.
 * @throws LabError REDIS_UNREACHABLE, REDIS_NOT_FOUND
 */
export async function startRedis(context: StartContext): Promise<StartedStore> {
  const given = context.environment.REDIS_URL;
  if (given) return useGivenRedis(given);

  const failures: Error[] = [];
  for (const start of sources) {
    context.signal.throwIfAborted();
    try {
      const store = await start(context);
      if (store) return store;
    } catch (error) {
      context.signal.throwIfAborted();
      // Only what a source could foresee moves on to the next one; a defect of the lab must be seen.
      if (!(error instanceof LabError)) throw error;
      failures.push(error);
      context.onMessage(error.message);
    }
  }
  const tried = failures.map((failure) => `\n- ${failure.message}`).join('');
  throw new LabError(
    'REDIS_NOT_FOUND',
    `This machine has no Redis to use. ${redisAdvice(await readSystem())} Or set REDIS_URL to a running server.${tried && `\nTried:${tried}`}`,
    { cause: failures[0] },
  );
}
