import type { Fault } from './fault.js';
import { eachPrimary } from './redis-servers.js';

export const redisFull: Fault = {
  title: 'Redis is full: it refuses what needs memory (maxmemory, noeviction)',
  undoTitle: 'it may grow again',
  async apply(stage) {
    await eachPrimary(stage, async (client) => {
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await client.config('SET', 'maxmemory', '1');
    });
    return async () => {
      await eachPrimary(stage, (client) => client.config('SET', 'maxmemory', '0'));
    };
  },
};
