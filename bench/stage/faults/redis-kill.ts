import type { Fault } from './fault.js';

export const redisKill: Fault = {
  title: 'Redis is killed, and stays away',
  undoTitle: 'it is started again, empty',
  async apply({ redis }) {
    await redis.kill();
    return () => redis.start();
  },
};
