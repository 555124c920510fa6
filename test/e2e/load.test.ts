import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { startLab } from '../support/lab.js';

describe('lab load, end to end', function () {
  this.timeout(60_000);
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  async function serve(answer: RequestListener): Promise<string> {
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('asks for that URL with that header, and prints three windows', async () => {
    const asked = new Set<string>();
    const origin = await serve((request, response) => {
      asked.add(`${request.method} ${request.url} ${request.headers.cookie}`);
      response.end('x');
    });
    const words = [`${origin}/notes?limit=2`, '--seconds', '1', '--connections', '3'];
    const lab = startLab(['load', ...words, '--header', 'Cookie: session=abc']);
    expect(await lab.ended, lab.stderr()).to.equal(0);
    expect([...asked]).to.deep.equal(['GET /notes?limit=2 session=abc']);
    expect(lab.stdout()).to.match(/^ +3 +[\d,]+ +[\d.]+ +[\d.]+ +[\d.,–]+ +[\d,]+ x 200$/m);
    expect(lab.stdout()).to.match(/Median [\d,]+ requests\/s/);
  });

  it('ends with a sentence when nobody listens', async () => {
    const origin = await serve((_, response) => response.end());
    await new Promise((resolve) => server?.close(resolve));
    const lab = startLab(['load', origin]);
    expect(await lab.ended).to.equal(1);
    expect(lab.stderr()).to.match(/^URL_UNREACHABLE: .* \(ECONNREFUSED\)/);
  });

  it('stops at Ctrl-C', async () => {
    let loaded: () => void = () => {};
    const underLoad = new Promise<void>((resolve) => {
      loaded = resolve;
    });
    let requests = 0;
    const origin = await serve((_, response) => {
      requests += 1;
      if (requests > 1) loaded();
      response.end();
    });
    const lab = startLab(['load', origin, '--seconds', '60']);
    await underLoad;
    lab.child.kill('SIGINT');
    expect(await lab.ended).to.equal(130);
  });
});
