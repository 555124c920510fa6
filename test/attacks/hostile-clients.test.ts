import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { pipelined, startHostileClients } from '../../bench/benchmarks/hostile/hostile-clients.js';
import { ApiClient } from '../support/api-client.js';
import { untilPasses } from '../support/eventually.js';
import { startPredicting } from '../support/prediction.js';
import { type RunningService, startAuthority, startService } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

/** Little: each of these attacks ended a process of this size within a second. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=128' };
const ATTACK_MS = 3000;

// They need no login, and every process that listens must live through them.
describe('clients that pipeline without end', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  const running: { stop(): Promise<void> }[] = [];

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  });
  after(async () => {
    await Promise.all(running.map((each) => each.stop()));
    await database?.drop();
    redis?.close();
  });

  const stores = () => ({ DATABASE_URL: database.url, REDIS_URL: redis.url, ...SMALL_HEAP });
  const keep = <Each extends { stop(): Promise<void> }>(each: Each): Each => {
    running.push(each);
    return each;
  };

  const servers: Record<string, () => Promise<RunningService>> = {
    'an instance': async () => keep(await startService({ ...stores(), AUTH_STRATEGY: 'none' })),
    'an authority': async () => keep(await startAuthority(stores())),
    'a prediction server': async () => {
      const predicting = await startPredicting('server', { ...stores(), AUTH_STRATEGY: 'session' });
      return keep(predicting).server as RunningService;
    },
  };

  for (const [name, start] of Object.entries(servers)) {
    it(`do not end ${name}, and others are answered meanwhile`, async () => {
      const server = await start();
      const port = Number(new URL(server.url).port);
      let ended = false;
      void server.exited.then(() => {
        ended = true;
      });
      const hostile = startHostileClients({
        port,
        connections: 30,
        bytes: pipelined(3200, '/'),
        renewEveryMs: 1000,
      });
      try {
        const end = performance.now() + ATTACK_MS;
        while (performance.now() < end) {
          // How long it takes is for `npm run bench:hostile`.
          const answer = await fetch(`${server.url}/livez`);
          expect(answer.status).to.equal(200);
        }
      } finally {
        hostile.stop();
      }
      expect(ended, 'the process ended').to.equal(false);
    });
  }

  it('get no answer to a cookie or token in place of another one', async () => {
    const service = keep(await startService({ ...stores(), AUTH_STRATEGY: 'session' }));
    const api = new ApiClient(service.url);
    const users = await Promise.all(['ada', 'bob'].map((label) => api.register(label)));
    const cookies = await Promise.all(users.map(async (user) => (await api.logIn(user)).cookie));
    const asked = Array.from({ length: 200 }, (_, at) => at % 3);
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    try {
      await once(socket, 'connect');
      socket.write(
        asked
          .map((who) => `GET /me HTTP/1.1\r\nHost: x\r\nCookie: ${cookies[who] ?? 'a=b'}\r\n\r\n`)
          .join(''),
      );
      await untilPasses(() =>
        expect(text.match(/HTTP\/1\.1 \d{3}/g)?.length).to.equal(asked.length),
      );
    } finally {
      socket.destroy();
    }
    const answers = text.split('HTTP/1.1 ').slice(1);
    for (const [at, who] of asked.entries()) {
      const { email } = users[who] ?? {};
      expect(answers[at]).to.include(email ?? '"code":"credential_missing"');
    }
  });
});
