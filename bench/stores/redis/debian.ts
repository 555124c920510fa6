import type { UnpackContext } from '../debian/apt.js';
import { unpackDebianSoftware } from '../debian/packages.js';
import { redisServerNames } from './on-path.js';
import { type RedisProgram, tryRedis } from './server.js';

/**
 * The distribution's own Redis (or Valkey), unpacked. Null where there is no apt.
 * @throws LabError REDIS_NOT_UNPACKED, CACHE_NOT_WRITABLE
 */
export function unpackDebianRedis(context: UnpackContext): Promise<RedisProgram | null> {
  return unpackDebianSoftware(
    {
      name: 'Redis',
      key: REDIS_CACHE_KEY,
      errorCode: 'REDIS_NOT_UNPACKED',
      // The second of each holds the program itself.
      packages: [
        ['redis-server', 'redis-tools'],
        ['valkey-server', 'valkey-tools'],
      ],
      programs: redisServerNames.map((name) => `usr/bin/${name}`),
      tryProgram: tryRedis,
      describe: (program, origin) => ({ ...program, name: `redis-server ${origin}` }),
    },
    context,
  );
}

export const REDIS_CACHE_KEY = 'redis';
