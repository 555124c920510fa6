import { type EventEmitter, getEventListeners, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { logInAll, visitAll } from '../../../bench/load/credentials.js';
import { eventually } from '../../support/eventually.js';

const users = Array.from({ length: 40 }, (_, id) => ({ id, email: `${id}@example.org`, name: '' }));

describe('logging many users in', () => {
  let server: Server;
  let origin: string;
  let underWay: number;
  let answers: boolean;

  beforeEach(async () => {
    underWay = 0;
    answers = true;
    server = createServer((request, response) => {
      underWay++;
      response.once('close', () => underWay--);
      if (!answers) return;
      request.resume();
      response.setHeader('Set-Cookie', 'sid=1; Path=/').end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('leaves nothing at the signal of the run, however many they are', async () => {
    const { signal } = new AbortController();
    let most = 0;
    server.on('request', () => {
      most = Math.max(most, getEventListeners(signal, 'abort').length);
    });
    const credentials = await logInAll(origin, users, 'secret', signal);
    expect(credentials[7]).to.deep.include({ credential: { Cookie: 'sid=1' }, user: users[7] });
    await visitAll(origin, credentials, signal);
    expect(most).to.equal(1);
    expect(getEventListeners(signal, 'abort')).to.have.lengthOf(0);
  });

  it('ends with the run, and gives up what is under way', async () => {
    answers = false;
    const stopping = new AbortController();
    const failed = logInAll(origin, users, 'secret', stopping.signal).catch((error) => error);
    while (underWay < 8) await once(server as EventEmitter, 'request');
    const reason = new Error('stopped');
    stopping.abort(reason);
    expect(await failed).to.equal(reason);
    await eventually(async () => underWay === 0, 'no login is under way');
    const again = logInAll(origin, users, 'secret', stopping.signal).catch((error) => error);
    expect(await again).to.equal(reason);
    expect(underWay).to.equal(0);
  });
});
