import { expect } from 'chai';
import { DOCS_FILES } from '../../../src/api/docs/files.js';
import { type ApiClient, expectProblem } from '../../support/api-client.js';
import { openServicesOnStores, type ServicesOnStores } from '../../support/services-on-stores.js';

describe('/openapi.json and /docs', () => {
  let stores: ServicesOnStores;
  let api: ApiClient;

  before(async () => {
    stores = await openServicesOnStores({ AUTH_STRATEGY: 'session' });
    api = await stores.start({});
  });

  after(() => stores.close());

  it('is a document of OpenAPI 3.1 that names the strategy', async () => {
    const { status, headers, body } = await api.call('GET', '/openapi.json');
    expect(status).to.equal(200);
    expect(headers.get('content-type')).to.match(/^application\/json/);
    expect(body.openapi).to.match(/^3\.1\./);
    expect(body.info.description).to.include('`session`');
  });

  it('can be kept by anybody, and is not sent twice', async () => {
    for (const path of ['/openapi.json', '/docs', ...fileNames().map((name) => `/docs/${name}`)]) {
      const first = await api.call('GET', path);
      expect(first.status, path).to.equal(200);
      expect(first.headers.get('cache-control')).to.equal('public, no-cache');
      expect(first.headers.get('x-content-type-options')).to.equal('nosniff');
      const etag = first.headers.get('etag') ?? '';
      expect(etag).to.match(/^"[\w-]{43}"$/);
      const again = await api.call('GET', path, {
        // fetch() would ask for a fresh copy (no-cache) of what it is told to validate.
        headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' },
      });
      expect(again.status, path).to.equal(304);
      expect(again.body).to.equal('');
      expect(again.headers.get('etag')).to.equal(etag);
      const head = await api.call('HEAD', path);
      expect(head.status, path).to.equal(200);
      expect(head.headers.get('etag')).to.equal(etag);
    }
  });

  it('lets the page run its own scripts and nothing else', async () => {
    const { headers, body } = await api.call('GET', '/docs');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).to.include("default-src 'none'");
    expect(policy).to.include("script-src 'self'");
    expect(policy).to.include("frame-ancestors 'none'");
    expect(policy).to.not.include('unsafe');
    expect(body).to.not.match(/<script(?![^>]*src=)/);
    expect(body).to.not.match(/ style=| on\w+=/);
  });

  it('names files of this origin only, and serves each', async () => {
    const { body } = await api.call('GET', '/docs');
    const named = [...(body as string).matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url);
    expect(named).to.include('/docs/swagger-ui-bundle.js');
    for (const url of named as string[]) {
      expect(new URL(url, api.url).origin).to.equal(api.url);
      expect((await api.call('GET', url)).status, url).to.equal(200);
    }
  });

  it('has no other files', async () => {
    for (const name of ['', 'swagger-ui.js', 'constructor', '..%2fdocs-routes.js', '%2e%2e%2f']) {
      expectProblem(await api.call('GET', `/docs/${name}`), 404, 'not_found');
    }
  });

  it('are where the bare address leads, whoever asks', async () => {
    for (const headers of [{}, { accept: 'text/html,*/*;q=0.1' }, { accept: 'application/json' }]) {
      for (const [method, path] of [
        ['GET', '/'],
        ['HEAD', '/'],
        ['GET', '/?from=slide'],
      ] as const) {
        const answer = await api.call(method, path, { headers: headers as Record<string, string> });
        expect(answer.status, `${method} ${path}`).to.equal(303);
        expect(answer.headers.get('location')).to.equal('/docs');
        expect(answer.headers.get('cache-control')).to.equal('no-store');
        expect(answer.body).to.equal('');
      }
    }
    expectProblem(await api.call('POST', '/'), 405, 'method_not_allowed');
    const page = await fetch(`${api.url}/`);
    expect(page.url).to.equal(`${api.url}/docs`);
    expect(page.headers.get('content-type')).to.match(/^text\/html/);
  });

  it('is off where others than this machine can ask, unless it is turned on', async () => {
    const paths = ['/openapi.json', '/docs', '/docs/page.js', '/'];
    const proxied = await stores.start({ TRUST_PROXY: 'on' });
    const off = await stores.start({ DOCS: 'off' });
    for (const path of paths) {
      expectProblem(await proxied.call('GET', path), 404, 'not_found');
      expectProblem(await off.call('GET', path), 404, 'not_found');
    }
    const on = await stores.start({ TRUST_PROXY: 'on', DOCS: 'on' });
    for (const path of paths) {
      expect((await on.call('GET', path)).status, path).to.equal(path === '/' ? 303 : 200);
    }
  });
});

function fileNames(): string[] {
  return Object.keys(DOCS_FILES);
}
