import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import {
  type AuthorityConnection,
  createAuthorityConnection,
} from '../../../src/auth/opaque/authority-connection.js';
import type { AppError } from '../../../src/server/errors.js';
import { eventually } from '../../support/eventually.js';

const TIMEOUT_MS = 300;
const log = pino({ level: 'silent' });
const question = { method: 'GET', path: '/question', repeatable: true } as const;
const order = { method: 'POST', path: '/order', repeatable: false } as const;

describe('the connection to an authority', () => {
  let server: Server;
  let connection: AuthorityConnection;
  const sockets = new Set<Socket>();
  let handle: (socket: Socket, path: string) => string | undefined;
  let received: string[];

  beforeEach(async () => {
    received = [];
    handle = () => 'fine';
    server = createServer((request, response) => {
      request.resume();
      received.push(request.url as string);
      const answer = handle(request.socket, request.url as string);
      if (answer !== undefined) {
        response.end(answer);
      }
    });
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    connection = createAuthorityConnection({
      url: `http://127.0.0.1:${port}`,
      secret: new Uint8Array(32),
      timeoutMs: TIMEOUT_MS,
      log,
    });
  });

  afterEach(async () => {
    connection.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const outcome = (asked: Promise<{ text: string }>) =>
    asked.then(
      ({ text }) => text,
      (error: AppError) => error.code,
    );

  it('is kept for the next call', async () => {
    for (let count = 0; count < 5; count += 1) {
      expect(await connection.call(question)).to.deep.equal({ status: 200, text: 'fine' });
    }
    expect(sockets.size).to.equal(1);
  });

  it('closed by the other side as it is used again, is replaced once, for what may be repeated', async () => {
    let cut = 0;
    const used = new Set<Socket>();
    handle = (socket) => {
      if (used.has(socket)) {
        cut += 1;
        socket.destroy();
        return undefined;
      }
      used.add(socket);
      return 'fine';
    };
    expect(await outcome(connection.call(question))).to.equal('fine');
    expect(await outcome(connection.call(question))).to.equal('fine');
    expect(cut).to.equal(1);
    expect(received).to.have.length(3);
    expect(await outcome(connection.call(order))).to.equal('authority_unavailable');
    expect(received.filter((path) => path === '/order')).to.have.length(1);
  });

  it('gives up on an authority that is silent, for all that hold a connection and all that come, until it speaks', async () => {
    await connection.call(question);
    handle = () => undefined;
    const ended = (asked: Promise<unknown>) => asked.then(() => performance.now());
    const first = outcome(connection.call(question));
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS / 2));
    const others = Array.from({ length: 30 }, () => outcome(connection.call(question)));
    const [firstEnded, othersEnded] = await Promise.all([ended(first), ended(Promise.all(others))]);
    expect(new Set(await Promise.all([first, ...others]))).to.deep.equal(
      new Set(['authority_unavailable']),
    );
    expect(othersEnded - firstEnded, 'they had half of their time left').to.be.below(
      TIMEOUT_MS / 3,
    );

    const again = performance.now();
    expect(await outcome(connection.call(question))).to.equal('authority_unavailable');
    expect(performance.now() - again, 'known by now').to.be.below(TIMEOUT_MS / 3);
    expect(() => connection.assertUp()).to.throw();

    handle = () => 'back';
    await eventually(
      async () => (await outcome(connection.call(question))) === 'back',
      'it speaks again',
      1000,
    );
  });

  it('never takes more than 64 sockets', async () => {
    handle = () => undefined;
    let most = 0;
    server.on('connection', () => {
      most = Math.max(most, sockets.size);
    });
    await Promise.all(Array.from({ length: 500 }, () => outcome(connection.call(question))));
    expect(most).to.be.within(2, 64);
  });

  it('takes one late answer among others for load, and turns nobody else away', async () => {
    handle = (_socket, path) => (path === '/order' ? undefined : 'fine');
    const late = outcome(connection.call(order));
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS / 2));
    expect(await outcome(connection.call(question))).to.equal('fine');
    expect(await late).to.equal('authority_unavailable');
    expect(await outcome(connection.call(question))).to.equal('fine');
  });
});
