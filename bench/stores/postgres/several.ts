/**
 * PostgreSQL on several servers of the lab's own: a primary, replicas that follow it by streaming replication, and
 * one address before them. A client of PostgreSQL names one server; whoever fails over moves what that name leads to
 * (a virtual address, HAProxy, PgBouncer). Here that is the lab's proxy.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { LabError } from '../../model/errors.js';
import { type DelayingProxy, startDelayingProxy } from '../../network/delaying-proxy.js';
import { newPassword } from '../password.js';
import type { StartContext, StartedStore, StoreHands, StoreReplication } from '../store.js';
import { makeBaseCopy } from './base-copy.js';
import { findPostgresBinaries } from './binaries.js';
import { connect } from './connection.js';
import { initialise, makeHome, serveMember, whoRuns } from './server.js';
import type { PostgresShape } from './shape.js';

type Several = Exclude<PostgresShape, { kind: 'one' }>;

interface Member extends Omit<StartedStore, 'startedBy' | 'hands'> {
  /** Of its folder, and by which its primary knows it. */
  readonly name: string;
  readonly home: string;
  readonly hands: StoreHands;
}

/** Of the only address of the proxy. */
const PLACE = 0;
const CONNECT_WITHIN_MS = 5000;
const WITHIN_MS = 30_000;
const ASK_EVERY_MS = 20;
const MORE: Readonly<Record<string, string>> = {
  // A replica begins with what was logged while its copy was made; a checkpoint would let go of that.
  wal_keep_size: '256MB',
  // By default 5 s: so long a replica waits before it tries again.
  wal_retrieve_retry_interval: '100ms',
};

/**
 * Null where npm has installed no PostgreSQL.
 * @throws LabError POSTGRES_CANNOT_RUN, POSTGRES_FAILED, LATENCY_FAILED; what was started ends with it
 */
