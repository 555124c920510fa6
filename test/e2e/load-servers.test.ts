/** What servers in the world do with their connections, each as a real one on a free port. */
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { flawsOf } from '../../bench/experiments/load-url/judge-window.js';
import { loadUrl } from '../../bench/experiments/load-url/load-url.js';
import { LabError } from '../../bench/model/errors.js';
import { startLab } from '../support/lab.js';

const CONNECTIONS = 8;
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx';

describe('lab load, with servers as they are', function () {
  this.timeout(120_000);
  const servers: NetServer[] = [];
  const sockets = new Set<Socket>();

  after(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  });

  async function listen<Kind extends NetServer>(server: Kind): Promise<string> {
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  const http = (answer: RequestListener): Server => createHttpServer(answer);

  /** Bytes for each request, whatever they are; requests are counted over all connections. */
  function raw(answer: (socket: Socket, request: number, onSocket: number) => void): NetServer {
    let requests = 0;
    return createServer((socket) => {
      let onSocket = 0;
      socket.on('data', () => answer(socket, ++requests, ++onSocket));
    });
  }

  async function load(server: NetServer) {
    const origin = await listen(server);
    const startedMs = performance.now();
    const words = ['--seconds', '1', '--connections', String(CONNECTIONS)];
    const lab = startLab(['load', origin, ...words]);
    const code = await lab.ended;
    const windows = [...lab.stdout().matchAll(/^ +\d +([\d,]+) +([\d.,]+) +\S+ +\S+ +(.*)$/gm)];
    return {
      code,
      seconds: (performance.now() - startedMs) / 1000,
      stdout: lab.stdout(),
      stderr: lab.stderr(),
      windows: windows.map(([, rate = '', p50 = '', answers = '']) => ({
        rate: Number(rate.replaceAll(',', '')),
        p50: Number(p50.replaceAll(',', '')),
        answers,
      })),
    };
  }

  /** Without the command line around it. @returns its error, or what is wrong with its windows */
  async function complaintAbout(server: NetServer): Promise<string> {
    const url = new URL(await listen(server));
    const { signal } = new AbortController();
    const load = { url, headers: {}, connections: CONNECTIONS, seconds: 1, windows: 1, signal };
    try {
      return (await loadUrl(load)).flatMap(flawsOf).join('; ');
    } catch (error) {
      if (error instanceof LabError) return `${error.code}: ${error.message}`;
      throw error;
    }
  }

  /** By Little's law the mean is connections / rate, and half of all requests take at most twice that. */
  function expectLittle({ code, windows, stdout, stderr }: Awaited<ReturnType<typeof load>>): void {
    expect(code, stdout + stderr).to.equal(0);
    expect(windows, stdout).to.have.lengthOf(3);
    expect(stdout).not.to.include('littles-law');
    for (const { rate, p50, answers } of windows) {
      expect(rate).to.be.greaterThan(0);
      expect(p50).to.be.at.most((2 * CONNECTIONS * 1000) / rate);
      expect(answers).to.match(/^[\d,]+ x 200$/);
    }
  }

  it('opens a new connection where the server ends each by "Connection: close"', async () => {
    let requests = 0;
    let connections = 0;
    const server = http((_, response) => {
      requests++;
      response.setHeader('Connection', 'close').end('x');
    });
    server.on('connection', () => connections++);
    const run = await load(server);
    expectLittle(run);
    expect(run.stdout).to.include('ended the connection after each answer and said so');
    // Each carried one request; some were open without one when the load ended.
    expect(connections).to.be.within(requests, requests * 1.1 + 100 * CONNECTIONS);
    expect(run.windows.reduce((sum, { rate }) => sum + rate, 0)).to.be.at.most(requests);
  });

  it('keeps to the limit of requests on a connection, and counts final answers only', async () => {
    let requests = 0;
    let overLimit = 0;
    const server = http((_, response) => {
      requests++;
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('x');
    });
    server.maxRequestsPerSocket = 7;
    server.on('dropRequest', () => overLimit++);
    const run = await load(server);
    expectLittle(run);
    expect(overLimit).to.equal(0);
    expect(run.windows.reduce((sum, { rate }) => sum + rate, 0)).to.be.at.most(requests);
    expect(run.stdout).to.include('ended the connection after about 7 answers and said so');
    expect(run.stdout).to.match(/interim answers with status 103 .* were not counted/);
  });

  it('takes an answer of HTTP/1.0, and sends a request again that a kept connection closed under', async () => {
    let closes = 0;
    const run = await load(
      raw((socket, request, onSocket) => {
        if (onSocket === 1 && request % 2 === 0) socket.end('HTTP/1.0 200 OK\r\n\r\nhello');
        else if (onSocket <= 5) socket.write(ANSWER);
        if (onSocket === 5) {
          closes++;
          socket.end();
        }
      }),
    );
    expectLittle(run);
    expect(run.stdout).to.match(/closed [\d,]+ kept connections between two answers/);
    const [told = ''] = /(?<=closed )[\d,]+(?= kept)/.exec(run.stdout) ?? [];
    expect(Number(told.replaceAll(',', ''))).to.be.within(1, closes);
  });

  const NEVER: readonly [what: string, code: string, says: RegExp, server: () => NetServer][] = [
    [
      'closes each connection at once',
      'URL_CLOSED',
      /closed the connection without an answer/,
      () => createServer((socket) => socket.destroy()),
    ],
    ['never answers', 'URL_SILENT', /gave no answer within 5 s/, () => createServer(() => {})],
    [
      'never comes to an end',
      'URL_SILENT',
      /did not come to the end of its answer/,
      () => raw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx')),
    ],
    [
      'sends interim answers only',
      'URL_SILENT',
      /gave no answer/,
      () => raw((socket) => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(3))),
    ],
    [
      'breaks off its answer',
      'URL_CLOSED',
      /in the middle of its answer/,
      () => raw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx')),
    ],
    [
      'speaks another protocol',
      'URL_NOT_HTTP',
      /not HTTP/,
      () => createServer((socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n')),
    ],
    [
      'refuses',
      'URL_REFUSES',
      /status 401: .*--header/,
      () => http((_, response) => response.writeHead(401).end()),
    ],
    [
      'redirects',
      'URL_REFUSES',
      /status 302: .*the URL that it leads to/,
      () => http((_, response) => response.writeHead(302, { location: '/b' }).end()),
    ],
    [
      'takes longer for an answer than a window',
      'WINDOW_TOO_SHORT',
      /Take --seconds \d+ or more/,
      () => http((_, response) => void setTimeout(() => response.end('x'), 1200)),
    ],
  ];

  it('says why a server cannot be measured, before any load', async () => {
    await Promise.all(
      NEVER.map(async ([what, code, says, server]) => {
        expect(await complaintAbout(server()), what).to.match(
          new RegExp(`^${code}: .*${says.source}`),
        );
      }),
    );
  });

  it('ends with code 1 within seconds, where a server closes at once or never answers', async () => {
    const runs = await Promise.all(
      [createServer((socket) => socket.destroy()), createServer(() => {})].map(load),
    );
    expect(runs.map(({ code }) => code)).to.deep.equal([1, 1]);
    expect(runs.map(({ stderr }) => /^\w+/.exec(stderr)?.[0])).to.deep.equal([
      'URL_CLOSED',
      'URL_SILENT',
    ]);
    for (const { seconds } of runs) expect(seconds).to.be.lessThan(30);
  });

  const HEALTHY_REQUESTS = 2;
  const UNDER_LOAD: readonly [what: string, says: RegExp, then: (socket: Socket) => void][] = [
    ['stops answering', /URL_FAILS: .*the server is silent/, () => {}],
    ['resets', /URL_FAILS: .*ECONNRESET/, (socket) => void socket.resetAndDestroy()],
    ['breaks off', /URL_FAILS: .*middle of an answer/, (s) => s.end(ANSWER.replace(': 1', ': 2'))],
    ['sends garbage', /URL_FAILS: .*not HTTP\/1.1/, (socket) => socket.write('garbage\r\n')],
    [
      'sends a length that is no number',
      /URL_FAILS: .*Content-Length/,
      (socket) => socket.write(ANSWER.replace(': 1', ': one')),
    ],
    [
      'refuses all',
      /URL_FAILS: .*status 503/,
      (socket) => socket.write(ANSWER.replace('200 OK', '503 No')),
    ],
    [
      'answers twice',
      /sent more than it was asked for/,
      (socket) => socket.write(ANSWER.repeat(2)),
    ],
  ];

  it('says what a server does that answers single requests and fails under load', async () => {
    await Promise.all(
      UNDER_LOAD.map(async ([what, says, then]) => {
        const server = raw((socket, request) => {
          if (request <= HEALTHY_REQUESTS) socket.write(ANSWER);
          else then(socket);
        });
        expect(await complaintAbout(server), what).to.match(says);
      }),
    );
  });

  it('stops after a window in which the server hangs, and says so', async () => {
    const run = await load(
      raw((socket, request) => void (request < 12_000 && socket.write(ANSWER))),
    );
    expect(run.code, run.stdout).to.equal(1);
    expect(run.stderr).to.match(/^(NO_MEASUREMENT|URL_FAILS): .*(without an answer|silent)/);
  });
});
