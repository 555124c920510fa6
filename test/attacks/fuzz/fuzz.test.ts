import { expect } from 'chai';
import fc from 'fast-check';
import { rawRequest } from '../../support/raw-request.js';
import { chosenStrategies } from '../../support/strategies-under-test.js';
import { type AttackTarget, openTarget } from '../target.js';
import {
  type FuzzRequest,
  rawArbitrary,
  requestArbitrary,
  type Seeds,
} from './request-arbitrary.js';
import { createSender, type FuzzAnswer } from './send-request.js';

// FUZZ_SEED and FUZZ_CASES look elsewhere or for longer; the usual run is the same every time.
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101);
const CASES = Number(process.env.FUZZ_CASES ?? 2000);
/** Requests that are on their way together: one that disturbs another is a find too. */
const TOGETHER = 8;
const RAW_SHARE = 0.1;
const ANSWER_WITHIN_MS = 1000;
const GIVE_COOKIES = ['/auth/login', '/me/password'];
/** Bodies may have 100 kB. */
const REPORT_LENGTH_MAX = 6000;

describe(`fuzzing with FUZZ_SEED=${SEED} FUZZ_CASES=${CASES}`, () => {
  for (const name of Object.keys(chosenStrategies)) {
    it(`finds no request that breaks ${name}`, async function () {
      this.timeout(120_000 + CASES * 50);
      const target = await openTarget(name);
      const sender = createSender(target.service.url, TOGETHER);
      try {
        const mallory = await target.victim('mallory');
        const other = await target.logIn(mallory.account);
        const seeds: Seeds = {
          credentials: [mallory, other].flatMap(({ credential }) => Object.entries(credential)),
          // Where the credential is no cookie, one that is sent all the same.
          cookieName: mallory.credential.cookie?.split('=')[0] ?? 'session',
          scheme: mallory.credential.authorization?.split(' ')[0] ?? 'Bearer',
          secrets: [mallory.secret, other.secret],
          refreshTokens: [mallory.refreshToken, other.refreshToken].filter((text) => text !== ''),
          email: mallory.account.email,
        };
        await fc.assert(
          fc.asyncProperty(
            fc.array(requestArbitrary(seeds), { minLength: TOGETHER, maxLength: TOGETHER }),
            async (requests) => {
              await Promise.all(
                requests.map((request) => check(sender.send, request, seeds.cookieName)),
              );
            },
          ),
          settings((CASES * (1 - RAW_SHARE)) / TOGETHER),
        );
        await fc.assert(
          fc.asyncProperty(rawArbitrary(seeds), (bytes) => checkRaw(target, bytes)),
          settings(CASES * RAW_SHARE),
        );
        await expectUnharmed(target);
      } finally {
        sender.close();
        await target.close();
      }
    });
  }
});

function settings<Case>(runs: number): fc.Parameters<Case> {
  return {
    seed: SEED,
    numRuns: Math.ceil(runs),
    asyncReporter: async (details) => {
      if (details.failed) {
        const report = await fc.asyncDefaultReportMessage(details);
        const cause = details.errorInstance;
        throw new Error(String(report).slice(0, REPORT_LENGTH_MAX), { cause });
      }
    },
  };
}

async function check(
  send: (request: FuzzRequest) => Promise<FuzzAnswer>,
  request: FuzzRequest,
  cookieName: string,
): Promise<void> {
  let answer = await send(request);
  if (answer.milliseconds > ANSWER_WITHIN_MS) {
    // A busy machine is late once, a request that takes long is late again.
    answer = await send(request);
  }
  expect(answer.milliseconds, 'milliseconds').to.be.below(ANSWER_WITHIN_MS);
  const { status, headers, text } = answer;
  const type = String(headers['content-type'] ?? '');
  if (status >= 400 && request.method !== 'HEAD') {
    expect(type).to.match(/^application\/problem\+json/);
    const problem = JSON.parse(text);
    expect(problem.status).to.equal(status);
    expect(problem.code).to.be.a('string');
    if (status >= 500) {
      // Hashing is bounded, and says so.
      expect(problem.code).to.equal('password_queue_full');
    }
  }
  expect(status).to.be.within(200, 503);
  for (const cookie of headers['set-cookie'] ?? []) {
    expect(status, 'status of an answer that sets a cookie').to.be.below(300);
    const ends = cookie.startsWith(`${cookieName}=;`);
    expect(request.path, 'path that sets a cookie').to.be.oneOf(
      ends ? ['/auth/logout', ...GIVE_COOKIES] : GIVE_COOKIES,
    );
  }
}

async function checkRaw(target: AttackTarget, bytes: string): Promise<void> {
  const { status, text, milliseconds } = await rawRequest(target.service.url, bytes);
  // 0: the parser hung up on it.
  expect(status).to.be.below(500);
  expect(text.toLowerCase()).to.not.include('\r\nset-cookie:');
  // Node answers an Expect that it does not know by itself, with 417 and nothing else.
  if (status >= 400 && status !== 417) {
    expect(text).to.include('application/problem+json');
  }
  expect(milliseconds, 'milliseconds').to.be.below(ANSWER_WITHIN_MS);
}

async function expectUnharmed(target: AttackTarget): Promise<void> {
  expect(() => process.kill(target.service.pid, 0), 'the process').to.not.throw();
  const answer = await target.me(target.ada.credential);
  expect(answer.status).to.equal(200);
  expect(answer.body.id).to.equal(target.ada.account.id);
  expect((await target.api.call('GET', '/readyz')).status).to.equal(200);
}
