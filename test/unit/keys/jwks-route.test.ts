import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import { createRoutedApp } from '../../../src/api/routed-app.js';
import { tokenRoutes } from '../../../src/api/routes/token-routes.js';
import type { AuthStrategy } from '../../../src/auth/strategy.js';
import { ApiClient, expectProblem } from '../../support/api-client.js';

const PATH = '/.well-known/jwks.json';

describe('GET /.well-known/jwks.json', () => {
  let server: Server;
  let client: ApiClient;
  let keys: { keys: readonly object[] } | undefined;

  before(async () => {
    const strategy: Pick<AuthStrategy, 'publicKeys'> = { publicKeys: () => keys };
    const app = createRoutedApp({
      routes: tokenRoutes,
      parts: {},
      deps: { strategy: strategy as AuthStrategy },
      guards: {},
      drain: { leaving: false },
      log: pino({ level: 'silent' }),
      counters: undefined,
    });
    server = createServer(app.callback()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = new ApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('hands out the public keys for caches to keep a little', async () => {
    keys = { keys: [{ kid: 'a' }] };
    const answer = await client.call('GET', PATH);
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.equal(keys);
    expect(answer.headers.get('content-type')).to.match(/^application\/jwk-set\+json/);
    expect(answer.headers.get('cache-control')).to.equal('public, max-age=15');
  });

  it('answers 304 to those who have them, until they change', async () => {
    keys = { keys: [{ kid: 'a' }] };
    const etag = (await client.call('GET', PATH)).headers.get('etag') as string;
    // Not fetch: it adds Cache-Control: no-cache to a request with a condition of one's own.
    const ask = async () => {
      const [response] = (await once(
        get(`${client.url}${PATH}`, { headers: { 'if-none-match': etag } }),
        'response',
      )) as [IncomingMessage];
      response.resume();
      return `${response.statusCode} ${response.headers['cache-control']}`;
    };
    expect(await ask()).to.equal('304 public, max-age=15');
    keys = { keys: [{ kid: 'a' }, { kid: 'b' }] };
    expect(await ask()).to.equal('200 public, max-age=15');
  });

  it('is not there where there are no public keys', async () => {
    keys = undefined;
    expectProblem(await client.call('GET', PATH), 404, 'not_supported');
  });
});
