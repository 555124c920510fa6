import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import { type Asker, type AskerOptions, createAsker } from '../../../src/outbound/asker.js';
import type { NoAnswer } from '../../../src/outbound/no-answer.js';
import { eventually } from '../../support/eventually.js';

const TIMEOUT_MS = 300;
const BYTES_MAX = 1000;
const question = { method: 'GET', path: '/question', headers: {}, repeatable: true } as const;
const order = { method: 'POST', path: '/order', headers: {}, repeatable: false } as const;
const circuit = { failuresToOpen: 3, countsRefusals: true, probePath: '/livez' };

describe('an asker', () => {
  let server: Server;
  let asker: Asker;
  let received: string[];
  let answer: RequestListener;
  const questions = () => received.filter((path) => path !== '/livez').length;

  beforeEach(async () => {
    received = [];
    answer = (_request, response) => response.end('fine');
    server = createServer((request, response) => {
      received.push(request.url as string);
      answer(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    asker = open();
  });

  afterEach(async () => {
    await asker.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const originOf = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function open(options: Partial<AskerOptions> = {}): Asker {
    asker?.close();
    return createAsker({
      url: originOf(),
      name: 'other side',
      timeoutMs: TIMEOUT_MS,
      bytesMax: BYTES_MAX,
      log: pino({ level: 'silent' }),
      ...options,
    });
  }

  const outcome = (asked: Promise<{ text: string }>) =>
    asked.then(
      ({ text }) => text,
      (error: NoAnswer) => error.reason,
    );

  it('asks below the path of its address, and hands back status, headers and text', async () => {
    asker = open({ url: `${originOf()}/base/` });
    answer = (_request, response) => response.writeHead(404, { 'x-word': 'yes' }).end('none');
    const { status, headers, text } = await asker.ask(question);
    expect([status, headers['x-word'], text]).to.deep.equal([404, 'yes', 'none']);
    expect(received).to.deep.equal(['/base/question']);
  });

  it('goes where no redirect points, with no credential', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      answer = (_request, response) =>
        response.writeHead(status, { location: `${originOf()}/elsewhere` }).end();
      const asked = asker.ask({ ...question, headers: { authorization: 'Bearer x' } });
      expect((await asked).status).to.equal(status);
    }
    expect(new Set(received)).to.deep.equal(new Set(['/question']));
  });

  it('reads no more of an answer than it may, and is of use afterwards', async () => {
    answer = (_request, response) => response.end('x'.repeat(BYTES_MAX));
    expect((await asker.ask(question)).text).to.have.length(BYTES_MAX);
    answer = (_request, response) => response.end('x'.repeat(BYTES_MAX + 1));
    expect(await outcome(asker.ask(question))).to.equal('refused');
    answer = (_request, response) => response.end('fine');
    expect(await outcome(asker.ask(question))).to.equal('fine');
    expect(questions()).to.equal(3);
  });

  it('asks three times where the connection breaks, but what may not be repeated once', async () => {
    answer = (request) => request.socket.destroy();
    expect(await outcome(asker.ask(question))).to.equal('broken');
    expect(questions()).to.equal(3);
    expect(await outcome(asker.ask(order))).to.equal('broken');
    expect(questions()).to.equal(4);
  });

  it('asks again where an answer breaks off', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '4' });
      response.write('fi');
      if (received.length > 1) {
        response.end('ne');
      } else {
        response.destroy();
      }
    };
    expect(await outcome(asker.ask(question))).to.equal('fine');
  });

  it('has one deadline for all attempts, and asks no second time what was late', async () => {
    answer = (request) => {
      if (received.length === 1) {
        setTimeout(() => request.socket.destroy(), TIMEOUT_MS / 2);
      }
    };
    const startedAt = performance.now();
    expect(await outcome(asker.ask(question))).to.equal('late');
    expect(performance.now() - startedAt).to.be.within(TIMEOUT_MS - 20, TIMEOUT_MS * 1.4);
    expect(questions()).to.equal(2);
  });

  it('counts an answer that never ends as late', async () => {
    answer = (_request, response) => {
      response.write('fi');
    };
    expect(await outcome(asker.ask(question))).to.equal('late');
  });

  it('does not send what waited for a connection until nobody wanted its answer', async () => {
    answer = () => {};
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => outcome(asker.ask(question))),
    );
    expect(new Set(outcomes)).to.deep.equal(new Set(['late']));
    answer = (_request, response) => response.end('fine');
    expect(await outcome(asker.ask(question))).to.equal('fine');
    await delay(50);
    // One for each of 64 connections, the last one, and those that a connection came to just in time.
    expect(questions()).to.be.within(65, 100);
  });

  it('says that a path is none, asks nobody, and blames nobody', async () => {
    asker = open({ circuit: { ...circuit, failuresToOpen: 1 } });
    const wrong = { ...question, headers: { authorization: 'a\nb' } };
    expect(await outcome(asker.ask(wrong))).to.equal('unsent');
    expect(asker.away()).to.equal(undefined);
    expect(received).to.have.length(0);
  });

  it('asks nobody once it is closed, and ends what is under way', async () => {
    answer = () => {};
    const asked = outcome(asker.ask(question));
    await eventually(async () => received.length === 1, 'it was asked');
    await asker.close();
    expect(await asked).to.equal('unsent');
    expect(await outcome(asker.ask(question))).to.equal('unsent');
    expect(received).to.have.length(1);
  });

  it('loads its client with the first question, and not before', () => {
    const url = new URL('../../../src/outbound/asker.js', import.meta.url).href;
    const script = `
      import { createRequire } from 'node:module';
      import { createAsker } from ${JSON.stringify(url)};
      const asker = createAsker({ url: 'http://127.0.0.1:1', name: 'x', timeoutMs: 1000, bytesMax: 1 });
      const isLoaded = () =>
        Object.keys(createRequire(${JSON.stringify(url)}).cache).some((path) => path.includes('undici'));
      const before = isLoaded();
      await asker.ask(${JSON.stringify(question)}).catch(() => {});
      console.log(before, isLoaded());`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(printed.toString().trim()).to.equal('false true');
  });

  describe('with a circuit', () => {
    beforeEach(() => {
      asker = open({ circuit });
    });

    const isBack = () =>
      eventually(async () => (await outcome(asker.ask(question))) === 'fine', 'it is back', 3000);

    it('leaves the other side alone after so many failures in a row, and tries no request on it', async () => {
      answer = (request) => request.socket.destroy();
      for (let failed = 1; failed <= circuit.failuresToOpen; failed += 1) {
        expect(asker.away(), `before failure ${failed}`).to.equal(undefined);
        expect(await outcome(asker.ask(order))).to.equal('broken');
      }
      expect(asker.away()).to.include({ reason: 'away' });
      for (let asked = 0; asked < 5; asked += 1) {
        expect(await outcome(asker.ask(question))).to.equal('away');
      }
      expect(questions()).to.equal(circuit.failuresToOpen);
      answer = (_request, response) => response.end('fine');
      await isBack();
    });

    it('starts to count again after an answer', async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        answer = (request) => request.socket.destroy();
        for (let failed = 1; failed < circuit.failuresToOpen; failed += 1) {
          expect(await outcome(asker.ask(order))).to.equal('broken');
        }
        answer = (_request, response) => response.end('fine');
        expect(await outcome(asker.ask(order))).to.equal('fine');
      }
    });

    it('takes 500 and more for a failure, lets it rest, and the next one opens it again', async () => {
      const fails: RequestListener = (request, response) => {
        response.statusCode = request.url === '/livez' ? 200 : 500;
        response.end();
      };
      answer = fails;
      const ask = () =>
        asker.ask(order).then(
          ({ status }) => status,
          ({ reason }: NoAnswer) => reason,
        );
      for (let failed = 0; failed < circuit.failuresToOpen; failed += 1) {
        expect(await ask()).to.equal(500);
      }
      expect(await ask()).to.equal('away');
      await delay(500);
      expect(received, 'no probe yet').to.not.include('/livez');
      await eventually(async () => asker.away() === undefined, 'it lives');
      expect(await ask()).to.equal(500);
      expect(await ask()).to.equal('away');
      answer = (_request, response) => response.end('fine');
      await isBack();
    });

    it('or takes them for answers, where it is told to', async () => {
      asker = open({ circuit: { ...circuit, failuresToOpen: 1, countsRefusals: false } });
      answer = (_request, response) => response.writeHead(503).end();
      for (let asked = 0; asked < 3; asked += 1) {
        expect((await asker.ask(question)).status).to.equal(503);
      }
    });

    it('stops looking once it is closed', async () => {
      answer = (request) => request.socket.destroy();
      for (let failed = 0; failed < circuit.failuresToOpen; failed += 1) {
        await outcome(asker.ask(order));
      }
      await eventually(async () => received.includes('/livez'), 'it looks');
      await asker.close();
      await delay(50);
      const looks = received.length;
      await delay(300);
      expect(received).to.have.length(looks);
    });
  });
});
