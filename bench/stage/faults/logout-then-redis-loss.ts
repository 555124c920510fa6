import { setTimeout as delay } from 'node:timers/promises';
import { endLogins, type Fault, nothingToUndo } from './fault.js';

/** Long enough for every instance to be seen refusing the ended login. */
const SEEN_MS = 700;

export const logoutThenRedisLoss: Fault = {
  title: 'one user logs out; then Redis is killed and comes back empty at once',
  undoTitle: null,
  async apply(stage) {
    await endLogins(stage, 1);
    await delay(SEEN_MS);
    await stage.redis.kill();
    await stage.redis.start();
    return nothingToUndo;
  },
};
