import { expect } from 'chai';
import { type Answer, credentialOf, expectProblem } from '../../support/api-client.js';
import { TEST_REDIS } from '../../support/test-redis.js';
import {
  declared,
  expectUnavailable,
  inTime,
  outageCode,
  Subject,
  startTroubledStores,
  type TroubledStores,
} from './fixture.js';

const SLOW_MS = 100;

describe('when Redis is in trouble', () => {
  let troubled: TroubledStores;

  before(async () => {
    troubled = await startTroubledStores();
  });

  after(async () => {
    await troubled?.stop();
  });

  for (const { name, description } of declared) {
    describe(`under AUTH_STRATEGY=${name}`, () => {
      const needed = description.perRequest.redis > 0;
      let subject: Subject;

      before(async () => {
        subject = await Subject.start(name, troubled);
      });

      after(async () => {
        await subject?.stop();
      });

      /** 503 where the answer depends on Redis, never a 401; all the rest as always. */
      async function expectWithoutRedis(): Promise<void> {
        // The first finds out, the others know already.
        for (let attempt = 0; attempt < 3; attempt += 1) {
          const answer = await inTime(subject.me());
          if (needed) {
            expectUnavailable(answer, outageCode(description));
          } else {
            expect(answer.status).to.equal(200);
          }
        }
        const many = await Promise.all(Array.from({ length: 20 }, () => inTime(subject.me())));
        const expected = needed ? 503 : 200;
        expect(new Set(many.map(({ status }) => status))).to.deep.equal(new Set([expected]));
        const login = await inTime(subject.login());
        // A cluster is away when all of it is, which takes longer to know; who needs it to check a credential
        // alone may make one until then.
        const allowed = TEST_REDIS.kind === 'one' ? [expected] : [expected, 200];
        expect(login.status).to.be.oneOf(allowed);
        expect((await inTime(subject.ready())).status).to.equal(expected);
        expect((await inTime(subject.live())).status).to.equal(200);
        expect((await inTime(subject.register())).status, 'a public route').to.equal(201);
      }

      it('answers in time while Redis is frozen, and works again when it thaws', async () => {
        troubled.redis.freeze();
        try {
          await expectWithoutRedis();
        } finally {
          troubled.redis.thaw();
        }
        await subject.isBack();
      });

      it('answers a login in time when Redis froze a moment ago', async () => {
        let login: Answer;
        troubled.redis.freeze();
        try {
          login = await inTime(subject.login());
        } finally {
          troubled.redis.thaw();
        }
        await subject.isBack();
        // Some need Redis to check a credential and not to make one; then it must be a good one.
        if (needed && login.status === 503) {
          expectUnavailable(login, outageCode(description));
        } else {
          expect(login.status).to.equal(200);
          const credential = credentialOf(login);
          expect((await subject.api.call('GET', '/me', { credential })).status).to.equal(200);
        }
      });

      it(`works, if slowly, when each answer of Redis takes ${SLOW_MS} ms`, async function (this: Mocha.Context) {
        const { redisGate } = subject;
        // Servers of a cluster send clients to each other, past any door.
        if (redisGate === null) return this.skip();
        redisGate.slowDown(SLOW_MS);
        try {
          for (let attempt = 0; attempt < 3; attempt += 1) {
            expect((await inTime(subject.me())).status).to.equal(200);
          }
          const many = await Promise.all(Array.from({ length: 20 }, () => inTime(subject.me())));
          expect(new Set(many.map(({ status }) => status))).to.deep.equal(new Set([200]));
          expect((await inTime(subject.login())).status).to.equal(200);
          expect((await inTime(subject.register())).status).to.equal(201);
        } finally {
          redisGate.slowDown(0);
        }
        await subject.isBack();
      });

      it('answers in time while Redis is dead, and works again after it came back empty', async () => {
        await troubled.redis.kill();
        try {
          await expectWithoutRedis();
        } finally {
          await troubled.redis.start();
        }
        // Empty: what was known of logins is gone, so a 401 is now the truth.
        if (!description.survivesRedisLoss) {
          let answer = await inTime(subject.me());
          for (let attempt = 0; answer.status === 503 && attempt < 100; attempt += 1) {
            await new Promise((resolve) => setTimeout(resolve, 20));
            answer = await inTime(subject.me());
          }
          expectProblem(answer, 401, 'credential_invalid');
          await subject.logInAgain();
        }
        await subject.isBack();
      });
    });
  }
});
