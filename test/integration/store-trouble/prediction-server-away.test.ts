import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ENGLISH } from '../../contract/suites/predictions.js';
import {
  type Answer,
  ApiClient,
  type Credential,
  expectProblem,
} from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import { freeze, thaw } from '../../support/freeze.js';
import { type PredictingService, startPredicting } from '../../support/prediction.js';
import { type RunningService, startService, type Variables } from '../../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../../support/stores.js';

/** Of consecutive failures, so many open the circuit (src/prediction/server-client.ts). */
const FAILURES_TO_OPEN = 5;

describe('when the prediction server is away', () => {
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  let variables: Variables;

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    variables = {
      AUTH_STRATEGY: 'session',
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      PREDICTION_TIMEOUT_MS: '1000',
    };
  });
  after(async () => {
    await database?.drop();
    redis?.close();
  });

  const predictAt = (api: ApiClient, credential: Credential): Promise<Answer> =>
    api.call('POST', '/predictions', { credential, body: { text: ENGLISH } });

  function expectUnavailable(answer: Answer): void {
    expectProblem(answer, 503, 'prediction_unavailable');
    expect(answer.headers.get('retry-after')).to.equal('1');
  }

  describe('a real one', () => {
    let running: PredictingService;
    let server: RunningService;
    let api: ApiClient;
    let credential: Credential;
    const predict = () => predictAt(api, credential);
    const goesOn = async () => {
      expect((await api.call('GET', '/me', { credential })).status).to.equal(200);
      expect((await api.call('GET', '/posts', { credential })).status).to.equal(200);
      expect((await api.call('GET', '/readyz')).status).to.equal(200);
    };
    const comesBack = () =>
      eventually(async () => (await predict()).status === 200, 'predictions are back', 10_000);

    before(async () => {
      running = await startPredicting('server', variables);
      server = running.server as RunningService;
      api = new ApiClient(running.service.url);
      credential = await api.logIn(await api.register('ada'));
      await comesBack();
    });
    after(() => running?.stop());

    it('killed: a 503 that says when to ask again, all else goes on, and it recovers', async () => {
      server.signal('SIGKILL');
      await server.exited;
      for (let asked = 0; asked < 2 * FAILURES_TO_OPEN; asked++) {
        expectUnavailable(await predict());
      }
      await goesOn();
      server = await running.restartServer();
      await comesBack();
    });

    it('frozen: a 503 for each, all else goes on, and it recovers', async () => {
      freeze(server.pid);
      try {
        const answers = await Promise.all(Array.from({ length: 20 }, predict));
        for (const answer of [...answers, await predict()]) {
          expectUnavailable(answer);
        }
        await goesOn();
      } finally {
        thaw(server.pid);
      }
      await comesBack();
    });

    it('leaving: it finishes what it has and ends with code 0', async () => {
      const asked = Promise.all(Array.from({ length: 10 }, predict));
      await asked;
      server.signal('SIGTERM');
      expect(await server.exited).to.equal(0);
      expectUnavailable(await predict());
      server = await running.restartServer();
      await comesBack();
    });
  });

  describe('a stand-in that misbehaves', () => {
    let standIn: Server;
    let requests = 0;
    let answer: RequestListener;
    let service: RunningService;
    let api: ApiClient;
    let credential: Credential;
    const predict = () => predictAt(api, credential);

    before(async () => {
      standIn = createServer((request, response) => {
        requests++;
        answer(request, response);
      });
      standIn.listen(0, '127.0.0.1');
      await once(standIn, 'listening');
    });
    after(() => {
      standIn.closeAllConnections();
      standIn.close();
    });

    // A fresh instance each: its circuit is closed.
    beforeEach(async () => {
      const { port } = standIn.address() as AddressInfo;
      service = await startService({
        ...variables,
        PREDICTION: 'server',
        PREDICTION_URL: `http://127.0.0.1:${port}/`,
      });
      api = new ApiClient(service.url);
      credential = await api.logIn(await api.register('ada'));
      requests = 0;
    });
    afterEach(() => service?.stop());

    const good: RequestListener = (_request, response) => {
      response.setHeader('content-type', 'application/json');
      const probabilities = { ham: 1, spam: 0 };
      response.end(JSON.stringify({ label: 'ham', probabilities, model: 'another' }));
    };

    it('is asked again when a connection breaks, because asking twice changes nothing', async () => {
      answer = (request, response) => {
        if (requests === 1) {
          request.socket.destroy();
        } else {
          good(request, response);
        }
      };
      expect((await predict()).body.model).to.equal('another');
      expect(requests).to.equal(2);
    });

    it('is not asked again when it is too slow: it has that work already', async () => {
      answer = () => {};
      expectUnavailable(await predict());
      expect(requests).to.equal(1);
    });

    it('is left alone once it failed often, and then asked once to find out', async () => {
      answer = (_request, response) => {
        response.statusCode = 500;
        response.end();
      };
      const answers: Answer[] = [];
      for (let asked = 0; asked < 2 * FAILURES_TO_OPEN; asked++) {
        answers.push(await predict());
      }
      answers.forEach(expectUnavailable);
      // An answer is not asked for again; what comes after the fifth failure does not reach it.
      expect(requests).to.be.within(FAILURES_TO_OPEN, 2 * FAILURES_TO_OPEN - 1);
      answer = good;
      await eventually(async () => (await predict()).status === 200, 'the circuit is closed');
    });

    it('is not believed when it answers something else, or refuses for reasons of its own', async () => {
      const bodies: [number, string][] = [
        [200, 'not JSON'],
        [200, '{"label":"nonsense"}'],
        [200, 'x'.repeat(100_000)],
        [401, '{"code":"credential_invalid"}'],
        [404, '{"code":"not_found"}'],
      ];
      for (const [status, text] of bodies) {
        answer = (_request, response) => {
          response.statusCode = status;
          response.end(text);
        };
        expectUnavailable(await predict());
      }
    });

    it('is given the credential of the request and nothing else of it', async () => {
      let headers: NodeJS.Dict<string | string[]> = {};
      answer = (request, response) => {
        headers = request.headers;
        good(request, response);
      };
      await api.call('POST', '/predictions', {
        credential,
        headers: { 'x-user-id': '1', 'x-forwarded-for': '192.0.2.1' },
        body: { text: ENGLISH },
      });
      expect(headers.cookie).to.equal(credential.cookie);
      expect(headers).to.not.have.any.keys('x-user-id', 'x-forwarded-for', 'authorization');
    });
  });
});
