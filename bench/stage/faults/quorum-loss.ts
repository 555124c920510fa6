import type { StoreMember, StoreMembers } from '../../stores/store.js';
import type { Fault } from './fault.js';
import {
  countPrimaries,
  knownServers,
  membersOf,
  primaryWithReplicas,
  untilInOrder,
} from './redis-servers.js';

export const quorumLoss: Fault = {
  title: 'too many servers are killed for the others to agree who takes over',
  undoTitle: 'they are started again',
  needs: 'replicas',
  async apply(stage) {
    const members = membersOf(stage);
    const primaries = await countPrimaries(members);
    const away = await majorityOf(members);
    await Promise.all(away.map(({ hands }) => hands.kill()));
    return async () => {
      await Promise.all(away.map(({ hands }) => hands.start()));
      await untilInOrder(members, primaries);
    };
  },
};

/** Those who vote are the masters of a cluster, else the Sentinels; with these a primary goes. */
async function majorityOf(members: StoreMembers): Promise<StoreMember[]> {
  if (members.kind === 'sentinel') {
    const { primary } = await primaryWithReplicas(members);
    return [primary, ...members.watchers.slice(0, majority(members.watchers.length))];
  }
  const masters = (await knownServers(members)).filter(({ isPrimary }) => isPrimary);
  return masters.slice(0, majority(masters.length)).map(({ member }) => member);
}

function majority(voters: number): number {
  return Math.floor(voters / 2) + 1;
}
