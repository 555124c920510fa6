import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ENGLISH } from '../contract/suites/predictions.js';
import { type Answer, ApiClient, type Credential, expectProblem } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { type PredictingService, startPredicting } from '../support/prediction.js';
import { rawRequest } from '../support/raw-request.js';
import { startListening, startService, type Variables } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

/** More than the failures in a row that open the circuit for everybody. */
const OFTEN = 12;
const GOOD = { label: 'ham', probabilities: { ham: 1, spam: 0 }, model: 'another' };

describe('attacks by way of predictions', () => {
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  let variables: Variables;

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    variables = { DATABASE_URL: database.url, REDIS_URL: redis.url };
  });
  after(async () => {
    await database?.drop();
    redis?.close();
  });

  const predict = (api: ApiClient, credential: Credential): Promise<Answer> =>
    api.call('POST', '/predictions', { credential, body: { text: ENGLISH } });

  for (const strategy of ['session', 'jwt-es256']) {
    describe(`by a user, under AUTH_STRATEGY=${strategy}`, () => {
      let running: PredictingService;
      let api: ApiClient;
      let credential: Credential;

      before(async () => {
        running = await startPredicting('server', { ...variables, AUTH_STRATEGY: strategy });
        api = new ApiClient(running.service.url);
        credential = await api.logIn(await api.register('mallory'));
      });
      after(() => running?.stop());

      const send = (cookies: string, body: string) => {
        const { authorization, cookie } = credential;
        const own = [cookie, cookies].filter((each) => each !== undefined).join('; ');
        const bearer = authorization === undefined ? '' : `Authorization:${authorization}\r\n`;
        return rawRequest(
          api.url,
          `POST /predictions HTTP/1.1\r\nHost:a\r\n${bearer}Cookie:${own}\r\n` +
            `Content-Type:application/json\r\nContent-Length:${body.length}\r\n\r\n${body}`,
        );
      };

      it('headers that fit here and not there are refused as such, and cost nobody else a prediction', async () => {
        const known = (credential.cookie ?? credential.authorization ?? '').length;
        const body = JSON.stringify({ text: ENGLISH });
        for (let time = 0; time < OFTEN; time += 1) {
          const { status, text } = await send(`x=${'y'.repeat(16_300 - known)}`, body);
          expect(status, text).to.equal(431);
          expect(text).to.include('"code":"headers_too_large"');
        }
        expect((await predict(api, credential)).status).to.equal(200);
      });

      it('a body that would grow on its way is refused before', async () => {
        // As many bytes as are allowed; each \xff would become three.
        const body = `{"text":"${'\\u0001'.repeat(15_990)}${'\xff'.repeat(4000)}"}`;
        for (let time = 0; time < OFTEN; time += 1) {
          const { status, text } = await send('x=y', body);
          expect(status, text).to.equal(400);
          expect(text).to.include('"code":"malformed_json"');
        }
        expect((await predict(api, credential)).status).to.equal(200);
      });

      it('a body that fits here and not there is refused as such', async () => {
        const frame = '{"text":"aaaa"}'.length;
        const body = `{"text":"aaaa${'\\u0001'.repeat(Math.floor((100_000 - frame) / 6))}"}`;
        const { status, text } = await send('x=y', body);
        expect(status, text).to.equal(413);
        expect(text).to.include('"code":"body_too_large"');
      });

      it('every byte that a header may have reaches the prediction server or is refused here', async () => {
        const body = JSON.stringify({ text: ENGLISH });
        const allowed = Array.from({ length: 256 }, (_, code) => code).filter(
          (code) => code === 9 || (code >= 32 && code !== 127),
        );
        for (let from = 0; from < allowed.length; from += 32) {
          const bytes = String.fromCharCode(...allowed.slice(from, from + 32));
          const { status, text } = await send(`x=a${bytes}a`, body);
          expect(status, text).to.equal(200);
        }
      });
    });
  }

  describe('by the service that is asked who is asking', () => {
    it('is no outage of it when it refuses one credential', async () => {
      const service = await standIn((_request, response) => {
        response.statusCode = 431;
        response.end();
      });
      const server = await startListening('prediction-server', {
        AUTH_STRATEGY: 'session',
        SERVICE_URL: service.url,
      });
      try {
        const answer = await predict(new ApiClient(server.url), { cookie: 'session=x' });
        expectProblem(answer, 431, 'headers_too_large');
      } finally {
        await server.stop();
        service.close();
      }
    });
  });

  describe('by a prediction server that was taken over', () => {
    const HOSTILE: [string, RequestListener][] = [
      [
        'an answer without an end',
        (_request, response) => {
          const more = () => {
            if (!response.destroyed) {
              response.write('x'.repeat(1000));
              setImmediate(more);
            }
          };
          more();
        },
      ],
      [
        'an answer that comes a byte at a time',
        (_request, response) => {
          const timer = setInterval(() => response.write(' '), 20);
          response.on('close', () => clearInterval(timer));
        },
      ],
      [
        'an answer that is small until it is unpacked',
        (_request, response) => {
          response.setHeader('content-encoding', 'gzip');
          response.end(gzipSync(JSON.stringify({ ...GOOD, model: 'x'.repeat(10_000_000) })));
        },
      ],
      [
        'hints without an answer',
        (_request, response) => {
          const hint = () => response.writeEarlyHints({ link: '</x>; rel=preload' });
          const timer = setInterval(hint, 20);
          response.on('close', () => clearInterval(timer));
        },
      ],
      [
        'a login for the client',
        (_request, response) => {
          response.setHeader('set-cookie', 'session=planted; Path=/');
          response.statusCode = 401;
          response.end('{"code":"credential_invalid"}');
        },
      ],
      [
        'probabilities that are none',
        (_request, response) => {
          response.end(JSON.stringify({ ...GOOD, probabilities: { ham: '1', __proto__: [] } }));
        },
      ],
    ];
    for (const [what, answer] of HOSTILE) {
      it(`${what}: 503, and the rest goes on`, async () => {
        await withStandIn(answer, async (api, credential) => {
          const refused = await predict(api, credential);
          expectProblem(refused, 503, 'prediction_unavailable');
          expect(refused.headers.getSetCookie()).to.deep.equal([]);
          expect((await api.call('GET', '/me', { credential })).status).to.equal(200);
        });
      });
    }

    it('a redirection takes the credential nowhere', async () => {
      let asked = 0;
      const elsewhere = await standIn((_request, response) => {
        asked += 1;
        response.end(JSON.stringify(GOOD));
      });
      try {
        let status = 0;
        const redirect: RequestListener = (_request, response) => {
          response.writeHead(status, { location: `${elsewhere.url}/predictions` }).end();
        };
        await withStandIn(redirect, async (api, credential) => {
          for (status of [301, 302, 303, 307, 308]) {
            const answer = await predict(api, credential);
            expectProblem(answer, 503, 'prediction_unavailable');
            expect(answer.headers.get('location')).to.equal(null);
          }
        });
        expect(asked).to.equal(0);
      } finally {
        elsewhere.close();
      }
    });

    it('hands on nothing but a prediction', async () => {
      const more: RequestListener = (_request, response) => {
        response.setHeader('set-cookie', 'session=planted; Path=/');
        response.setHeader('clear-site-data', '"*"');
        response.end(JSON.stringify({ ...GOOD, access_token: 'planted', constructor: 1 }));
      };
      await withStandIn(more, async (api, credential) => {
        const { status, body, headers } = await predict(api, credential);
        expect(status).to.equal(200);
        expect(body).to.deep.equal(GOOD);
        expect(headers.getSetCookie()).to.deep.equal([]);
        expect(headers.get('clear-site-data')).to.equal(null);
      });
    });

    it('leaves neither credentials nor texts in the log, whatever goes wrong', async () => {
      const answers: RequestListener[] = [
        (request) => request.socket.destroy(),
        (request, response) => {
          // As a server that shows what it was sent when it fails.
          response.statusCode = 500;
          response.end(JSON.stringify(request.headers));
        },
        (request, response) => {
          response.statusCode = 422;
          response.end(JSON.stringify({ code: request.headers.cookie }));
        },
      ];
      for (const answer of answers) {
        const work = async (api: ApiClient, credential: Credential, log: () => string) => {
          expectProblem(await predict(api, credential), 503, 'prediction_unavailable');
          await eventually(async () => log().includes('prediction_unavailable'), 'it is logged');
          expect(log()).to.not.include((credential.cookie as string).split('=')[1]);
          expect(log()).to.not.include(ENGLISH);
        };
        await withStandIn(answer, work, { LOG_LEVEL: 'trace' });
      }
    });
  });

  /** An instance whose prediction server answers like this. */
  async function withStandIn(
    answer: RequestListener,
    work: (api: ApiClient, credential: Credential, log: () => string) => Promise<void>,
    changes: Variables = {},
  ): Promise<void> {
    const server = await standIn(answer);
    const service = await startService({
      ...variables,
      AUTH_STRATEGY: 'session',
      PREDICTION: 'server',
      PREDICTION_URL: server.url,
      PREDICTION_TIMEOUT_MS: '500',
      STORE_TIMEOUT_MS: '8000',
      ...changes,
    });
    try {
      const api = new ApiClient(service.url);
      await work(api, await api.logIn(await api.register('ada')), service.stdout);
    } finally {
      await service.stop();
      server.close();
    }
  }
});

async function standIn(answer: RequestListener): Promise<{ url: string; close(): void }> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
