import type { Fault } from './fault.js';
import { choosePrimary } from './redis-servers.js';

export const primaryKill: Fault = {
  title: 'a Redis that takes writes is killed, and its replica takes over',
  undoTitle: 'it is started again, and becomes a replica',
  needs: 'replicas',
  async apply(stage) {
    const { primary, untilInOrder } = await choosePrimary(stage);
    await primary.hands.kill();
    return async () => {
      await primary.hands.start();
      await untilInOrder();
    };
  },
};
