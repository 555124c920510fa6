/** Attacks on the page whose buttons kill processes. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { Command } from '../../../bench/live/server/command.js';
import { type LiveServer, startLiveServer } from '../../../bench/live/server/live-server.js';
import { type MessageLog, openMessageLog } from '../../../bench/live/show/message-log.js';
import { LabError } from '../../../bench/model/errors.js';
import { untilPasses } from '../../support/eventually.js';

interface Asked {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

describe('the server of the live page', () => {
  let server: LiveServer;
  let log: MessageLog;
  let obeyed: Command[];

  beforeEach(async () => {
    obeyed = [];
    log = openMessageLog();
    server = await startLiveServer({
      ...{ port: 0, log, page: { script: 'let a = "</script>";', style: 'a { b: c }' } },
      async obey(command) {
        if (command.do === 'undo') throw new LabError('SCENE_CHANGING', 'Try again.');
        obeyed.push(command);
      },
    });
  });
  afterEach(() => server.stop());

  const secretPath = () => new URL(server.address).pathname;
  const origin = () => new URL(server.address).origin;

  function ask({ method = 'GET', path = secretPath(), headers = {}, body }: Asked) {
    return new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>(
      (resolve, reject) => {
        const { port } = server;
        const sent = request({ port, host: '127.0.0.1', method, path, headers }, (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (part) => {
            text += part;
          });
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }),
          );
        });
        sent.on('error', reject);
        sent.end(body);
      },
    );
  }
  const command = (changes: Asked = {}) =>
    ask({
      ...{ method: 'POST', path: `${secretPath()}hands`, body: '{"do":"mend-all"}' },
      ...changes,
      headers: { origin: origin(), 'content-type': 'application/json', ...changes.headers },
    });

  it('serves a page that may ask nobody else', async () => {
    const { status, text, headers } = await ask({});
    expect(status).to.equal(200);
    expect(text).to.include('<script src="page.js">');
    expect(headers['content-security-policy'])
      .to.match(/default-src 'none'/)
      .and.not.match(/unsafe/);
    expect(headers['referrer-policy']).to.equal('no-referrer');
    expect(headers['x-content-type-options']).to.equal('nosniff');
    expect((await ask({ path: secretPath().replace(/\/$/, '') })).status).to.equal(302);
  });

  it('tells nothing to who does not know the path', async () => {
    const secret = secretPath().slice(1, -1);
    expect(secret.length).to.be.at.least(32);
    const guesses = [
      '/',
      '/x/',
      `/${secret.slice(0, -1)}/`,
      `/${secret.toUpperCase()}/`,
      `//${secret}/`,
      `/${secret}%00/`,
      '/page.js',
      '/hands',
      '/events',
    ];
    for (const path of guesses) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const { status, text } = await ask({ path, method });
        expect(status, `${method} ${path}`).to.equal(404);
        expect(text).not.to.include(secret);
      }
    }
  });

  it('obeys its own page', async () => {
    expect((await command()).status).to.equal(204);
    const rate = { do: 'rate', perSecond: 12, lane: 'jwt' };
    expect((await command({ body: JSON.stringify(rate) })).status).to.equal(204);
    expect(obeyed).to.deep.equal([{ do: 'mend-all' }, rate]);
  });

  it('obeys nobody else', async () => {
    const refused: [string, Asked, number][] = [
      ['another origin', { headers: { origin: 'http://evil.test' } }, 403],
      ['no origin of a page', { headers: { origin: 'null' } }, 403],
      ['another port of this machine', { headers: { origin: 'http://127.0.0.1:1' } }, 403],
      ['https', { headers: { origin: origin().replace('http:', 'https:') } }, 403],
      ['no origin', { headers: { origin: '' } }, 403],
      ['another name for this address', { headers: { host: `evil.test:${server.port}` } }, 421],
      ['a host without its port', { headers: { host: '127.0.0.1' } }, 421],
      ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
      ['plain text, which needs no preflight', { headers: { 'content-type': 'text/plain' } }, 415],
      ['GET', { method: 'GET', body: '' }, 405],
      ['PUT', { method: 'PUT' }, 405],
      ['the wrong path', { path: '/x/hands' }, 404],
    ];
    for (const [what, changes, status] of refused) {
      expect((await command(changes)).status, what).to.equal(status);
    }
    expect(obeyed).to.deep.equal([]);
  });

  it('takes no command that is none', async () => {
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '{}',
      '{"do":"rm"}',
      '{"do":"break","fault":"rm -rf"}',
      '{"do":"break","fault":"__proto__"}',
      '{"do":"rate","perSecond":1e9}',
      '{"do":"rate","perSecond":-1}',
      '{"do":"rate","perSecond":null}',
      '{"do":"instances","change":50}',
      '{"do":"mend-all","more":1}',
      '{"do":"vote","choice":99,"change":1}',
    ];
    for (const body of bodies) {
      const { status, text } = await command({ body });
      expect(status, body).to.equal(400);
      expect(JSON.parse(text).code).to.equal('COMMAND_INVALID');
    }
    expect((await command({ body: `"${'x'.repeat(20_000)}"` })).status).to.equal(413);
    const refused = await command({ body: '{"do":"undo","fault":"redis-kill"}' });
    expect(refused.status).to.equal(409);
    expect(JSON.parse(refused.text)).to.include({ code: 'SCENE_CHANGING', detail: 'Try again.' });
    expect(obeyed).to.deep.equal([]);
  });

  it('takes no flood of commands', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => command()));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).to.be.within(40, 62);
    expect(obeyed.length + refused.length).to.equal(100);
    await delay(300);
    expect((await command()).status).to.equal(204);
  });

  it('listens on loopback only', async () => {
    const { networkInterfaces } = await import('node:os');
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of others) {
      const reached = await new Promise((resolve) => {
        const socket = connect({ port: server.port, host: address });
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      expect(reached, address).to.equal(false);
    }
  });

  it('saves a show as a page of its own, whose data cannot leave its script', async () => {
    log.push({
      type: 'mark',
      atMs: 1,
      mark: {
        kind: 'hand',
        text: { en: '</script><script>alert(1)</script>', ko: '' },
        lane: null,
      },
    });
    const { status, text, headers } = await ask({ path: `${secretPath()}show.html` });
    expect(status).to.equal(200);
    expect(headers['content-disposition']).to.match(/attachment/);
    expect(text).not.to.include('</script><script>alert');
    expect(text.match(/<\/script>/g)).to.have.length(2);
    const json = /id="show">(.*?)<\/script>/s.exec(text)?.[1] ?? '';
    expect(JSON.parse(json).messages[0].mark.text.en).to.equal(
      '</script><script>alert(1)</script>',
    );
    expect(text)
      .to.match(/script-src 'sha256-/)
      .and.not.match(/https?:/);
    expect(text).not.to.include(secretPath().slice(1, -1));
  });

  describe('events', () => {
    const push = (text: string) =>
      log.push({
        type: 'mark',
        atMs: 0,
        mark: { kind: 'hand', text: { en: text, ko: text }, lane: null },
      });

    /** Characters of what came last. */
    const KEPT = 50_000;

    const untilWatched = (count: number) =>
      untilPasses(() => expect(server.watchers()).to.equal(count));

    function listen(headers: Record<string, string> = {}, query = '') {
      const seen = { text: '', status: 0, close: () => {} };
      const sent = request(
        { port: server.port, host: '127.0.0.1', path: `${secretPath()}events${query}`, headers },
        (answer) => {
          seen.status = answer.statusCode ?? 0;
          answer.setEncoding('utf8');
          answer.on('data', (part) => {
            seen.text = (seen.text + part).slice(-KEPT);
          });
        },
      );
      sent.on('error', () => {});
      sent.end();
      seen.close = () => sent.destroy();
      return seen;
    }

    it('come to several watchers, from where each of them was', async () => {
      push('one');
      push('two');
      const [first, second] = [listen(), listen({ 'last-event-id': '1' })];
      await untilWatched(2);
      push('three');
      await untilPasses(() => expect(first.text).to.match(/id: 1\n.*id: 2\n.*id: 3\n/s));
      await untilPasses(() => expect(second.text).to.match(/id: 2\n.*id: 3\n/s));
      expect(second.text).not.to.match(/id: 1\n/);
      first.close();
      second.close();
      await untilWatched(0);
    });

    it('count a connection once, however often it asks, and forget it', async () => {
      const socket = connect({ port: server.port, host: '127.0.0.1' });
      const asked = `GET ${secretPath()}events HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`;
      socket.write(asked.repeat(20));
      await untilWatched(1);
      // All twenty have been read by then.
      await delay(150);
      expect(server.watchers()).to.equal(1);
      socket.destroy();
      await untilWatched(0);
    });

    it('refuses a place that is none', async () => {
      for (const id of ['x', '-1', '1.5', '9'.repeat(30)]) {
        const seen = listen({ 'last-event-id': id });
        await untilPasses(() => expect(seen.status, id).to.equal(400));
      }
    });

    it('hold no memory for a watcher that does not read, and go on for the others', async () => {
      const socket = connect({ port: server.port, host: '127.0.0.1' });
      socket.write(`GET ${secretPath()}events HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
      socket.pause();
      const reader = listen();
      await untilWatched(2);
      const before = process.memoryUsage().rss;
      const long = 'x'.repeat(10_000);
      for (let count = 0; count < 6000; count++) {
        push(long);
        if (count % 100 === 0) await delay(1);
      }
      await untilPasses(() => expect(reader.text).to.include('id: 6000\n'));
      // 60 MB went by. The log keeps 28 MB of them.
      const grown = process.memoryUsage().rss - before;
      expect(grown / 1e6).to.be.below(120);
      socket.destroy();
      reader.close();
    });
  });
});
