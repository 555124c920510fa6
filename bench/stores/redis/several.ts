/** Redis on several servers of the lab's own: a cluster, or a primary with replicas that Sentinels watch. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { LabError } from '../../model/errors.js';
import { newPassword } from '../password.js';
import type {
  StartContext,
  StartedStore,
  StoreHands,
  StoreMember,
  StoreMembers,
} from '../store.js';
import { parseInfo } from './info.js';
import type { RedisProgram } from './program.js';
import { serveMember, whoRuns } from './server.js';
import type { RedisShape } from './shape.js';

/** By default 15 s: nobody would watch that. */
const NODE_TIMEOUT_MS = 1500;
/** What the Sentinels call it. */
const SENTINEL_NAME = 'lab';
/** With three, one of them may be away. */
const SENTINELS = 3;
const READY_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 25;
const SLOTS = 16_384;
/** A primary waits 5 s for more replicas that want to be brought into step with it. */
const IN_STEP_AT_ONCE = ['repl-diskless-sync-delay 0'];

type Member = Omit<StartedStore, 'startedBy'>;
type Several = Exclude<RedisShape, { kind: 'one' }>;

/** @throws LabError REDIS_FAILED, REDIS_TOO_OLD; what was started ends with it */
export async function serveSeveralRedis(
  program: RedisProgram,
  shape: Several,
  context: StartContext,
): Promise<StartedStore> {
  const password = newPassword();
  const started: Member[] = [];
  const stop = async () => {
    await Promise.all(started.map((member) => member.stop()));
  };
  const serve = async (options: Parameters<typeof serveMember>[2]): Promise<Member> => {
    const member = await serveMember(program, context, options);
    started.push(member);
    return member;
  };
  try {
    const group =
      shape.kind === 'cluster'
        ? await serveCluster(shape, password, serve)
        : await serveSentinels(shape, password, serve);
    const { version } = started[0] as Member;
    return { ...group, version, startedBy: `${whoRuns(program)}, ${group.startedBy}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Serve = (options: Parameters<typeof serveMember>[2]) => Promise<Member>;
type Group = Omit<StartedStore, 'version' | 'stop'>;

async function serveCluster(
  { masters, replicas }: Several & { kind: 'cluster' },
  password: string,
  serve: Serve,
): Promise<Group> {
  const first = await serve(nodeOptions(1, password));
  assertRecent(first.version);
  const others = await Promise.all(
    Array.from({ length: masters + replicas - 1 }, (_, index) =>
      serve(nodeOptions(index + 2, password)),
    ),
  );
  const nodes = [first, ...others];
  await formCluster(nodes.slice(0, masters), nodes.slice(masters));
  const addresses = nodes.map(({ url }) => new URL(url).host).join(',');
  return {
    url: `redis-cluster://:${password}@${addresses}`,
    startedBy: `a cluster of ${masters} masters and ${replicas} replicas (no persistence)`,
    // Which slot a user's keys are in is drawn under it.
    settings: { REDIS_BUCKET_SECRET: randomBytes(32).toString('base64url') },
    ...together('cluster', nodes, []),
  };
}

function nodeOptions(number: number, password: string) {
  return {
    name: `redis-${number}`,
    password,
    isNode: true,
    more: [
      'cluster-enabled yes',
      `cluster-node-timeout ${NODE_TIMEOUT_MS}`,
      // The users of a node that is away are no reason to turn the others away.
      'cluster-require-full-coverage no',
      'cluster-config-file nodes.conf',
      ...IN_STEP_AT_ONCE,
      `masterauth ${password}`,
    ],
  };
}

/** `cluster-port`, `CLUSTER ADDSLOTSRANGE`: Redis 7.0; every Valkey has them. */
function assertRecent(version: string): void {
  const major = /^\d+/.exec(version)?.[0];
  if (major !== undefined && Number(major) < 7) {
    throw new LabError(
      'REDIS_TOO_OLD',
      `A cluster of the lab's own needs Redis 7 or Valkey, and this is Redis ${version}.`,
    );
  }
}

async function formCluster(masters: readonly Member[], replicas: readonly Member[]): Promise<void> {
  const all = [...masters, ...replicas];
  const clients = all.map(({ url }) => connect(url));
  try {
    await Promise.all(
      masters.map(async (_, index) => {
        const client = clients[index] as Redis;
        const from = Math.round((index * SLOTS) / masters.length);
        const to = Math.round(((index + 1) * SLOTS) / masters.length) - 1;
        await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
        await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
      }),
    );
    const first = clients[0] as Redis;
    for (const [index, { url }] of all.entries()) {
      if (index === 0) continue;
      const node = clients[index] as Redis;
      const [, busPort = ''] = (await node.config('GET', 'cluster-port')) as string[];
      await first.call('CLUSTER', 'MEET', '127.0.0.1', new URL(url).port, busPort);
    }
    await untilAll(clients, async (client) => {
      const { cluster_known_nodes, cluster_slots_assigned, cluster_state } = parseInfo(
        String(await client.call('CLUSTER', 'INFO')),
      );
      return (
        Number(cluster_known_nodes) === all.length &&
        Number(cluster_slots_assigned) === SLOTS &&
        cluster_state === 'ok'
      );
    });
    await Promise.all(
      replicas.map(async (_, index) => {
        const master = clients[index % masters.length] as Redis;
        const id = String(await master.call('CLUSTER', 'MYID'));
        await (clients[masters.length + index] as Redis).call('CLUSTER', 'REPLICATE', id);
      }),
    );
    await untilAll(clients.slice(masters.length), isInStep);
    // Every node knows whose replica is whose: nobody can take over from whom it does not know.
    await untilAll(clients, async (client) => {
      const lines = String(await client.call('CLUSTER', 'NODES'))
        .trim()
        .split('\n');
      return lines.filter((line) => /\bslave\b/.test(line)).length === replicas.length;
    });
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function serveSentinels(
  { replicas }: Several & { kind: 'sentinel' },
  password: string,
  serve: Serve,
): Promise<Group> {
  const access = [...IN_STEP_AT_ONCE, `masterauth ${password}`];
  const primary = await serve({ name: 'redis-1', password, more: access });
  const { port } = new URL(primary.url);
  const others = await Promise.all(
    Array.from({ length: replicas }, (_, index) =>
      serve({ ...{ name: `redis-${index + 2}`, password }, more: access }),
    ),
  );
  // Told, and not in its configuration: one that has become the primary would follow a replica when it is started again.
  await withAll(others, async (clients) => {
    await Promise.all(clients.map((client) => client.replicaof('127.0.0.1', port)));
    await untilAll(clients, isInStep);
  });
  const sentinels = await Promise.all(
    Array.from({ length: SENTINELS }, (_, index) =>
      serve({
        ...{ name: `sentinel-${index + 1}`, password },
        sentinel: [
          `sentinel monitor ${SENTINEL_NAME} 127.0.0.1 ${port} ${Math.floor(SENTINELS / 2) + 1}`,
          `sentinel auth-pass ${SENTINEL_NAME} ${password}`,
          `sentinel down-after-milliseconds ${SENTINEL_NAME} ${NODE_TIMEOUT_MS}`,
          // Who failed to take over tries again after twice this.
          `sentinel failover-timeout ${SENTINEL_NAME} 5000`,
        ],
      }),
    ),
  );
  await withAll(sentinels, (clients) =>
    untilAll(clients, async (client) => {
      const text = await client.info('sentinel');
      const [, slaves, known] = /slaves=(\d+),sentinels=(\d+)/.exec(text) ?? [];
      return Number(slaves) === replicas && Number(known) === SENTINELS;
    }),
  );
  const addresses = sentinels.map(({ url }) => new URL(url).host).join(',');
  return {
    url: `redis-sentinel://:${password}@${addresses}#${SENTINEL_NAME}`,
    startedBy: `a primary, ${replicas} replicas and ${SENTINELS} Sentinels (no persistence)`,
    ...together('sentinel', [primary, ...others], sentinels),
  };
}

/** What they are as one store. */
function together(
  kind: StoreMembers['kind'],
  servers: readonly Member[],
  watchers: readonly Member[],
): Pick<StartedStore, 'pid' | 'furtherPids' | 'serverUrls' | 'hands' | 'members'> {
  const all = [...servers, ...watchers];
  const handsOf = ({ hands }: Member) => hands as StoreHands;
  const each = (work: (hands: StoreHands) => Promise<void>) =>
    Promise.all(all.map((member) => work(handsOf(member)))).then(() => {});
  const membersOf = (members: readonly Member[]): StoreMember[] =>
    members.map((member) => ({ url: member.url, hands: handsOf(member) }));
  const [first] = servers as [Member];
  return {
    pid: first.pid,
    furtherPids: () => all.slice(1).map((member) => handsOf(member).pid()),
    serverUrls: servers.map(({ url }) => url),
    hands: {
      pid: () => handsOf(first).pid(),
      kill: () => each((hands) => hands.kill()),
      start: () => each((hands) => hands.start()),
      signal: (name) => {
        for (const member of all) handsOf(member).signal(name);
      },
    },
    members: { kind, servers: membersOf(servers), watchers: membersOf(watchers) },
  };
}

function connect(url: string): Redis {
  const client = new Redis(url, { maxRetriesPerRequest: 3, commandTimeout: 5000 });
  // Errors reach whoever asks.
  client.on('error', () => {});
  return client;
}

async function withAll(
  members: readonly Member[],
  work: (clients: Redis[]) => Promise<void>,
): Promise<void> {
  const clients = members.map(({ url }) => connect(url));
  try {
    await work(clients);
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function isInStep(client: Redis): Promise<boolean> {
  return parseInfo(await client.info('replication')).master_link_status === 'up';
}

/** @throws LabError REDIS_FAILED when it takes too long */
async function untilAll(
  clients: readonly Redis[],
  isSo: (client: Redis) => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const all = await Promise.all(clients.map(isSo));
    if (all.every(Boolean)) return;
    if (performance.now() > deadline) {
      throw new LabError(
        'REDIS_FAILED',
        `The lab's own Redis servers did not come together within ${READY_WITHIN_MS / 1000} s.`,
      );
    }
    await delay(ASK_EVERY_MS);
  }
}
