/** The servers of a Redis that is several, by what they are now. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { LabError } from '../../model/errors.js';
import { parseInfo } from '../../stores/redis/info.js';
import type { StoreMember, StoreMembers } from '../../stores/store.js';
import type { StageHands } from './fault.js';
import { withRedis } from './with-redis.js';

export interface KnownServer {
  readonly member: StoreMember;
  readonly isPrimary: boolean;
  /** Of a replica: where its primary listens. */
  readonly primaryPort: number | null;
  readonly isInStep: boolean;
}

const IN_ORDER_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 100;

/** @throws LabError FAULT_UNAVAILABLE where Redis is one server */
export function membersOf({ redis }: Pick<StageHands, 'redis'>): StoreMembers {
  if (redis.members) return redis.members;
  throw new LabError('FAULT_UNAVAILABLE', 'Redis is one server here: take --redis cluster:3+3.');
}

export function portOf({ url }: StoreMember): number {
  return Number(new URL(url).port);
}

/** Those that answer. */
export async function knownServers(members: StoreMembers): Promise<KnownServer[]> {
  const asked = await Promise.allSettled(members.servers.map(describe));
  return asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

async function describe(member: StoreMember): Promise<KnownServer> {
  let info: Record<string, string> = {};
  await withRedis(member.url, async (client) => {
    info = parseInfo(await client.info('replication'));
  });
  const { role, master_port, master_link_status } = info;
  return {
    member,
    isPrimary: role === 'master',
    primaryPort: master_port === undefined ? null : Number(master_port),
    isInStep: master_link_status === 'up',
  };
}

/** A primary to break, its replicas, and what waits until all are together again. */
export interface ChosenPrimary {
  readonly members: StoreMembers;
  readonly primary: StoreMember;
  readonly replicas: readonly StoreMember[];
  /** @throws LabError DRILL_STUCK */
  untilInOrder(): Promise<void>;
}

/** @throws LabError FAULT_UNAVAILABLE where Redis is one server, or no primary has a replica */
export async function choosePrimary(stage: Pick<StageHands, 'redis'>): Promise<ChosenPrimary> {
  const members = membersOf(stage);
  const primaries = (await knownServers(members)).filter(({ isPrimary }) => isPrimary).length;
  const chosen = await primaryWithReplicas(members);
  return { ...chosen, members, untilInOrder: () => untilInOrder(members, primaries) };
}

async function primaryWithReplicas(
  members: StoreMembers,
): Promise<{ primary: StoreMember; replicas: StoreMember[] }> {
  const known = await knownServers(members);
  for (const { member, isPrimary } of known) {
    const replicas = known.filter(({ primaryPort }) => primaryPort === portOf(member));
    if (isPrimary && replicas.length > 0) {
      return { primary: member, replicas: replicas.map((each) => each.member) };
    }
  }
  throw new LabError('FAULT_UNAVAILABLE', 'No primary has a replica: take --redis cluster:3+3.');
}

/**
 * All answer, each replica is in step with a primary that answers, and there is one for each of those that
 * were primaries when it all began.
 *
 * @throws LabError DRILL_STUCK
 */
async function untilInOrder(members: StoreMembers, primaries: number): Promise<void> {
  const deadline = performance.now() + IN_ORDER_WITHIN_MS;
  for (;;) {
    const known = await knownServers(members);
    const ports = new Set(
      known.filter(({ isPrimary }) => isPrimary).map((each) => portOf(each.member)),
    );
    const isInOrder =
      known.length === members.servers.length &&
      ports.size === primaries &&
      known.every((each) => each.isPrimary || (each.isInStep && ports.has(each.primaryPort ?? 0)));
    if (isInOrder) return;
    if (performance.now() > deadline) {
      throw new LabError(
        'DRILL_STUCK',
        `The Redis servers did not come together again within ${IN_ORDER_WITHIN_MS / 1000} s.`,
      );
    }
    await delay(ASK_EVERY_MS);
  }
}

/** With every server that takes writes, one after the other. */
export async function eachPrimary(
  { redis }: Pick<StageHands, 'redis'>,
  work: (client: Redis) => Promise<unknown>,
): Promise<void> {
  const { members } = redis;
  const urls = members
    ? (await knownServers(members))
        .filter(({ isPrimary }) => isPrimary)
        .map(({ member }) => member.url)
    : [redis.url];
  for (const url of urls) await withRedis(url, work);
}
