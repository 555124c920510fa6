import type { Fault } from './fault.js';

export const redisFreeze: Fault = {
  title: 'Redis stands still, with all connections open',
  undoTitle: 'it goes on',
  async apply({ redis }) {
    redis.signal('SIGSTOP');
    return async () => redis.signal('SIGCONT');
  },
};
