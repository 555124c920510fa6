import { type Fault, nothingToUndo } from './fault.js';
import { choosePrimary } from './redis-servers.js';

/** So soon that nobody takes over: its slots stay, and its replica empties itself to be like it. */
export const primaryRestart: Fault = {
  title: 'a Redis that takes writes is killed and comes back empty, before its replica takes over',
  undoTitle: null,
  needs: 'replicas',
  async apply(stage) {
    const { primary, untilInOrder } = await choosePrimary(stage);
    await primary.hands.kill();
    await primary.hands.start();
    await untilInOrder();
    return nothingToUndo;
  },
};
