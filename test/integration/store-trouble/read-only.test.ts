import { expect } from 'chai';
import { Redis } from 'ioredis';
import { sqlServer, TEST_DATABASE } from '../../support/sql-servers/sql-server.js';
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

      it('is ready after REPLICAOF only where it writes nothing to Redis, and recovers', async () => {
        const admin = new Redis(troubled.redis.url);
        try {
          // Of a primary that is not there: it keeps its data and refuses writes.
          await admin.replicaof('127.0.0.1', 1);
          const ready = await inTime(subject.ready());
          if (description.perRequest.redis > 0) {
            expectUnavailable(ready, outageCode(description));
          } else {
            expect(ready.status).to.equal(200);
          }
          expect((await inTime(subject.live())).status).to.equal(200);
        } finally {
          await admin.replicaof('NO', 'ONE');
          admin.disconnect();
        }
        await subject.isBack();
      });

      if (TEST_DATABASE === 'postgres') {
        it('is not ready while PostgreSQL is read only, and recovers', async () => {
          const url = troubled.stores.databaseUrl;
          const set = async (value: string) => {
            await sqlServer.query(
              url,
              `ALTER SYSTEM SET default_transaction_read_only = ${value}`,
              [],
            );
            await sqlServer.query(url, 'SELECT pg_reload_conf()', []);
            await new Promise((resolve) => setTimeout(resolve, 200));
          };
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
      }
    });
  }
});
