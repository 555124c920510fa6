import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { withServerOptions } from '../../bench/benchmarks/connections/server-options.js';
import { eventually } from '../support/eventually.js';
import { type RunningService, startService } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';

/** Of the service 66 s and 70 s, looked after every 30 s; the same code, sooner. */
const LIMIT_MS = 1500;
const LOOK_MS = 250;
/** The limit, 2 s for a client that was answered and does not close its end, and time for a busy machine. */
const WITHIN_MS = 8000;

const JSON_HEAD = 'Host: x\r\nContent-Type: application/json\r\n';
const LOGIN = `POST /auth/login HTTP/1.1\r\n${JSON_HEAD}`;

/** What is sent, and then nothing; and the status that it ends with. */
const BEGUN: Readonly<Record<string, [string, number]>> = {
  nothing: ['', 408],
  'half a head': ['POST /auth/login HTTP/1.1\r\nHost: x\r\n', 408],
  'half a body': [`${LOGIN}Content-Length: 20\r\n\r\n{"a"`, 408],
  'half a chunk': [`${LOGIN}Transfer-Encoding: chunked\r\n\r\n20\r\n{"a"`, 408],
  'a chunk that is none': [`${LOGIN}Transfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\nzz\r\n`, 400],
  'half a body that nobody reads': [
    `GET /livez HTTP/1.1\r\n${JSON_HEAD}Content-Length: 20\r\n\r\n{`,
    200,
  ],
  'half a body without a login': [
    `POST /posts HTTP/1.1\r\n${JSON_HEAD}Content-Length: 20\r\n\r\n{`,
    401,
  ],
  'half a head after a request': [
    'GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\n',
    200,
  ],
};

describe('senders that stop in the middle', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let service: RunningService;

  before(async function () {
    // Only there a process tells what it holds.
    if (process.platform !== 'linux') this.skip();
    database = await createTestDatabase();
    service = await startService({
      AUTH_STRATEGY: 'jwt',
      DATABASE_URL: database.url,
      ...withServerOptions({
        headersTimeout: LIMIT_MS,
        requestTimeout: LIMIT_MS,
        keepAliveTimeout: LIMIT_MS,
        connectionsCheckingInterval: LOOK_MS,
      }),
    });
  });
  after(async () => {
    await service?.stop();
    await database?.drop();
  });

  /** Connections that the service holds, to its database too. */
  function held(): number {
    const folder = `/proc/${service.pid}/fd`;
    return readdirSync(folder).filter((fd) => {
      try {
        return readlinkSync(join(folder, fd)).startsWith('socket:');
      } catch {
        // It was closed meanwhile.
        return false;
      }
    }).length;
  }

  /** @param closes whether it closes its end when the service has closed the other */
  async function begin(
    text: string,
    closes: boolean,
  ): Promise<{ socket: Socket; status(): number }> {
    const { port, hostname } = new URL(service.url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: !closes });
    let answer = '';
    socket
      .on('error', () => {})
      .on('data', (chunk: Buffer) => {
        answer += chunk;
      });
    await once(socket, 'connect');
    socket.write(text);
    return { socket, status: () => Number(answer.split(' ')[1]) };
  }

  for (const closes of [true, false]) {
    it(`are let go of in time where they ${closes ? 'close' : 'do not close'} their end`, async () => {
      const before = held();
      const begun = await Promise.all(Object.values(BEGUN).map(([text]) => begin(text, closes)));
      try {
        await eventually(async () => held() > before, 'they are accepted');
        await eventually(async () => held() <= before, 'it lets go of all', WITHIN_MS);
        const statuses = Object.keys(BEGUN).map((what, place) => [what, begun[place]?.status()]);
        const expected = Object.entries(BEGUN).map(([what, [, status]]) => [what, status]);
        expect(statuses).to.deep.equal(expected);
      } finally {
        for (const { socket } of begun) socket.destroy();
      }
    });
  }

  it('leave a service behind that answers', async () => {
    expect((await fetch(`${service.url}/livez`)).status).to.equal(200);
  });
});
