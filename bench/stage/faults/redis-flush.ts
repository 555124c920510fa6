import { type Fault, nothingToUndo } from './fault.js';
import { withRedis } from './with-redis.js';

export const redisFlush: Fault = {
  title: 'somebody empties Redis (FLUSHALL)',
  undoTitle: null,
  async apply({ redis }) {
    await withRedis(redis.url, (client) => client.flushall());
    return nothingToUndo;
  },
};
