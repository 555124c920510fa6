import type { Fault } from './fault.js';
import { choosePrimary } from './redis-servers.js';

export const primaryFreeze: Fault = {
  title: 'a Redis that takes writes stands still, and its replica takes over',
  undoTitle: 'it goes on, and becomes a replica',
  needs: 'replicas',
  async apply(stage) {
    const { primary, untilInOrder } = await choosePrimary(stage);
    primary.hands.signal('SIGSTOP');
    return async () => {
      primary.hands.signal('SIGCONT');
      await untilInOrder();
    };
  },
};
