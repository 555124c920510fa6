import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { monotonicClock } from '../../../bench/load/clock.js';
import { type Crowd, createCrowd } from '../../../bench/load/crowd/crowd.js';
import { mergeHistograms } from '../../../bench/statistics/latency-histogram.js';
import { untilPasses } from '../../support/eventually.js';

const USERS = 40;
/** Whose connection is lost with the first answer: three of them without one. */
const LOST = 4;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

/** What the server does to a user; all others get what they asked for. */
const ODD: Readonly<Record<string, (socket: Socket) => void>> = {
  u3: (socket) => socket.write('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n'),
  u5: (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
  u7: (socket) => socket.destroy(),
  u9: (socket) => socket.write(`${OK}x`),
  // In two parts, the second a moment later.
  u11: (socket) => {
    socket.write(OK.slice(0, 20));
    setTimeout(() => socket.write(OK.slice(20)), 15);
  },
  u13: (socket) => socket.write(OK.replace('OK\r\n', 'OK\r\nConnection: close\r\n')),
};

describe('a crowd', function () {
  this.timeout(60_000);
  let server: Server;
  let crowd: Crowd;
  /** By user, as the server saw them. */
  let asked: Map<string, number>;
  let sockets: Set<Socket>;
  let from: Set<string>;
  let isSilent: boolean;
  let slownessMs: number;

  beforeEach(async () => {
    asked = new Map();
    sockets = new Set();
    from = new Set();
    isSilent = false;
    slownessMs = 0;
    server = createServer((socket) => {
      sockets.add(socket);
      from.add(socket.remoteAddress ?? '');
      socket.on('error', () => {}).once('close', () => sockets.delete(socket));
      socket.on('data', (chunk) => {
        const user = /^X-User: (\w+)\r$/m.exec(chunk.toString())?.[1] ?? 'login';
        asked.set(user, (asked.get(user) ?? 0) + 1);
        if (isSilent) return;
        const odd = ODD[user];
        if (odd) odd(socket);
        else if (slownessMs > 0) setTimeout(() => socket.write(OK), slownessMs);
        else socket.write(OK);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    crowd.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const nowMs = monotonicClock();

  function begin(addresses: string[] = []): Crowd {
    const { port } = server.address() as AddressInfo;
    const one = createCrowd(
      {
        ...{ origins: [`http://127.0.0.1:${port}`], first: 0, seed: 1 },
        ...{ addresses, usersOfAddress: USERS / 2, password: 'x' },
      },
      nowMs,
    );
    one.addUsers(
      Array.from({ length: USERS }, (_, index) => ({
        email: `u${index}`,
        headers: `X-User: u${index}\r\n`,
      })),
    );
    return one;
  }

  /** Each asks once, and the odd ones are treated oddly. */
  const connectAll = () =>
    crowd.connectAll({
      ...{ fromMs: nowMs() + 20, perSecond: 1000 },
      ...{ gapMs: [60_000, 60_000], withinMs: 20_000 },
    });

  it('counts every answer as what it is, and every request that the server saw', async () => {
    crowd = begin();
    expect(await connectAll()).to.include({ connected: USERS - LOST, failed: 3 });
    await untilPasses(() => expect(sockets.size).to.equal(USERS - LOST));
    asked.clear();
    const fromMs = nowMs() + 20;
    const report = await crowd.ask({ fromMs, toMs: fromMs + 2000, gapMs: [200, 400], logins: 10 });
    const seen = [...asked.values()].reduce((sum, count) => sum + count, 0);
    expect(report.planned).to.equal(seen);
    const { statuses, failures, answered, logins } = report;
    const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
    expect(answered + failed).to.equal(report.planned);
    expect(statuses['401']).to.equal(asked.get('u3'));
    expect(failures).to.deep.equal({
      unreadable: (asked.get('u5') ?? 0) + (asked.get('u9') ?? 0),
      closed: asked.get('u7') ?? 0,
    });
    expect(logins).to.equal(asked.get('login')).and.to.equal(10);
    expect(mergeHistograms([report.latency]).totalCount).to.equal(answered - logins);
    expect(mergeHistograms([report.loginLatency]).totalCount).to.equal(logins);
    // Those who lost their connection, or were told that it ends, opened another one for the next request.
    expect(report.reconnects).to.be.greaterThan(8);
    expect(Math.min(...['u5', 'u7', 'u13'].map((user) => asked.get(user) ?? 0))).to.be.at.least(3);
  });

  it('comes back from other addresses when all connections were dropped', async function () {
    if (process.platform !== 'linux') this.skip();
    crowd = begin(['127.10.1.1', '127.10.1.2']);
    await connectAll();
    await untilPasses(() => expect(sockets.size).to.equal(USERS - LOST));
    expect([...from]).to.have.members(['127.10.1.1', '127.10.1.2']);
    const before = new Set(sockets);
    from.clear();
    const addresses = ['127.11.1.1', '127.11.1.2'];
    const report = await crowd.comeBack({ fromMs: nowMs() + 20, withinMs: 500, addresses });
    expect(report.planned).to.equal(USERS);
    expect(report.statuses).to.deep.include({ '200': USERS - 4, '401': 1 });
    expect([...from]).to.have.members(addresses);
    expect([...before].every((socket) => socket.destroyed || !sockets.has(socket))).to.equal(true);
    expect(report.reconnects).to.equal(0);
  });

  it('has connected when the last has tried, though somebody waits for an answer at any moment', async function () {
    this.timeout(15_000);
    crowd = begin();
    slownessMs = 50;
    const gapMs = [60, 80] as const;
    const fromMs = nowMs() + 20;
    const report = await crowd.connectAll({ fromMs, perSecond: 1000, gapMs, withinMs: 10_000 });
    expect(report.connected).to.be.within(USERS - LOST, USERS);
    // Nobody asks afterwards.
    await untilPasses(() => expect([...asked.values()].length).to.equal(USERS));
    const before = [...asked.values()];
    await delay(200);
    expect([...asked.values()]).to.deep.equal(before);
  });

  it('gives up connecting those for whom there is no time left', async () => {
    crowd = begin();
    const fromMs = nowMs() + 20;
    // A second for 10 of the 40.
    const report = await crowd.connectAll({
      ...{ fromMs, perSecond: 10, gapMs: [60_000, 60_000], withinMs: 1000 },
    });
    expect(report.connected).to.be.within(1, 12);
    expect(report.connected + report.failed).to.be.at.least(USERS - 2);
    expect(report.firstError).to.be.a('string');
  });

  it('gives up an answer after ten seconds, and says so of a server that is gone', async () => {
    crowd = begin();
    await connectAll();
    isSilent = true;
    const fromMs = nowMs() + 20;
    const silent = await crowd.ask({ fromMs, toMs: fromMs + 100, gapMs: [150, 150], logins: 0 });
    expect(silent.answered).to.equal(0);
    expect(silent.failures).to.deep.equal({ timeout: silent.planned });
    expect(silent.firstFailure).to.match(/10 s/);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    const laterMs = nowMs() + 20;
    const gone = await crowd.ask({
      fromMs: laterMs,
      toMs: laterMs + 100,
      gapMs: [150, 150],
      logins: 0,
    });
    expect(gone.planned).to.be.greaterThan(0);
    expect(gone.failures).to.deep.equal({ refused: gone.planned });
    server.listen(0);
  });
});
