import type { StoreMember } from '../../stores/store.js';
import type { Fault } from './fault.js';
import { type ChosenPrimary, choosePrimary, knownServers } from './redis-servers.js';

export const quorumLoss: Fault = {
  title: 'too many servers are killed for the others to agree who takes over',
  undoTitle: 'they are started again',
  needs: 'replicas',
  async apply(stage) {
    const chosen = await choosePrimary(stage);
    const away = await majorityOf(chosen);
    await Promise.all(away.map(({ hands }) => hands.kill()));
    return async () => {
      await Promise.all(away.map(({ hands }) => hands.start()));
      await chosen.untilInOrder();
    };
  },
};

/** Those who vote are the masters of a cluster, else the Sentinels; with these a primary goes. */
async function majorityOf({ members, primary }: ChosenPrimary): Promise<StoreMember[]> {
  if (members.kind === 'sentinel') {
    return [primary, ...members.watchers.slice(0, majority(members.watchers.length))];
  }
  const masters = (await knownServers(members)).filter(({ isPrimary }) => isPrimary);
  return masters.slice(0, majority(masters.length)).map(({ member }) => member);
}

function majority(voters: number): number {
  return Math.floor(voters / 2) + 1;
}
