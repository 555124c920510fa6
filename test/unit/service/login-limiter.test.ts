import { expect } from 'chai';
import { createLoginLimiter } from '../../../src/auth/credentials/login-limiter.js';
import { AppError } from '../../../src/server/errors.js';

const address = '192.0.2.1';
const email = 'ada@example.test';

const wrong = () => Promise.resolve(undefined);
const right = () => Promise.resolve('ada');

describe('the login limiter of one instance', () => {
  it('answers ten wrong guesses at an account from an address, however many run at once', async () => {
    const limiter = createLoginLimiter(undefined);
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, () => codeOf(limiter.attempt({ address, email }, wrong))),
    );
    expect(outcomes.filter((code) => code === 'wrong')).to.have.length(10);
    expect(outcomes.filter((code) => code === 'too_many_logins')).to.have.length(30);
  });

  it('does not tell a right password that was one of too many guesses at once', async () => {
    const limiter = createLoginLimiter(undefined);
    let finish: () => void = () => {};
    const slow = new Promise<string>((resolve) => {
      finish = () => resolve('ada');
    });
    const guess = codeOf(limiter.attempt({ address, email }, () => slow));
    for (let count = 0; count < 10; count += 1) {
      expect(await codeOf(limiter.attempt({ address, email }, wrong))).to.equal('wrong');
    }
    finish();
    expect(await guess).to.equal('too_many_logins');
  });

  it('checks no password once the limit is reached, and tells when to come back', async () => {
    const limiter = createLoginLimiter(undefined);
    for (let count = 0; count < 10; count += 1) {
      await limiter.attempt({ address, email }, wrong);
    }
    let checks = 0;
    const error = await limiter
      .attempt({ address, email: 'ADA@example.test' }, async () => {
        checks += 1;
        return 'ada';
      })
      .catch((thrown) => thrown);
    expect(error).to.be.an.instanceOf(AppError);
    expect(error).to.include({ code: 'too_many_logins', status: 429 });
    expect(Number(error.headers['Retry-After'])).to.be.within(890, 900);
    expect(checks).to.equal(0);
  });

  it('lets the account in from elsewhere, and others in from there', async () => {
    const limiter = createLoginLimiter(undefined);
    for (let count = 0; count < 10; count += 1) {
      await limiter.attempt({ address, email }, wrong);
    }
    expect(await limiter.attempt({ address: '192.0.2.2', email }, right)).to.equal('ada');
    expect(await limiter.attempt({ address, email: 'bob@example.test' }, right)).to.equal('ada');
  });

  it('counts no right password and no check that failed for another reason', async () => {
    const limiter = createLoginLimiter(undefined);
    for (let count = 0; count < 50; count += 1) {
      expect(await limiter.attempt({ address, email }, right)).to.equal('ada');
      const error = new Error('the database is away');
      const outcome = limiter.attempt({ address, email }, () => Promise.reject(error));
      expect(await outcome.catch((thrown) => thrown)).to.equal(error);
    }
  });

  it('counts for the login that asks, whatever addresses it asks from, and for no other', async () => {
    const limiter = createLoginLimiter(undefined);
    const guess = (number: number, login: string | undefined, check: typeof right | typeof wrong) =>
      codeOf(limiter.attempt({ address: `192.0.2.${number}`, email, login }, check));
    for (let count = 0; count < 10; count += 1) {
      expect(await guess(count, 'stolen', wrong)).to.equal('wrong');
    }
    expect(await guess(100, 'stolen', right)).to.equal('too_many_logins');
    expect(await guess(101, 'own', right)).to.equal('right');
    expect(await guess(102, undefined, right)).to.equal('right');
  });

  it('is not reset by logins that are right: neither the account nor the address', async () => {
    const limiter = createLoginLimiter(undefined);
    for (let count = 0; count < 200; count += 1) {
      const target = { address, email: `target${count % 20}@example.test` };
      expect(await codeOf(limiter.attempt(target, wrong))).to.equal('wrong');
      if (count < 199) {
        await limiter.attempt({ address, email: 'attacker@example.test' }, right);
      }
    }
    const fresh = { address, email: 'fresh@example.test' };
    expect(await codeOf(limiter.attempt(fresh, wrong))).to.equal('too_many_logins');
  });
});

function codeOf(outcome: Promise<string | undefined>): Promise<string> {
  return outcome.then(
    (value) => (value === undefined ? 'wrong' : 'right'),
    (error) => error.code,
  );
}
