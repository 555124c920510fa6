import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { createKoaApp } from '../../../src/server/koa-app.js';
import { createHttpServer, listen } from '../../../src/server/listen.js';
import { untilPasses } from '../../support/eventually.js';
import { rawRequest } from '../../support/raw-request.js';

type Limits = NonNullable<Parameters<typeof createHttpServer>[1]>;

const USUAL = { perTurnMax: 1000, waitingMax: 100_000, waitingPerConnectionMax: 100_000 };

describe('the HTTP server of every process', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) {
      socket.destroy();
    }
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  });

  async function start(listener: RequestListener, limits?: Limits): Promise<number> {
    const server = createHttpServer(listener, limits);
    servers.push(server);
    return (await listen(server, { host: '127.0.0.1', port: 0, listenBacklog: 511 })).port;
  }

  /** A connection, and what came back on it so far. */
  function open(port: number, bytes: string): { socket: Socket; received: () => string } {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    socket.on('error', () => {});
    socket.write(bytes);
    return { socket, received: () => received };
  }

  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const gets = (count: number) => Array.from({ length: count }, (_, at) => get(`/${at}`)).join('');
  const pathsIn = (text: string) =>
    [...text.matchAll(/path:\/(\d+);/g)].map(([, at]) => Number(at));
  const answerPath: RequestListener = (request, response) => {
    setImmediate(() => response.end(`path:${request.url};`));
  };

  describe('with requests that are pipelined', () => {
    it('begins one when the one before is answered, whatever the methods', async () => {
      let working = 0;
      let most = 0;
      const port = await start((request, response) => {
        working += 1;
        most = Math.max(most, working);
        request.resume().once('end', () => {
          setTimeout(() => {
            working -= 1;
            response.end(`path:${request.url};`);
          }, 2);
        });
      });
      const post = (path: string) =>
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc`;
      const { received } = open(port, post('/0') + get('/1') + post('/2') + get('/3'));
      await untilPasses(() => expect(pathsIn(received())).to.deep.equal([0, 1, 2, 3]));
      expect(most).to.equal(1);
    });

    it('answers all of them, in their order, however many come', async () => {
      const port = await start(answerPath);
      const { received } = open(port, gets(6000));
      await untilPasses(() => expect(received().endsWith('path:/5999;')).to.equal(true));
      expect(pathsIn(received())).to.deep.equal(Array.from({ length: 6000 }, (_, at) => at));
    });

    it('reads no further on a connection while its requests wait', async () => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const port = await start((request, response) => {
        void held.then(() => response.end(`path:${request.url};`));
      });
      const { socket, received } = open(port, gets(200_000));
      // What does not fit into the buffers of both systems stays with the client.
      await once(socket, 'connect');
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(socket.writableLength).to.be.above(0);
      release();
      await untilPasses(() => expect(received().length).to.be.above(500_000));
    });

    it('closes the connections that have most of them when too many wait, and answers the others', async () => {
      const port = await start(
        (request, response) => {
          setTimeout(() => response.end(`path:${request.url};`), 50);
        },
        { admission: { ...USUAL, waitingMax: 100 } },
      );
      const few = open(port, gets(5));
      const many = open(port, gets(500));
      await once(many.socket, 'close');
      await untilPasses(() => expect(pathsIn(few.received())).to.deep.equal([0, 1, 2, 3, 4]));
      const later = await rawRequest(`http://127.0.0.1:${port}`, get('/7'));
      expect(later.text).to.include('path:/7;');
    });

    it('closes a connection that reads its bodies and goes on past the limit of one', async () => {
      const port = await start(
        (request, response) => {
          request.resume();
          setTimeout(() => response.end('.'), 1000);
        },
        { admission: { ...USUAL, waitingPerConnectionMax: 50 } },
      );
      const { socket } = open(port, gets(200));
      await once(socket, 'close');
    });

    it('begins no more in a turn of the event loop than it may', async () => {
      const inTurn: number[] = [];
      let current = 0;
      const port = await start(
        (_request, response) => {
          if (current === 0) {
            setImmediate(() => {
              inTurn.push(current);
              current = 0;
            });
          }
          current += 1;
          response.end('.');
        },
        { admission: { ...USUAL, perTurnMax: 3 } },
      );
      const clients = Array.from({ length: 40 }, () => open(port, get('/')));
      await untilPasses(() => {
        for (const { received } of clients) {
          expect(received()).to.include('200 OK');
        }
      });
      expect(Math.max(...inTurn)).to.be.at.most(3);
    });

    it('answers what is no HTTP after what was, not in its place', async () => {
      const port = await start((request, response) => {
        setTimeout(() => response.end(`path:${request.url};`), 30);
      });
      const { socket, received } = open(port, `${gets(2)}this is no request\r\n\r\n`);
      await once(socket, 'close');
      expect(received().match(/HTTP\/1\.1 \d+/g)).to.deep.equal([
        'HTTP/1.1 200',
        'HTTP/1.1 200',
        'HTTP/1.1 400',
      ]);
    });
  });

  describe('with a client that does not take its answer', () => {
    const BIG = 'x'.repeat(8 * 1024 ** 2);
    const ofBig: RequestListener = (_request, response) => response.end(BIG);

    it('closes the connection after a time, also when a little is taken now and then', async () => {
      const reading = { answerMs: 300, bytesMax: 1024 ** 3, lookEveryMs: 20 };
      const port = await start(ofBig, { reading });
      const never = open(port, get('/'));
      never.socket.pause();
      const drop = open(port, get('/'));
      drop.socket.pause();
      const sips = setInterval(() => drop.socket.read(10), 20);
      try {
        await Promise.all(servers.map((server) => noConnections(server)));
      } finally {
        clearInterval(sips);
      }
    });

    it('keeps a connection whose answers are taken, however many there are', async () => {
      const reading = { answerMs: 100, bytesMax: 1024 ** 3, lookEveryMs: 10 };
      const port = await start((_request, response) => response.end('y'.repeat(1000)), { reading });
      const { socket, received } = open(port, '');
      for (let time = 0; time < 20; time += 1) {
        const before = received().length;
        socket.write(get('/'));
        await untilPasses(() => expect(received().length).to.be.above(before));
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      expect(socket.closed).to.equal(false);
    });

    it('closes the first of them when all together hold too many bytes', async () => {
      const reading = { answerMs: 60_000, bytesMax: 20 * 1024 ** 2, lookEveryMs: 10 };
      const port = await start(ofBig, { reading });
      for (let time = 0; time < 6; time += 1) {
        open(port, get('/')).socket.pause();
      }
      const [server] = servers as [Server];
      await untilPasses(async () => expect(await connectionsOf(server)).to.be.within(1, 3));
    });
  });

  describe('with the head of a request', () => {
    let url = '';
    beforeEach(async () => {
      url = `http://127.0.0.1:${await start((request, response) => {
        response.end(`lines ${request.rawHeaders.length / 2}`);
      })}`;
    });

    const lines = (count: number) =>
      Array.from({ length: count }, (_, at) => `a${at}:\r\n`).join('');
    const cases: Record<string, readonly [string, number, string?]> = {
      'of 1,000 lines': [`Host: x\r\n${lines(999)}`, 200],
      'of 1,001 lines': [`Host: x\r\n${lines(1000)}`, 431, 'headers_too_large'],
      'of more bytes than fit': [
        `Host: x\r\nA: ${'b'.repeat(20_000)}\r\n`,
        431,
        'headers_too_large',
      ],
      'without Host': ['', 400, 'malformed_request'],
      'with an empty Host': ['Host:\r\n', 200],
      'with two Hosts': ['Host: x\r\nhost: x\r\n', 400, 'malformed_request'],
      'with two different Hosts': ['Host: x\r\nHOST: y\r\n', 400, 'malformed_request'],
      'with a Host that is none': ['Host: x/y\r\n', 400, 'malformed_request'],
      'with a Host of two words': ['Host: x y\r\n', 400, 'malformed_request'],
      'with user information in Host': ['Host: u@x\r\n', 400, 'malformed_request'],
      'with a port that is none': ['Host: x:y\r\n', 400, 'malformed_request'],
      'with Host and port': ['Host: x.test:8080\r\n', 200],
      'with an IPv6 address as Host': ['Host: [::1]:8080\r\n', 200],
      'with two Authorizations': [
        'Host: x\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n',
        400,
        'malformed_request',
      ],
      'with two Content-Types': [
        'Host: x\r\nContent-Type: a/b\r\nContent-type: c/d\r\n',
        400,
        'malformed_request',
      ],
      'with fields that may be repeated': [
        'Host: x\r\nAccept: a/b\r\nAccept: c/d\r\nCookie: a=b\r\nCookie: c=d\r\n',
        200,
      ],
      'with an expectation that nobody meets': [
        'Host: x\r\nExpect: x\r\n',
        417,
        'expectation_failed',
      ],
      'with an expectation among others': [
        'Host: x\r\nExpect: 100-continue, x\r\n',
        417,
        'expectation_failed',
      ],
    };
    for (const [what, [head, status, code]] of Object.entries(cases)) {
      it(`${what} answers ${status}${code === undefined ? '' : ` ${code}`}`, async () => {
        const answer = await rawRequest(url, `GET / HTTP/1.1\r\n${head}\r\n`);
        const text = answer.text.replace('HTTP/1.1 100 Continue\r\n\r\n', '');
        expect(text).to.match(new RegExp(`^HTTP/1.1 ${status} `));
        if (code !== undefined) {
          expect(text).to.include(`"code":"${code}"`);
          expect(text).to.include('Content-Type: application/problem+json');
          expect(text).to.include('X-Content-Type-Options: nosniff');
          expect(text).to.include('Connection: close');
        }
      });
    }

    it('is a problem where the version is one that this server does not speak', async () => {
      for (const version of ['0.9', '2.0', '1.2', '3.0']) {
        const answer = await rawRequest(url, `GET / HTTP/${version}\r\nHost: x\r\n\r\n`);
        expect(answer.text, version).to.match(/^HTTP\/1\.1 400 .*"code":"malformed_request"/s);
      }
    });

    it('of HTTP/1.0 needs no Host and may expect what it likes', async () => {
      const answer = await rawRequest(url, 'GET / HTTP/1.0\r\nExpect: x\r\n\r\n');
      expect(answer.text).to.match(/^HTTP\/1\.1 200 /);
    });

    it('is told to go on with its body when it asks', async () => {
      const { received } = open(
        Number(new URL(url).port),
        'POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\nab',
      );
      await untilPasses(() =>
        expect(received()).to.match(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /),
      );
    });
  });

  it('answers a request that takes too long with a problem', async () => {
    const port = await start(() => {});
    const [server] = servers as [Server];
    server.once('connection', (socket: Socket) => {
      // What Node's own clock does after 66 s.
      socket.once('data', () => {
        const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
        server.emit('clientError', late, socket);
      });
    });
    const { text } = await rawRequest(`http://127.0.0.1:${port}`, 'GET / HTTP/1.1\r\n');
    expect(text)
      .to.match(/^HTTP\/1\.1 408 /)
      .and.include('"code":"request_timeout"');
    expect(text).to.include('X-Content-Type-Options: nosniff');
  });

  it('answers who asks for a tunnel with a problem, after what was asked before', async () => {
    const port = await start(answerPath);
    const tunnel = 'CONNECT x.test:443 HTTP/1.1\r\nHost: x.test:443\r\n\r\n';
    for (const before of [0, 2]) {
      const { socket, received } = open(port, `${gets(before)}${tunnel}and what follows`);
      await once(socket, 'close');
      expect(pathsIn(received())).to.have.length(before);
      expect(
        received()
          .match(/HTTP\/1\.1 \d+/g)
          ?.at(-1),
      ).to.equal('HTTP/1.1 400');
      expect(received()).to.match(/"code":"malformed_request".*}$/s);
    }
    const [server] = servers as [Server];
    // Whoever breaks the connection at once must not end the process.
    const connected = once(server, 'connect');
    const { socket } = open(port, `${gets(1)}${tunnel}`);
    await connected;
    socket.resetAndDestroy();
    await noConnections(server);
  });

  it('answers what goes wrong outside of every handler with a problem', async () => {
    const app = createKoaApp();
    const errors: string[] = [];
    app.on('error', (error: Error) => errors.push(error.message));
    app.use((ctx) => {
      ctx.set('Set-Cookie', 'a=b');
      if (ctx.path === '/thrown') {
        throw new Error('thrown');
      }
      ctx.body = { number: 1n };
    });
    const url = `http://127.0.0.1:${await start(app.callback())}`;
    for (const path of ['/thrown', '/unwritable']) {
      const { text } = await rawRequest(url, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(text)
        .to.match(/^HTTP\/1\.1 500 /)
        .and.include('"code":"internal_error"');
      expect(text).to.include('X-Content-Type-Options: nosniff');
      expect(text).to.include('Content-Type: application/problem+json');
      expect(text).to.include('Cache-Control: no-store').and.not.include('Set-Cookie');
    }
    expect(errors).to.have.length(2);
  });
});

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

function noConnections(server: Server): Promise<void> {
  return untilPasses(async () => expect(await connectionsOf(server)).to.equal(0));
}
