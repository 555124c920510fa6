import { endLogins, type Fault } from './fault.js';
import { choosePrimary } from './redis-servers.js';
import { withRedis } from './with-redis.js';

/** Of the people of each lane. */
const LEAVE = 0.5;

/**
 * The replicas cannot log in to their primary any more, as if the way between them were cut, and keep what they
 * have. What is acknowledged from then on is in the primary alone, which then dies.
 */
export const staleReplica: Fault = {
  title:
    'half of the people log out while no replica hears of it; then that Redis is killed, and a replica takes over',
  undoTitle: 'it is started again, and becomes a replica',
  needs: 'replicas',
  async apply(stage) {
    const { primary, replicas, untilInOrder } = await choosePrimary(stage);
    const { password } = new URL(primary.url);
    const setPassword = (to: string) =>
      Promise.all(
        replicas.map(({ url }) =>
          withRedis(url, (client) => client.config('SET', 'masterauth', to)),
        ),
      );
    await setPassword('of another time');
    await withRedis(primary.url, (client) => client.call('CLIENT', 'KILL', 'TYPE', 'replica'));
    await endLogins(stage, LEAVE);
    await primary.hands.kill();
    return async () => {
      await primary.hands.start();
      await setPassword(decodeURIComponent(password));
      await untilInOrder();
    };
  },
};
