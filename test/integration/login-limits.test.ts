import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import {
  type Account,
  type Answer,
  ApiClient,
  type Credential,
  expectProblem,
} from '../support/api-client.js';
import { createRedisGate } from '../support/redis-gate.js';
import { type RunningService, runEntry, startService, WHOLE_HASHES } from '../support/service.js';
import {
  adminQuery,
  createTestDatabase,
  createTestRedis,
  databaseUrlFor,
  type TestDatabase,
} from '../support/stores.js';
import type { TcpGate } from '../support/tcp-gate.js';

describe('limits on logins over two instances behind a proxy', () => {
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  let gate: TcpGate;
  let services: RunningService[] = [];
  let apis: ApiClient[];
  let ada: Account;
  let nextAddress = 1;

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    gate = await createRedisGate(redis.url);
    const variables = {
      ...WHOLE_HASHES,
      AUTH_STRATEGY: 'jwt',
      DATABASE_URL: database.url,
      REDIS_URL: gate.url,
      TRUST_PROXY: 'on',
      // A busy machine is not what this is about.
      STORE_TIMEOUT_MS: '5000',
    };
    services = await Promise.all([startService(variables), startService(variables)]);
    apis = services.map(({ url }) => new ApiClient(url));
    ada = await (apis[0] as ApiClient).register('ada');
    // An instance gives Redis 100 ms for its limits, and counts for itself then. Connecting to each node of a cluster for the
    // first time may take longer when 20 logins come at once.
    for (let turn = 0; turn < 16; turn++) await logIn(turn, newAddress(), ada.email, 'a guess');
  });

  after(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await gate?.shut();
    await database?.drop();
    redis?.close();
  });

  const newAddress = () => `198.51.100.${nextAddress++}`;

  /** Number `turn` decides which instance gets it. */
  function logIn(turn: number, address: string, email: string, password: string) {
    const api = apis[turn % apis.length] as ApiClient;
    return api.call('POST', '/auth/login', {
      body: { email, password },
      headers: { 'x-forwarded-for': address },
    });
  }

  /** How many got which code; all of these are answers a client may get under attack. */
  function tally(answers: readonly Answer[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { status, body, headers } of answers) {
      const code = status === 200 ? 'ok' : body.code;
      counts[code] = (counts[code] ?? 0) + 1;
      if (status !== 200 && status !== 401) {
        expect(Number(headers.get('retry-after')), code).to.be.at.least(1);
      }
    }
    const known = ['ok', 'login_failed', 'too_many_logins', 'password_queue_full'];
    expect(known).to.include.members(Object.keys(counts));
    return counts;
  }

  it('hold when guesses come at once: 10 answers of 40, and the right one is not among them', async () => {
    const address = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, turn) =>
        // The last two are right: one on each instance, behind more wrong ones than are answered.
        logIn(turn, address, ada.email, turn < 38 ? `guess ${turn}` : ada.password),
      ),
    );
    const counts = tally(answers);
    expect(counts.login_failed).to.be.at.most(10);
    expect(counts.ok).to.equal(undefined);
    expectProblem(await logIn(0, address, ada.email, ada.password), 429, 'too_many_logins');
  });

  it('do not keep the owner out, who is elsewhere, during and after the attack', async () => {
    const attacker = newAddress();
    const owner = newAddress();
    const attack = Array.from({ length: 20 }, (_, turn) =>
      logIn(turn, attacker, ada.email, 'a guess'),
    );
    const during = await logIn(0, owner, ada.email, ada.password);
    tally(await Promise.all(attack));
    expect(during.status).to.equal(200);
    for (const turn of [0, 1]) {
      expect((await logIn(turn, owner, ada.email, ada.password)).status).to.equal(200);
    }
  });

  it('do not keep the owner out when many addresses attack the account', async () => {
    const attack = Array.from({ length: 24 }, (_, turn) =>
      logIn(turn, `203.0.113.${turn + 1}`, ada.email, 'a guess'),
    );
    expect(tally(await Promise.all(attack)).login_failed).to.equal(24);
    expect((await logIn(0, newAddress(), ada.email, ada.password)).status).to.equal(200);
  });

  it('let any number of right logins pass, from one address at once', async () => {
    const address = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, turn) => logIn(turn, address, ada.email, ada.password)),
    );
    expect(tally(answers)).to.deep.equal({ ok: 40 });
  });

  it('stop an address that tries many accounts, whatever it gets right in between', async () => {
    const address = newAddress();
    // As after 195 failures, which would take a while to make.
    await redis.client.set(`login:i:${address}`, 195, 'EX', 900);
    expect((await logIn(0, address, ada.email, ada.password)).status).to.equal(200);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, turn) =>
        logIn(turn, address, `nobody${turn}@example.test`, 'password1'),
      ),
    );
    expect(tally(answers).login_failed).to.equal(5);
    expectProblem(await logIn(1, address, ada.email, ada.password), 429, 'too_many_logins');
  });

  it('count a change of password too: it is a way to guess', async () => {
    const address = newAddress();
    const headers = { 'x-forwarded-for': address };
    const api = apis[0] as ApiClient;
    const credential = await api.logIn(ada);
    const change = () =>
      api.call('PUT', '/me/password', {
        credential,
        headers,
        body: { currentPassword: 'a guess', newPassword: 'another long pass phrase' },
      });
    const answers = await Promise.all(Array.from({ length: 15 }, change));
    expect(tally(answers).login_failed).to.equal(10);
    expectProblem(await logIn(1, address, ada.email, ada.password), 429, 'too_many_logins');
  });

  it('count guesses of one login from whatever addresses, and leave all other logins alone', async () => {
    const owner = await (apis[0] as ApiClient).register('owner');
    const [stolen, own] = await Promise.all(apis.map((api) => api.logIn(owner)));
    const change = (turn: number, credential: Credential, currentPassword: string) =>
      (apis[turn % apis.length] as ApiClient).call('PUT', '/me/password', {
        credential,
        headers: { 'x-forwarded-for': newAddress() },
        body: { currentPassword, newPassword: 'another long pass phrase' },
      });
    const guesses = await Promise.all(
      Array.from({ length: 15 }, (_, turn) => change(turn, stolen as Credential, `guess ${turn}`)),
    );
    expect(tally(guesses).login_failed).to.equal(10);
    // The right one tells no more than a wrong one.
    const right = await change(0, stolen as Credential, owner.password);
    expectProblem(right, 429, 'too_many_logins');
    const other = await (apis[0] as ApiClient).logIn(ada);
    expectProblem(await change(1, other, 'a guess'), 401, 'login_failed');
    expect((await logIn(0, newAddress(), owner.email, owner.password)).status).to.equal(200);
    expect((await change(1, own as Credential, owner.password)).status).to.equal(200);
  });

  it('are each instance’s own while Redis is away, and go on from what it heard last', async () => {
    const address = newAddress();
    const guess = async (turn: number) => {
      const answer = await logIn(turn, address, ada.email, 'a guess');
      return answer.body.code;
    };
    for (let attempt = 0; attempt < 8; attempt += 1) {
      expect(await guess(attempt)).to.equal('login_failed');
    }
    await gate.shut();
    try {
      const codes = [await guess(0), await guess(0), await guess(0), await guess(0)];
      // Its last own failure was the seventh of all.
      expect(codes.slice(0, 3)).to.deep.equal(Array(3).fill('login_failed'));
      expect(codes[3]).to.equal('too_many_logins');
      const other = newAddress();
      for (let attempt = 0; attempt < 12; attempt += 1) {
        const answer = await logIn(0, other, ada.email, 'a guess');
        expect(answer.body.code).to.equal(attempt < 10 ? 'login_failed' : 'too_many_logins');
      }
      expect((await logIn(1, other, ada.email, ada.password)).status).to.equal(200);
    } finally {
      await gate.open();
    }
  });
});

describe('one account under several spellings', () => {
  // In this locale lower('İ') is 'i', as in the locale of PostgreSQL's own container image.
  const name = `t_${randomBytes(6).toString('hex')}`;
  let service: RunningService;

  before(async () => {
    await adminQuery(
      `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'`,
    );
    const variables = { DATABASE_URL: databaseUrlFor(name) };
    expect((await runEntry('migrate', variables)).stderr).to.equal('');
    service = await startService({ ...variables, AUTH_STRATEGY: 'jwt' });
  });

  after(async () => {
    await service?.stop();
    await adminQuery(`DROP DATABASE ${name} WITH (FORCE)`);
  });

  it('is found under those that count as one, and no others', async () => {
    const api = new ApiClient(service.url);
    const account = await api.register('ivi');
    const right = await api.login(account.email.toUpperCase(), account.password);
    expect(right.status).to.equal(200);
    const dotted = await api.login(account.email.replace('i', 'İ'), account.password);
    expectProblem(dotted, 401, 'login_failed');
  });
});
