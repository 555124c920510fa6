import { expect } from 'chai';
import { HEADER_LINES_MAX } from '../../src/server/request-head.js';
import { ApiClient } from '../support/api-client.js';
import { startPredicting } from '../support/prediction.js';
import { type RawAnswer, rawRequest } from '../support/raw-request.js';
import { AUTHORITY_SECRET, type RunningService, startAuthority } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

const SECRET = 'SeCrEt-typed-in-the-wrong-place';

/** What one of the three servers has, so that the same is asked of each. */
interface Door {
  readonly service: RunningService;
  /** Routes that take a body: what it must be, and fields that let the caller in. */
  readonly bodies: readonly { method: string; path: string; type: string; fields: string }[];
  /** Where a path has a parameter, or looks as if it had. */
  readonly secretPaths: readonly string[];
}

// What stands at the door is the same, whichever process has it.
describe('the door of', function () {
  this.timeout(20_000);
  const doors = new Map<string, Door>();
  const running: { stop(): Promise<void> }[] = [];
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const variables = {
      AUTH_STRATEGY: 'session',
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      COUNTERS: 'on',
      LOG_LEVEL: 'trace',
    };
    const starting = [startPredicting('server', variables), startAuthority(variables)] as const;
    for (const each of await Promise.allSettled(starting)) {
      if (each.status === 'fulfilled') {
        running.push(each.value);
      }
    }
    const [{ service, server }, authority] = await Promise.all(starting);
    const api = new ApiClient(service.url);
    const { cookie } = await api.logIn(await api.register('ada'));
    const json = 'application/json';
    const form = 'application/x-www-form-urlencoded';
    doors.set('an instance', {
      service,
      bodies: [
        { method: 'POST', path: '/auth/login', type: json, fields: '' },
        { method: 'POST', path: '/users', type: json, fields: '' },
        { method: 'POST', path: '/auth/refresh', type: json, fields: '' },
        { method: 'POST', path: '/posts', type: json, fields: `Cookie: ${cookie}\r\n` },
        { method: 'PATCH', path: '/posts/1', type: json, fields: `Cookie: ${cookie}\r\n` },
        { method: 'PUT', path: '/me/password', type: json, fields: `Cookie: ${cookie}\r\n` },
        { method: 'POST', path: '/predictions', type: json, fields: `Cookie: ${cookie}\r\n` },
      ],
      secretPaths: ['/posts/S', '/auth/sessions/S', '/users/S', '/users/S/disable', '/docs/S'],
    });
    doors.set('the authority', {
      service: authority,
      bodies: [
        { method: 'POST', path: '/introspect', type: form, fields: asInstance() },
        { method: 'POST', path: '/revoke', type: form, fields: asInstance() },
        { method: 'POST', path: '/users/1/logins', type: json, fields: asInstance() },
      ],
      secretPaths: ['/users/S/logins', '/users/1/logins/S', '/introspect/S'],
    });
    doors.set('the prediction server', {
      service: server as RunningService,
      bodies: [
        { method: 'POST', path: '/predictions', type: json, fields: `Cookie: ${cookie}\r\n` },
      ],
      secretPaths: ['/predictions/S', '/predictions/spam/S'],
    });
  });
  after(async () => {
    await Promise.all(running.map((each) => each.stop()));
    await database?.drop();
    redis?.close();
  });

  for (const name of ['an instance', 'the authority', 'the prediction server']) {
    describe(name, () => {
      const door = () => doors.get(name) as Door;
      const ask = (line: string, fields = '', body = ''): Promise<RawAnswer> =>
        rawRequest(
          door().service.url,
          `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields}\r\n${body}`,
        );
      const send = ({ method, path, fields }: Door['bodies'][number], more: string, body: string) =>
        ask(
          `${method} ${path}`,
          `${fields}${more}${/transfer-encoding/i.test(more) ? '' : `Content-Length: ${body.length}\r\n`}`,
          body,
        );

      it('wants a Host from the first request on', async () => {
        const answer = await rawRequest(door().service.url, 'GET /livez HTTP/1.1\r\n\r\n');
        expectRefusal(answer, 400, 'malformed_request', 'without Host');
      });

      it('knows each path in one spelling', async () => {
        expect(statusOf(await ask('GET /counters'))).to.equal(200);
        expect(statusOf(await ask('GET http://x/counters'))).to.equal(200);
        const others = ['/COUNTERS', '/Livez', '/counters/', '//counters', '/./counters'];
        const dots = ['/x/../counters', '/counters/.', '/counters//', '\\counters', '/\\counters'];
        const encoded = [
          '/%63ounters',
          '/counters%2f',
          '/counters%2F',
          '/%2fcounters',
          '/%2e/livez',
        ];
        const odd = ['/counters;x', '/counters;', '/counters%3bx', '/counters%20', '/counters%00'];
        const strange = ['/counters#x', '/counters\xa0', 'http://x/COUNTERS', 'http://x//counters'];
        for (const path of [...others, ...dots, ...encoded, ...odd, ...strange]) {
          for (const method of ['GET', 'HEAD', 'OPTIONS']) {
            const answer = await ask(`${method} ${path}`);
            expect(statusOf(answer), `${method} ${path}`).to.be.oneOf([404, 400]);
          }
        }
        for (const { method, path, type, fields } of door().bodies) {
          const spellings = [path.toUpperCase(), `${path}/`, `/${path}`, `${path};x`, `${path}%20`];
          for (const spelled of spellings) {
            const head = `${fields}Content-Type: ${type}\r\nContent-Length: 2\r\n`;
            const answer = await ask(`${method} ${spelled}`, head, '{}');
            // `/posts/1;x` is no other name of `/posts/1`: it is an id that is none.
            expect(statusOf(answer), `${method} ${spelled}`).to.be.oneOf([404, 400]);
          }
        }
      });

      it('answers a head that is none with a problem', async () => {
        const lines = (count: number) =>
          Array.from({ length: count }, (_, at) => `a${at}:\r\n`).join('');
        const heads: readonly (readonly [string, number, string])[] = [
          ['GET /livez HTTP/1.1\r\n', 400, 'malformed_request'],
          ['GET /livez HTTP/1.1\r\nHost: x\r\nHost: x\r\n', 400, 'malformed_request'],
          ['GET /livez HTTP/1.1\r\nHost: x\r\nhOST: y\r\n', 400, 'malformed_request'],
          ['GET /livez HTTP/1.1\r\nHost: x/y\r\n', 400, 'malformed_request'],
          ['GET /livez HTTP/1.1\r\nHost: x\r\nExpect: x\r\n', 417, 'expectation_failed'],
          [
            `GET /livez HTTP/1.1\r\nHost: x\r\n${lines(HEADER_LINES_MAX)}`,
            431,
            'headers_too_large',
          ],
          [
            `GET /livez HTTP/1.1\r\nHost: x\r\nA: ${'b'.repeat(20_000)}\r\n`,
            431,
            'headers_too_large',
          ],
          ['GET /livez\r\n', 400, 'malformed_request'],
          ['GET /livez HTTP/0.9\r\nHost: x\r\n', 400, 'malformed_request'],
          ['GET /livez HTTP/2.0\r\n', 400, 'malformed_request'],
          ['GET /livez HTTP/2.0\r\nHost: x\r\nExpect: x\r\n', 400, 'malformed_request'],
          ['GET /livez HTTP/1.2\r\nHost: x\r\n', 400, 'malformed_request'],
          ['GET /livez HTTP/1.1\r\nHost: x\r\nA b: c\r\n', 400, 'malformed_request'],
          ['CONNECT x.test:443 HTTP/1.1\r\nHost: x.test:443\r\n', 400, 'malformed_request'],
          ['GET http://[/ HTTP/1.1\r\nHost: x\r\n', 400, 'malformed_request'],
        ];
        for (const [head, status, code] of heads) {
          const answer = await rawRequest(door().service.url, `${head}\r\n`);
          expectRefusal(answer, status, code, head.slice(0, 60));
        }
        const most = `${lines(HEADER_LINES_MAX - 2)}`;
        expect(statusOf(await ask('GET /livez', most))).to.equal(200);
      });

      it('reads what is said of a body by its grammar', async () => {
        for (const body of door().bodies) {
          const { type } = body;
          for (const spelled of [
            `Content-Type: ${type};\r\n`,
            `Content-Type: ${type.toUpperCase()} ; charset="UTF-8";;\r\n`,
            `Content-Type: ${type}\r\nContent-Encoding: Identity\r\n`,
            `Content-Type: ${type}\r\nContent-Encoding: identity, IDENTITY,\r\n`,
          ]) {
            const answer = await send(body, spelled, '[]');
            const what = `${body.path} ${spelled}`;
            expect(statusOf(answer), what).to.be.oneOf([422, 400, 404, 428]);
            expect(answer.text, what).to.not.include('malformed');
          }
          for (const other of [
            '',
            'Content-Type: text/plain\r\n',
            `Content-Type: ${type}; charset=latin1\r\n`,
            `Content-Type: ${type}, ${type}\r\n`,
            `Content-Type: ${type}\r\nContent-Encoding: gzip\r\n`,
            `Content-Type: ${type}\r\nContent-Encoding: identity, br\r\n`,
          ]) {
            const answer = await send(body, other, '[]');
            if (statusOf(answer) !== 404 && statusOf(answer) !== 428) {
              expectRefusal(answer, 415, 'unsupported_media_type', `${body.path} ${other}`);
            }
          }
        }
      });

      it('tells browsers to sniff nothing, whatever it answers', async () => {
        const [body] = door().bodies as [Door['bodies'][number]];
        const type = `Content-Type: ${body.type}\r\n`;
        const answers: readonly (readonly [number, Promise<RawAnswer>])[] = [
          [200, ask('GET /livez')],
          [200, ask('HEAD /livez')],
          [200, ask('GET /readyz')],
          [200, ask('GET /counters')],
          [404, ask('GET /nothing')],
          [404, ask('HEAD /nothing')],
          [405, ask('DELETE /livez')],
          [405, ask('PROPFIND /livez')],
          [400, ask('BREW /livez')],
          [204, ask('OPTIONS /livez')],
          [204, ask('OPTIONS *')],
          [413, send(body, type, 'x'.repeat(150_000))],
          [413, send(body, type, 'x'.repeat(2_000_000))],
          [
            413,
            send(
              body,
              `${type}Transfer-Encoding: chunked\r\n`,
              `${(150_000).toString(16)}\r\n${'x'.repeat(150_000)}\r\n0\r\n\r\n`,
            ),
          ],
          [415, send(body, '', '[]')],
        ];
        for (const [status, answer] of answers) {
          const { text } = await answer;
          const head = text.slice(0, text.indexOf('\r\n\r\n'));
          expect(head).to.match(new RegExp(`^HTTP/1.1 ${status} `));
          expect(head.match(/x-content-type-options: nosniff/gi), head).to.have.length(1);
          if (status !== 204) {
            expect(head.match(/cache-control: no-store/gi), head).to.have.length(1);
          }
        }
      });

      it('logs no secret that is typed into a path or a query', async () => {
        const { service, secretPaths } = door();
        const everywhere = ['/S', '/S/S', '/livez/S', '/livez?token=S', '/nothing?S', '/%53/S;S'];
        for (const path of [...everywhere, ...secretPaths, 'http://x/S', 'http://S/', '/x#S']) {
          for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
            await ask(
              `${method} ${path.replaceAll('S', SECRET)}`,
              `${asInstance()}Cookie: sid=${SECRET}\r\nOrigin: ${SECRET}\r\nX-Forwarded-For: ${SECRET}\r\n`,
            );
          }
        }
        await ask(`GET /livez ${SECRET}`);
        expect(service.stdout()).to.include('"path":"/***');
        expect(service.stdout()).to.not.include(SECRET);
      });
    });
  }

  // After the others: to them it must be a server that nobody has asked yet.
  describe('a prediction server', () => {
    it('reads a cookie as the instance does that it asks', async () => {
      const { service, bodies } = doors.get('the prediction server') as Door;
      const fields = bodies[0]?.fields as string;
      const pair = fields.slice('Cookie: '.length).trim();
      const [name, value] = pair.split('=') as [string, string];
      const body = JSON.stringify({ text: 'Is this one spam?' });
      const predict = (...cookies: string[]) =>
        rawRequest(
          service.url,
          `POST /predictions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${cookies
            .map((cookie) => `Cookie: ${cookie}\r\n`)
            .join('')}Content-Length: ${body.length}\r\n\r\n${body}`,
        );
      for (const header of [pair, `a=b;${pair}`, `a=\xe9;${pair}`, `\t${pair} ;`]) {
        const answer = await predict(header);
        expect(answer.status, `${header} ${answer.text}`).to.equal(200);
      }
      expect((await predict('a=b', pair)).status, 'two lines').to.equal(200);
      for (const header of [`${name}="${value}"`, `${name}=x; ${pair}`, `a=\x80`, `\xff`, '']) {
        expectRefusal(await predict(header), 401, 'credential_invalid', header);
      }
    });
  });
});

function asInstance(): string {
  return `Authorization: Bearer ${AUTHORITY_SECRET.toString('base64url')}\r\n`;
}

function statusOf({ status, text }: RawAnswer): number {
  expect(status, text).to.not.equal(0);
  return status;
}

function expectRefusal(answer: RawAnswer, status: number, code: string, what: string): void {
  expect(answer.status, `${what}: ${answer.text}`).to.equal(status);
  expect(answer.text, what).to.include(`"code":"${code}"`);
  expect(answer.text, what).to.match(/\r\nContent-Type: application\/problem\+json/i);
  expect(answer.text, what).to.match(/\r\nX-Content-Type-Options: nosniff/i);
}
