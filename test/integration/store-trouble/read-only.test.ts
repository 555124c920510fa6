import { expect } from 'chai';
import { type Cluster, Redis } from 'ioredis';
import { eventually } from '../../support/eventually.js';
import { createRestartableRedis } from '../../support/restartable-redis.js';
import { sqlServer, TEST_DATABASE } from '../../support/sql-servers/sql-server.js';
import { connectTestRedis, TEST_REDIS } from '../../support/test-redis.js';
import {
  declared,
  expectUnavailable,
  inTime,
  outageCode,
  Subject,
  startTroubledStores,
  type TroubledStores,
} from './fixture.js';

const CHOSEN = declared.filter(({ name }) =>
  ['session', 'jwt', 'jwt-denylist', 'opaque'].includes(name),
);

describe('when a store takes no writes', () => {
  let troubled: TroubledStores;

  before(async () => {
    troubled = await startTroubledStores();
  });
  after(() => troubled?.stop());

  for (const { name, description } of CHOSEN) {
    describe(`under AUTH_STRATEGY=${name}`, () => {
      let subject: Subject;

      before(async () => {
        subject = await Subject.start(name, troubled);
      });
      after(() => subject?.stop());

      it('is ready while Redis takes no writes only where it writes nothing there, and recovers', async () => {
        const takeWrites = await refuseWrites(troubled.redis.url);
        try {
          const ready = await inTime(subject.ready());
          if (description.perRequest.redis > 0) {
            expectUnavailable(ready, outageCode(description));
          } else {
            expect(ready.status).to.equal(200);
          }
          expect((await inTime(subject.live())).status).to.equal(200);
        } finally {
          await takeWrites();
        }
        await subject.isBack();
      });

      if (TEST_REDIS.kind === 'cluster') {
        it('is ready while one node of the cluster takes no writes', async () => {
          const takeWrites = await refuseWrites(troubled.redis.url, 1);
          try {
            expect((await inTime(subject.ready())).status).to.equal(200);
          } finally {
            await takeWrites();
          }
        });
        // Who takes over in a cluster, and its PostgreSQL, are looked at elsewhere: several-redis.test.ts, and here with one Redis.
        return;
      }

      if (description.perRequest.redis > 0 || description.perRequest.authority > 0) {
        it('finds the new primary behind the name of the old one, which stays as its replica', async () => {
          const promoted = await createRestartableRedis();
          const [old, next] = [new Redis(troubled.redis.url), new Redis(promoted.url)];
          const { password } = new URL(troubled.redis.url);
          await next.config('SET', 'requirepass', password);
          const replicate = async (from: Redis, to: string) => {
            const { hostname, port } = new URL(to);
            await from.config('SET', 'masterauth', password);
            await from.replicaof(hostname, port);
            await eventually(
              async () => /master_link_status:up/.test(await from.info('replication')),
              'the replica has its data',
              10_000,
            );
          };
          try {
            await replicate(next, troubled.redis.url);
            await next.replicaof('NO', 'ONE');
            subject.redisGate?.leadTo(promoted.url);
            await replicate(old, promoted.url);
            // With the login of before: its data went along.
            await subject.isBack();
            const writes = await next.info('commandstats');
            expect(writes).to.match(/cmdstat_(set|hset|getex|eval|evalsha|expire|hsetex)/);
          } finally {
            subject.redisGate?.leadTo(troubled.redis.url);
            await old.replicaof('NO', 'ONE');
            old.disconnect();
            next.disconnect();
            await promoted.remove();
          }
        }).timeout(40_000);
      }

      if (TEST_DATABASE === 'postgres') {
        it('is not ready while PostgreSQL is read only, and recovers', async () => {
          const set = (value: 'on' | 'off') => setReadOnly(troubled.stores.databaseUrl, value);
          try {
            await set('on');
            expectUnavailable(await inTime(subject.ready()), 'database_unavailable');
            expectUnavailable(await inTime(subject.register()), 'database_unavailable');
            expect((await inTime(subject.list())).status).to.be.oneOf([200, 503]);
          } finally {
            await set('off');
          }
          await subject.isBack();
        });

        it('finds the PostgreSQL that takes writes behind the name of one that no longer does', async () => {
          const promoted = await startTroubledStores();
          const { databaseUrl } = troubled.stores;
          // Who follows a name logs in as before.
          const { username, password } = new URL(databaseUrl);
          const alter = `ALTER ROLE "${username}" PASSWORD '${password}'`;
          await sqlServer.query(promoted.stores.databaseUrl, alter, []);
          try {
            await setReadOnly(databaseUrl, 'on');
            subject.databaseGate.leadTo(promoted.stores.databaseUrl);
            await eventually(
              async () => (await subject.register()).status === 201,
              'registers at the new primary',
              2000,
            );
            expect((await inTime(subject.ready())).status).to.equal(200);
          } finally {
            await setReadOnly(databaseUrl, 'off');
            await promoted.stop();
          }
        }).timeout(60_000);
      }
    });
  }
});

/**
 * Until what it answers is called. One server is made the replica of a primary that is not there: it keeps its data and
 * refuses writes. The nodes of a cluster know whose replica they are, so they are short of replicas instead.
 *
 * @param nodes of a cluster, and all of them by default
 */
async function refuseWrites(url: string, nodes?: number): Promise<() => Promise<void>> {
  if (TEST_REDIS.kind !== 'cluster') {
    const admin = new Redis(url);
    await admin.replicaof('127.0.0.1', 1);
    return async () => {
      await admin.replicaof('NO', 'ONE');
      admin.disconnect();
    };
  }
  const admin = (await connectTestRedis(url)) as unknown as Cluster;
  const held = admin.nodes('master').slice(0, nodes);
  const need = (replicas: number) =>
    Promise.all(held.map((node) => node.config('SET', 'min-replicas-to-write', replicas)));
  await need(1);
  return async () => {
    await need(0);
    admin.disconnect();
  };
}

async function setReadOnly(databaseUrl: string, value: 'on' | 'off'): Promise<void> {
  const set = `ALTER SYSTEM SET default_transaction_read_only = ${value}`;
  await sqlServer.query(databaseUrl, set, []);
  await sqlServer.query(databaseUrl, 'SELECT pg_reload_conf()', []);
  await new Promise((resolve) => setTimeout(resolve, 200));
}