export async function serveSeveralPostgres(
  { replicas: count }: Several,
  context: StartContext,
): Promise<StartedStore | null> {
  const binaries = await findPostgresBinaries(context);
  if (binaries === null) return null;
  context.signal.throwIfAborted();
  const password = newPassword();
  const members: Member[] = [];
  let way: DelayingProxy | undefined;
  const stop = async () => {
    await Promise.all(members.map((member) => member.stop()));
    await way?.stop();
  };
  const serve = async (name: string, fill: (home: string) => Promise<void>): Promise<Member> => {
    const home = await makeHome(name, context);
    await fill(home);
    const options = { home, password, more: MORE };
    const server = await serveMember(binaries, options, context);
    const member = { ...server, name, home, hands: server.hands as StoreHands };
    members.push(member);
    return member;
  };
  try {
    const first = await serve('postgres-1', (home) =>
      initialise(binaries, home, password, context),
    );
    for (let number = 2; number <= count + 1; number++) {
      const name = `postgres-${number}`;
      await serve(name, (home) => copyData(first, { name, home }, context));
    }
    way = await startDelayingProxy([first.url], 0, context.guardian);
    const { lead } = way;
    const replication = replicate(members, context, (url) => lead(PLACE, url));
    await replication.untilInStep();
    return {
      url: way.urls[PLACE] as string,
      startedBy: `${whoRuns(binaries, context)}, a primary with ${count} replica${count === 1 ? '' : 's'} that it does not wait for, behind one address`,
      version: first.version,
      ...together(members),
      replication,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a replica begins with: a copy of the data of the primary, and where that listens. */
function copyData(
  primary: Member,
  { name, home }: Pick<Member, 'name' | 'home'>,
  { user }: StartContext,
): Promise<void> {
  const { hostname, port, username, password } = new URL(primary.url);
  return makeBaseCopy({
    fromUrl: primary.url,
    fromFolder: join(primary.home, 'data'),
    toFolder: join(home, 'data'),
    user,
    primaryConninfo: `host=${hostname} port=${port} user=${username} password=${password} application_name=${name} sslmode=disable gssencmode=disable`,
  });
}

function replicate(
  members: readonly Member[],
  context: StartContext,
  lead: (url: string) => Promise<void>,
): StoreReplication {
  let primary = members[0] as Member;
  const replicas = () => members.filter((member) => member !== primary);

  const untilInStep = () =>
    withClient(primary, async (client) => {
      const { rows } = await client.query('SELECT pg_current_wal_lsn() AS lsn');
      await until('a replica is not in step with its primary', async () => {
        const known = await client.query<{ name: string }>(
          "SELECT application_name AS name FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn >= $1",
          [rows[0].lsn],
        );
        return replicas().every(({ name }) => known.rows.some((row) => row.name === name));
      });
    });

  return {
    primary: () => primary,
    replicas,
    untilInStep,
    async deafen() {
      for (const replica of replicas()) {
        await withClient(replica, async (client) => {
          await client.query("ALTER SYSTEM SET primary_conninfo = ''");
          await client.query('SELECT pg_reload_conf()');
          await until('a replica does not let go of its primary', async () => {
            const { rows } = await client.query('SELECT pid FROM pg_stat_wal_receiver');
            return rows.length === 0;
          });
        });
      }
    },
    async promote() {
      primary = await knowsMost(replicas());
      await withClient(primary, async (client) => {
        const { rows } = await client.query('SELECT pg_promote(true, $1) AS done', [
          WITHIN_MS / 1000,
        ]);
        if (rows[0]?.done !== true) throw notTogether('a replica was not promoted');
      });
      await lead(primary.url);
    },
    async rejoin() {
      for (const member of replicas()) {
        // Whatever it is now: one that was ahead of the new primary can follow it no more.
        await member.hands.kill();
        await copyData(primary, member, context);
        await member.hands.start();
      }
      await untilInStep();
    },
  };
}

/** Of those that have been told most: what it lacks, no other one has. */
async function knowsMost(replicas: readonly Member[]): Promise<Member> {
  let most: { member: Member; bytes: number } | undefined;
  for (const member of replicas) {
    await withClient(member, async (client) => {
      const { rows } = await client.query<{ bytes: string }>(
        "SELECT pg_wal_lsn_diff(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0') AS bytes",
      );
      const bytes = Number(rows[0]?.bytes ?? 0);
      if (most === undefined || bytes > most.bytes) most = { member, bytes };
    });
  }
  return (most as NonNullable<typeof most>).member;
}

/** What they are as one store. */
function together(
  members: readonly Member[],
): Pick<StartedStore, 'pid' | 'furtherPids' | 'serverUrls' | 'hands'> {
  const [first, ...others] = members as [Member, ...Member[]];
  return {
    pid: first.pid,
    furtherPids: () => others.map(({ hands }) => hands.pid()),
    serverUrls: members.map(({ url }) => url),
    hands: {
      pid: () => first.hands.pid(),
      async kill() {
        await Promise.all(members.map(({ hands }) => hands.kill()));
      },
      async start() {
        await Promise.all(members.map(({ hands }) => hands.start()));
      },
      signal(name) {
        for (const { hands } of members) hands.signal(name);
      },
    },
  };
}

async function withClient<Outcome>(
  { url }: Pick<Member, 'url'>,
  work: (client: pg.Client) => Promise<Outcome>,
): Promise<Outcome> {
  const client = await connect(url, CONNECT_WITHIN_MS);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** @throws LabError POSTGRES_FAILED when it takes too long */
async function until(trouble: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) {
      throw notTogether(trouble);
    }
    await delay(ASK_EVERY_MS);
  }
}

function notTogether(trouble: string): LabError {
  return new LabError(
    'POSTGRES_FAILED',
    `The lab's own PostgreSQL servers did not come together within ${WITHIN_MS / 1000} s: ${trouble}. Start again, with less else on this machine.`,
  );
}
