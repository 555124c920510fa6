import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type Koa from 'koa';
import { pino } from 'pino';
import { openServiceCheck } from '../../../src/apps/callers/ask-service.js';
import type { OpenCallerCheck } from '../../../src/apps/prediction-server-app.js';
import { NOBODYS_PORT } from '../../support/nobodys-port.js';

const ctx = { req: { headers: { authorization: 'Bearer x' } } } as Koa.Context;

describe('the check that asks the instances', () => {
  let instance: Server;
  let answer: RequestListener;
  let check: OpenCallerCheck;
  const outcome = () =>
    Promise.resolve(check.authenticate(ctx)).then(
      ({ userId }) => userId,
      ({ code }) => code,
    );

  beforeEach(async () => {
    answer = (_request, response) => response.end('{"id":7,"scope":[],"actor":null}');
    instance = createServer((request, response) => answer(request, response));
    await once(instance.listen(0, '127.0.0.1'), 'listening');
    const { port } = instance.address() as AddressInfo;
    const urls = [`http://127.0.0.1:${NOBODYS_PORT}`, `http://127.0.0.1:${port}`];
    check = openServiceCheck({ urls, timeoutMs: 1000, log: pino({ level: 'silent' }) });
  });
  afterEach(async () => {
    await check.close();
    instance.closeAllConnections();
    instance.close();
  });

  it('passes over an instance that is away', async () => {
    const outcomes: unknown[] = [];
    for (let asked = 0; asked < 20; asked += 1) {
      outcomes.push(await outcome());
    }
    expect(outcomes.filter((each) => each !== 7)).to.deep.equal(
      Array(5).fill('authority_unavailable'),
    );
    expect(outcomes.slice(-10)).to.deep.equal(Array(10).fill(7));
  });

  it('takes what an instance refuses for an answer about one user, however often it does', async () => {
    for (let asked = 0; asked < 10; asked += 1) {
      await outcome();
    }
    answer = (_request, response) => response.writeHead(500).end();
    for (let asked = 0; asked < 10; asked += 1) {
      expect(await outcome()).to.equal('authority_unavailable');
    }
    answer = (_request, response) => response.end('{"id":8,"scope":[],"actor":null}');
    expect(await outcome()).to.equal(8);
  });
});
