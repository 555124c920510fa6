import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { type Fleet, startFleet } from '../../bench/fleet/fleet.js';
import type { Balance } from '../../bench/fleet/web-tier/nginx-configuration.js';
import { type Guardian, startGuardian } from '../../bench/processes/guardian/guardian.js';
import { ApiClient, expectProblem } from '../support/api-client.js';
import { planForTests } from '../support/nginx.js';
import { type RawAnswer, rawRequest } from '../support/raw-request.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';

const JSON_LOGIN = 'POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

/** A stranger on the network, through nginx as the lab configures it. */
describe('attacks on a web tier', function () {
  // The first run on a machine fetches the package.
  this.timeout(60_000);
  let database: TestDatabase;
  let guardian: Guardian;
  let fleet: Fleet | undefined;

  before(async () => {
    database = await createTestDatabase();
    guardian = await startGuardian();
  });
  after(async () => {
    await guardian?.stop();
    await database?.drop();
  });
  afterEach(async () => {
    await fleet?.stop();
    fleet = undefined;
  });

  async function start(balance: Balance = 'round-robin'): Promise<ApiClient> {
    fleet = await startFleet({
      strategy: 'session-memory',
      instances: 2,
      environment: {
        DATABASE_URL: database.url,
        TOKEN_SECRET: randomBytes(32).toString('base64url'),
        LOG_LEVEL: 'silent',
      },
      web: await planForTests(balance),
      guardian,
    });
    return new ApiClient(fleet.web?.origin as string);
  }

  const chunked = (length: number) =>
    `${JSON_LOGIN}Transfer-Encoding: chunked\r\n\r\n` +
    `${length.toString(16)}\r\n${'x'.repeat(length)}\r\n0\r\n\r\n`;
  const announced = (length: number) =>
    `${JSON_LOGIN}Content-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;

  for (const balance of ['round-robin', 'sticky'] as const) {
    it(`bodies too long take no instance away from the others (${balance})`, async () => {
      const api = await start(balance);
      for (const body of [announced(900_000), chunked(900_000), announced(150_000)]) {
        for (let time = 0; time < 8; time += 1) {
          const { status, text } = await rawRequest(api.url, body);
          expect(status, text).to.equal(413);
          expect(text).to.include('"code":"body_too_large"');
          expect((await api.call('GET', '/livez')).status).to.equal(200);
        }
      }
    });
  }

  it('a request hidden in the body of another is not answered', async () => {
    const { url } = await start();
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n';
    const post = 'POST /auth/logout HTTP/1.1\r\nHost: x\r\n';
    const requests: readonly string[] = [
      `${post}Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `${post}Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
      `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden}`,
      `${post}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
      `${post}Content-Length: +${hidden.length}\r\n\r\n${hidden}`,
      `${post}X: a\r\n Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    ];
    const refusals = await Promise.all(requests.map((bytes) => rawRequest(url, bytes)));
    for (const { status, text } of refusals) {
      expect(status, text).to.be.oneOf([400, 501]);
      expect(text).to.not.include('not_found');
    }
    // Names with an underscore go no further, so the length is the only one there is.
    const under = `${post}Transfer_Encoding: chunked\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`;
    expect((await rawRequest(url, under)).text).to.include('credential_missing');
  });

  it('a client says of itself neither where it comes from nor how', async () => {
    const api = await start();
    const { email } = await api.register('victim');
    const guess = (number: number): Promise<RawAnswer> => {
      const body = JSON.stringify({ email, password: 'not the password' });
      const own = `192.0.2.${number}`;
      return rawRequest(
        api.url,
        `${JSON_LOGIN}X-Forwarded-For: ${own}\r\nX-Forwarded-For: ${own}\r\n` +
          `X_Forwarded_For: ${own}\r\nX-Real-IP: ${own}\r\nForwarded: for=${own}\r\n` +
          `Connection: close, X-Forwarded-For\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    };
    const statuses: number[] = [];
    for (let number = 1; number <= 25; number += 1) {
      statuses.push((await guess(number)).status);
    }
    // Two instances, each with its own count of ten.
    expect(statuses.filter((status) => status === 401)).to.have.length.at.most(20);
    expect(statuses.at(-1)).to.equal(429);
  });

  it('a page of another site cannot claim the host that the API compares its origin to', async () => {
    const api = await start('sticky');
    const login = await api
      .register('ada')
      .then(({ email, password }) => api.login(email, password));
    const cookie = login.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const host = new URL(api.url).host;
    const claims: Record<string, string>[] = [
      { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
      { origin: 'https://evil.example', 'x-forwarded-host': host },
      { origin: `http://${host}`, 'sec-fetch-site': 'cross-site' },
    ];
    for (const claimed of claims) {
      const headers = { cookie, ...claimed };
      expectProblem(await api.call('POST', '/auth/logout', { headers }), 403, 'cross_site_request');
    }
    expect((await api.call('GET', '/me', { headers: { cookie } })).status).to.equal(200);
  });

  it('a forged route leads to an instance of this fleet or to none', async () => {
    const api = await start('sticky');
    for (const route of [
      '0',
      '3',
      '-1',
      '1,2',
      'default',
      '~.*',
      'balanced',
      'instance_1',
      '1%0d%0a',
    ]) {
      const { status, text } = await rawRequest(
        api.url,
        `GET /me HTTP/1.1\r\nHost: x\r\nCookie: route=${route}\r\n\r\n`,
      );
      expect(status, route).to.equal(401);
      expect(/set-cookie: ([^\r]*)/i.exec(text)?.[1]).to.match(
        /^route=[12]; Path=\/; HttpOnly; SameSite=Lax$/,
      );
    }
  });

  it('nobody reads the documentation of what others than this machine can ask', async () => {
    const api = await start();
    for (const path of ['/docs', '/docs/page.js', '/openapi.json']) {
      expectProblem(await api.call('GET', path), 404, 'not_found');
    }
  });
});
