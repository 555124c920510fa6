import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import { createRefreshTokens } from '../../src/auth/token/refresh-tokens.js';
import { type Database, openDatabase } from '../../src/data/database.js';
import { createRefreshFamilies } from '../../src/data/refresh-families.js';
import { asOperator, me, newcomer, OPERATOR_TOKEN, postForm } from '../contract/world.js';
import {
  type Account,
  type Answer,
  type ApiClient,
  credentialOf,
  expectProblem,
} from '../support/api-client.js';
import { openServicesOnStores, type ServicesOnStores } from '../support/services-on-stores.js';

const log = pino({ level: 'silent' });

describe('refresh tokens', () => {
  let services: ServicesOnStores;
  /** Answers lost are repeated for 10 s. */
  let api: ApiClient;
  /** The same strategy, where nothing is repeated and a login ends after 3 s. */
  let strict: ApiClient;
  let denying: ApiClient;

  before(async () => {
    services = await openServicesOnStores({ OPERATOR_TOKEN });
    [api, strict, denying] = await Promise.all([
      services.start({ AUTH_STRATEGY: 'jwt' }),
      services.start({
        AUTH_STRATEGY: 'jwt',
        REFRESH_REPLAY_SECONDS: '0',
        REFRESH_TOKEN_TTL_SECONDS: '3',
      }),
      services.start({ AUTH_STRATEGY: 'jwt-denylist' }),
    ]);
  });

  after(() => services?.close());

  const refresh = (refresh_token: string, client = api) =>
    client.call('POST', '/auth/refresh', { body: { refresh_token } });
  const expectInvalid = (answer: Answer) => {
    expectProblem(answer, 400, 'refresh_invalid');
    expect(answer.body.error).to.equal('invalid_grant');
  };
  const claimsOf = ({ body }: Answer) =>
    JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());

  it('are good once: each is exchanged for the next, in one login', async () => {
    const { answer } = await newcomer(strict, 'rotating');
    let { refresh_token: token } = answer.body;
    for (let turn = 0; turn < 3; turn += 1) {
      const next = await refresh(token, strict);
      expect(next.status).to.equal(200);
      expect(next.body.refresh_token)
        .to.match(/^[\w-]{64}$/)
        .and.not.equal(token);
      expect(claimsOf(next).sid).to.equal(claimsOf(answer).sid);
      token = next.body.refresh_token;
    }
  });

  it('are taken by POST /auth/token too (RFC 6749, section 6)', async () => {
    const { answer } = await newcomer(api, 'standard');
    const granted = await postForm(api, '/auth/token', {
      grant_type: 'refresh_token',
      refresh_token: answer.body.refresh_token,
    });
    expect(granted.status).to.equal(200);
    expect((await me(api, credentialOf(granted))).status).to.equal(200);
  });

  it('that come a second time end the login, the newest token too', async () => {
    const { answer } = await newcomer(strict, 'stolen');
    const first = answer.body.refresh_token;
    const { body } = await refresh(first, strict);
    expectInvalid(await refresh(first, strict));
    expectInvalid(await refresh(body.refresh_token, strict));
  });

  it('that come a second time end the access tokens of the login, where that can be', async () => {
    const { answer } = await newcomer(denying, 'stolen');
    const { body } = await refresh(answer.body.refresh_token, denying);
    const newest = await refresh(body.refresh_token, denying);
    // Spent two exchanges ago: no lost answer explains it.
    expectInvalid(await refresh(answer.body.refresh_token, denying));
    for (const given of [answer, newest]) {
      expectProblem(await me(denying, credentialOf(given)), 401, 'credential_invalid');
    }
  });

  it('whose answer got lost give the same next one again, and no other', async () => {
    const { answer } = await newcomer(api, 'lossy');
    const [first, again] = [
      await refresh(answer.body.refresh_token),
      await refresh(answer.body.refresh_token),
    ];
    expect(again.status).to.equal(200);
    expect(again.body.refresh_token).to.equal(first.body.refresh_token);
    const next = await refresh(first.body.refresh_token);
    expect(next.status).to.equal(200);
    expectInvalid(await refresh(answer.body.refresh_token));
    expectInvalid(await refresh(next.body.refresh_token));
  });

  it('sent twenty times at once stay one login with one token that is good', async () => {
    const { account, answer } = await newcomer(api, 'parallel');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refresh(answer.body.refresh_token)),
    );
    // A database that is too busy is no refusal.
    const given = answers.filter(({ status }) => status !== 503);
    expect(given.map(({ status }) => status)).to.deep.equal(Array(given.length).fill(200));
    const tokens = new Set(given.map(({ body }) => body.refresh_token));
    expect(tokens.size).to.equal(1);
    expect(await familiesOf(account)).to.have.length(1);
    const [token = ''] = tokens;
    expect((await refresh(token)).status).to.equal(200);
  });

  it('end with the login however often they are renewed, and no access token outlives them', async () => {
    const startedAt = performance.now();
    const { answer } = await newcomer(strict, 'absolute');
    const endsAt = claimsOf(answer).exp;
    let { refresh_token: token } = answer.body;
    let lastSuccessSeconds = 0;
    for (;;) {
      const askedAt = performance.now();
      const next = await refresh(token, strict);
      if (next.status !== 200) {
        expectInvalid(next);
        break;
      }
      lastSuccessSeconds = (askedAt - startedAt) / 1000;
      expect(claimsOf(next).exp).to.be.at.most(endsAt + 1);
      expect(next.body.expires_in).to.be.at.most(3);
      token = next.body.refresh_token;
      await delay(200);
    }
    expect(lastSuccessSeconds).to.be.within(2, 4);
  });

  it('of an account that was shut are refused, and the login is not there when it opens', async () => {
    const { account, answer } = await newcomer(api, 'shut');
    await asOperator(api, `/users/${account.id}/disable`);
    expectInvalid(await refresh(answer.body.refresh_token));
    expect(await familiesOf(account)).to.deep.equal([]);
  });

  it('of any other shape are refused', async () => {
    for (const token of [
      'x',
      'A'.repeat(64),
      'A'.repeat(65),
      '\u0000'.repeat(64),
      `${'é'.repeat(64)}`,
    ]) {
      expectInvalid(await refresh(token));
    }
    const { answer } = await newcomer(api, 'confused');
    expectInvalid(await refresh(answer.body.access_token));
    const asAccess = { authorization: `Bearer ${answer.body.refresh_token}` };
    expectProblem(await me(api, asAccess), 401, 'credential_invalid');
  });

  it('are in the database as hashes only', async () => {
    const { account, answer } = await newcomer(api, 'hashed');
    const first = answer.body.refresh_token;
    const second = (await refresh(first)).body.refresh_token;
    const rows = await services.database.query<Record<string, unknown>>(
      'SELECT * FROM refresh_families WHERE user_id = $1',
      [account.id],
    );
    expect(rows).to.have.length(1);
    const everything = Object.values(rows[0] ?? {}).map((value) =>
      Buffer.isBuffer(value) ? value : Buffer.from(String(value)),
    );
    for (const token of [first, second]) {
      const bytes = Buffer.from(token, 'base64url');
      // The token as sent, as bytes, and each of its parts.
      for (const part of [Buffer.from(token), bytes, bytes.subarray(0, 16), bytes.subarray(16)]) {
        expect(everything.some((column) => column.includes(part))).to.equal(false);
      }
    }
  });

  describe('revoked (RFC 7009)', () => {
    const revoke = (token: string, client = api) => postForm(client, '/auth/revoke', { token });

    it('end the login', async () => {
      const { account, answer } = await newcomer(api, 'revoker');
      const revoked = await revoke(answer.body.refresh_token);
      expect(revoked.status).to.equal(200);
      expect(revoked.body).to.equal('');
      expectInvalid(await refresh(answer.body.refresh_token));
      expect(await familiesOf(account)).to.deep.equal([]);
    });

    it('end the access tokens of the login where there is a denylist', async () => {
      const { answer, credential } = await newcomer(denying, 'revoker');
      expect((await revoke(answer.body.refresh_token, denying)).status).to.equal(200);
      expectProblem(await me(denying, credential), 401, 'credential_invalid');
    });

    it('as access tokens end alone where there is a denylist', async () => {
      const { account, answer, credential } = await newcomer(denying, 'revoker');
      const other = await denying.logIn(account);
      expect((await revoke(answer.body.access_token, denying)).status).to.equal(200);
      expectProblem(await me(denying, credential), 401, 'credential_invalid');
      expect((await me(denying, other)).status).to.equal(200);
      const renewed = await refresh(answer.body.refresh_token, denying);
      expect((await me(denying, credentialOf(renewed))).status).to.equal(200);
      // Once more is no error.
      expect((await revoke(answer.body.access_token, denying)).status).to.equal(200);
    });

    it('as access tokens are refused where nobody remembers them', async () => {
      const { answer, credential } = await newcomer(api, 'revoker');
      const refused = await revoke(answer.body.access_token);
      expectProblem(refused, 400, 'unsupported_token_type');
      expect(refused.body.error).to.equal('unsupported_token_type');
      expect((await me(api, credential)).status).to.equal(200);
    });

    it('are nothing to complain about when nobody knows them', async () => {
      const { answer } = await newcomer(api, 'revoker');
      for (const token of ['x', 'A'.repeat(64), `${answer.body.access_token}x`, 'a.b.c']) {
        expect((await revoke(token)).status).to.equal(200);
        expect((await revoke(token, denying)).status).to.equal(200);
      }
      expectProblem(await postForm(api, '/auth/revoke', {}), 400, 'invalid_request');
    });
  });

  describe('with a clock that stands still', () => {
    let opened: Database;
    before(async () => {
      opened = await openDatabase({
        url: services.database.url,
        poolSize: 2,
        timeoutMs: 2000,
        log,
      });
    });
    after(() => opened?.close());

    it('are not repeated when the window is 0, not even in the same millisecond', async () => {
      const account = await api.register('instant');
      const denied: string[] = [];
      const tokens = createRefreshTokens({
        families: createRefreshFamilies(opened),
        ttlMs: 60_000,
        replayMs: 0,
        perUserMax: 10,
        now: () => 1_800_000_000_000,
        log,
        denyLogins: async (_userId, ids) => {
          denied.push(...ids);
        },
      });
      const { id, token } = await tokens.start(account.id, 'test');
      await tokens.exchange(token);
      const error = await tokens.exchange(token).catch((thrown: { code: string }) => thrown);
      expect(error).to.include({ code: 'refresh_invalid' });
      expect(denied).to.deep.equal([id]);
    });
  });

  function familiesOf({ id }: Account): Promise<{ id: string }[]> {
    return services.database.query('SELECT id FROM refresh_families WHERE user_id = $1', [id]);
  }
});
