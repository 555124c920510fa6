import type { Fault } from './fault.js';
import { withRedis } from './with-redis.js';

export const redisFull: Fault = {
  title: 'Redis is full: it refuses what needs memory (maxmemory, noeviction)',
  undoTitle: 'it may grow again',
  async apply({ redis }) {
    await withRedis(redis.url, async (client) => {
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await client.config('SET', 'maxmemory', '1');
    });
    return async () => {
      await withRedis(redis.url, (client) => client.config('SET', 'maxmemory', '0'));
    };
  },
};
