import { type Fault, nothingToUndo } from './fault.js';
import { eachPrimary } from './redis-servers.js';

export const redisFlush: Fault = {
  title: 'somebody empties Redis (FLUSHALL)',
  undoTitle: null,
  async apply(stage) {
    await eachPrimary(stage, (client) => client.flushall());
    return nothingToUndo;
  },
};
