import type { Redis } from 'ioredis';
import { LabError } from '../../model/errors.js';
import type { StoreMember } from '../../stores/store.js';
import { type Fault, nothingToUndo } from './fault.js';
import { knownServers, membersOf, portOf } from './redis-servers.js';
import { withRedis } from './with-redis.js';

const SLOTS = 16_384;
const KEYS_AT_ONCE = 50;
const MIGRATE_TIMEOUT_MS = 5000;

interface Master {
  member: StoreMember;
  id: string;
  /** Slots that hold keys. */
  slots: number[];
}

/** Half of the slots that hold keys, from the server with most of them to the one with least, one slot after the other. */
export const reshard: Fault = {
  title: 'half of the slots of one Redis move to another, key by key',
  undoTitle: null,
  needs: 'cluster',
  async apply(stage) {
    const members = membersOf(stage);
    const known = (await knownServers(members)).filter(({ isPrimary }) => isPrimary);
    const masters = await Promise.all(known.map(({ member }) => describe(member)));
    masters.sort((one, other) => other.slots.length - one.slots.length);
    const [from, to] = [masters[0], masters.at(-1)];
    if (!from || !to || from === to) {
      throw new LabError('FAULT_UNAVAILABLE', 'There is no other Redis that slots could move to.');
    }
    for (const slot of from.slots.slice(0, Math.ceil(from.slots.length / 2))) {
      await moveSlot(slot, from, to, masters);
    }
    return nothingToUndo;
  },
};

async function describe(member: StoreMember): Promise<Master> {
  const master: Master = { member, id: '', slots: [] };
  await withRedis(member.url, async (client) => {
    master.id = String(await client.call('CLUSTER', 'MYID'));
    const pipeline = client.pipeline();
    for (let slot = 0; slot < SLOTS; slot++) pipeline.call('CLUSTER', 'COUNTKEYSINSLOT', slot);
    const counts = (await pipeline.exec()) ?? [];
    // Of slots that are another's it counts none.
    master.slots = counts.flatMap(([, count], slot) => (Number(count) > 0 ? [slot] : []));
  });
  return master;
}

/** https://redis.io/docs/latest/commands/cluster-setslot/, "Redis Cluster live resharding explained" */
async function moveSlot(slot: number, from: Master, to: Master, all: readonly Master[]) {
  const setSlot = (master: Master, ...words: string[]) =>
    withRedis(master.member.url, (client) => client.call('CLUSTER', 'SETSLOT', slot, ...words));
  await setSlot(to, 'IMPORTING', from.id);
  await setSlot(from, 'MIGRATING', to.id);
  await withRedis(from.member.url, (client) => moveKeys(client, slot, to.member));
  // The new owner first: it would not know that it is one, and a client would be sent back and forth.
  for (const master of [to, from, ...all.filter((each) => each !== to && each !== from)]) {
    await setSlot(master, 'NODE', to.id);
  }
}

async function moveKeys(client: Redis, slot: number, to: StoreMember): Promise<void> {
  const password = decodeURIComponent(new URL(to.url).password);
  for (;;) {
    const keys = (await client.call(
      ...(['CLUSTER', 'GETKEYSINSLOT', slot, KEYS_AT_ONCE] as const),
    )) as string[];
    if (keys.length === 0) return;
    await client.call(
      ...(['MIGRATE', '127.0.0.1', portOf(to), '', 0, MIGRATE_TIMEOUT_MS] as const),
      ...(['AUTH', password, 'KEYS', ...keys] as const),
    );
  }
}
