import { expect } from 'chai';
import { freeze, thaw } from '../../support/freeze.js';
import {
  declared,
  expectUnavailable,
  inTime,
  Subject,
  startTroubledStores,
  type TroubledStores,
} from './fixture.js';

describe('when the database is in trouble', () => {
  let troubled: TroubledStores;

  before(async () => {
    troubled = await startTroubledStores();
  });

  after(async () => {
    await troubled?.stop();
  });

  for (const { name, description } of declared) {
    describe(`under AUTH_STRATEGY=${name}`, () => {
      let subject: Subject;

      before(async () => {
        subject = await Subject.start(name, troubled);
      });

      after(async () => {
        await subject?.stop();
      });

      async function expectWithoutDatabase(): Promise<void> {
        expectUnavailable(await inTime(subject.list()), 'database_unavailable');
        const many = await Promise.all(Array.from({ length: 30 }, () => inTime(subject.list())));
        for (const answer of many) {
          expectUnavailable(answer, 'database_unavailable');
        }
        expectUnavailable(await inTime(subject.login()), 'database_unavailable');
        if (description.refreshes) {
          const refresh = await inTime(
            subject.api.call('POST', '/auth/refresh', {
              body: { refresh_token: subject.refreshToken },
            }),
          );
          expectUnavailable(refresh, 'database_unavailable');
        }
        expectUnavailable(await inTime(subject.ready()), 'database_unavailable');
        expect((await inTime(subject.live())).status).to.equal(200);
        expect((await inTime(subject.me())).status, 'GET /me reads no database').to.equal(200);
      }

      it('answers in time while it is down, and works again when it is back', async () => {
        await subject.databaseGate.shut();
        try {
          await expectWithoutDatabase();
        } finally {
          await subject.databaseGate.open();
        }
        await subject.isBack();
      });

      it('answers in time while it is frozen, and keeps no connection stuck after it thaws', async () => {
        freeze(troubled.stores.database.pid as number);
        try {
          await expectWithoutDatabase();
        } finally {
          thaw(troubled.stores.database.pid as number);
        }
        await subject.isBack();
        // More at once than the pool has connections: a stuck one would show.
        const many = await Promise.all(Array.from({ length: 40 }, () => subject.list()));
        expect(new Set(many.map(({ status }) => status))).to.deep.equal(new Set([200]));
      });

      if (description.refreshes) {
        it('loses no refresh token to an exchange that it did not answer in time', async () => {
          const refresh = () =>
            subject.api.call('POST', '/auth/refresh', {
              body: { refresh_token: subject.refreshToken },
            });
          freeze(troubled.stores.database.pid as number);
          try {
            expectUnavailable(await inTime(refresh()), 'database_unavailable');
          } finally {
            thaw(troubled.stores.database.pid as number);
          }
          await subject.isBack();
          const answer = await refresh();
          expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
        });
      }
    });
  }
});
