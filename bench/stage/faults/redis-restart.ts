import { type Fault, nothingToUndo } from './fault.js';

export const redisRestart: Fault = {
  title: 'Redis is killed and comes back empty at once',
  undoTitle: null,
  async apply({ redis }) {
    await redis.kill();
    await redis.start();
    return nothingToUndo;
  },
};
