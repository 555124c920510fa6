import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import {
  type DelayingProxy,
  measureRoundTrip,
  startDelayingProxy,
} from '../../../bench/network/delaying-proxy.js';
import { type Guardian, startGuardian } from '../../../bench/processes/guardian/guardian.js';
import { isRunning, readStartTime } from '../../../bench/processes/process-identity.js';
import { eventually } from '../../support/eventually.js';
import { failure } from '../../support/failure.js';
import { NOBODYS_PORT } from '../../support/nobodys-port.js';
import { createTestRedis } from '../../support/stores.js';

const DELAY_MS = 5;

describe('a way that takes time', () => {
  let guardian: Guardian;
  let echo: Server;
  let proxy: DelayingProxy;
  const accepted: Socket[] = [];

  before(async () => {
    guardian = await startGuardian();
    echo = createServer({ allowHalfOpen: true }, (socket) => {
      accepted.push(socket);
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const { port } = echo.address() as AddressInfo;
    const urls = [`redis://127.0.0.1:${port}/3`, `redis://127.0.0.1:${NOBODYS_PORT}`];
    proxy = await startDelayingProxy(urls, DELAY_MS, guardian);
  });
  after(async () => {
    await proxy?.stop();
    for (const socket of accepted) socket.destroy();
    echo?.close();
    await guardian?.stop();
  });

  const dial = (index: number) => {
    const { hostname, port } = new URL(proxy.urls[index] as string);
    return connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  };

  it('keeps the rest of an address', () => {
    expect(new URL(proxy.urls[0] as string).pathname).to.equal('/3');
  });

  it('passes every byte on, in its order, and the end of one direction alone', async function () {
    this.timeout(20_000);
    const sent = randomBytes(24 * 1024 * 1024);
    const socket = dial(0);
    const received = buffer(socket);
    socket.end(sent);
    expect((await received).equals(sent)).to.equal(true);
  });

  it('takes its time each way, for each piece', async () => {
    const socket = dial(0);
    await once(socket, 'connect');
    for (let turn = 0; turn < 5; turn++) {
      const fromMs = performance.now();
      socket.write('?');
      await once(socket, 'data');
      // The grain of the alarm, twice.
      expect(performance.now() - fromMs).to.be.at.least(2 * DELAY_MS - 0.2);
    }
    socket.destroy();
  });

  const errorOf = async (socket: Socket) => {
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    return error.code;
  };

  it('breaks off where nobody listens', async () => {
    expect(await errorOf(dial(1))).to.equal('ECONNRESET');
  });

  it('breaks off what breaks off at the other end', async () => {
    const socket = dial(0);
    socket.write('?');
    await once(socket, 'data');
    accepted.at(-1)?.resetAndDestroy();
    expect(await errorOf(socket)).to.equal('ECONNRESET');
  });

  it('leads an address elsewhere, and breaks off what led to the one before', async () => {
    const other = createServer((socket) => socket.end('the other'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port: otherPort } = other.address() as AddressInfo;
    const { port: echoPort } = echo.address() as AddressInfo;
    const moved = await startDelayingProxy([`redis://127.0.0.1:${echoPort}`], 0, guardian);
    const dialMoved = () =>
      connect({ host: '127.0.0.1', port: Number(new URL(moved.urls[0] as string).port) });
    try {
      const before = dialMoved();
      before.write('?');
      await once(before, 'data');
      const brokenOff = once(before, 'error') as Promise<[NodeJS.ErrnoException]>;
      await moved.lead(0, `redis://127.0.0.1:${otherPort}`);
      expect((await brokenOff)[0].code).to.equal('ECONNRESET');
      expect((await buffer(dialMoved())).toString()).to.equal('the other');
      await moved.stop();
      const error = await failure(moved.lead(0, `redis://127.0.0.1:${echoPort}`));
      expect(error).to.include({ code: 'LATENCY_FAILED' });
    } finally {
      await moved.stop();
      other.close();
    }
  });

  it('leads to a real Redis, and says how long the way is', async () => {
    const redis = await createTestRedis();
    const { urls, stop } = await startDelayingProxy([redis.url], DELAY_MS, guardian);
    try {
      expect(await measureRoundTrip(urls[0] as string)).to.be.at.least(2 * DELAY_MS - 0.2);
    } finally {
      await stop();
      redis.close();
    }
  });

  it('is gone when it is stopped', async () => {
    const { pid, stop } = await startDelayingProxy(['redis://127.0.0.1'], 1, guardian);
    const startTime = readStartTime(pid);
    await stop();
    await stop();
    await eventually(async () => !isRunning(pid, startTime), 'the proxy is gone');
  });

  it('is refused where a certificate would not fit, before anything starts', async () => {
    const error = await failure(startDelayingProxy(['rediss://a.test'], 1, guardian));
    expect(error).to.include({ code: 'LATENCY_UNAVAILABLE' });
    expect(error.message).to.include('Leave --store-latency out');
  });
});
