import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { BALANCES, nginxConfiguration } from '../../../bench/fleet/web-tier/nginx-configuration.js';
import type { WebTierPlan } from '../../../bench/fleet/web-tier/plan.js';
import { checkConfiguration } from '../../../bench/fleet/web-tier/web-tier.js';
import { makePrivateFolder, makeRunFolder } from '../../../bench/processes/folders/run-folder.js';
import { type Guardian, startGuardian } from '../../../bench/processes/guardian/guardian.js';
import { findFreePort } from '../../../bench/processes/ports/free-port.js';
import { type ServerProcess, startServerProcess } from '../../../bench/processes/server-process.js';
import { programEnvironment } from '../../../bench/processes/server-program.js';
import { eventually } from '../../support/eventually.js';
import { planForTests } from '../../support/nginx.js';
import { NOBODYS_PORT } from '../../support/nobodys-port.js';
import { type RawAnswer, rawRequest } from '../../support/raw-request.js';
import { type RunningService, startService } from '../../support/service.js';
import { createTestDatabase, type TestDatabase } from '../../support/stores.js';

const SECRET = 'SeCrEt-typed-in-the-wrong-place';
/** Begins the location that has everything else. */
const LOCATION = '    location / {';

interface Where {
  readonly port: number;
  readonly upstream: string;
  readonly folder: string;
}

/** The configurations of the repository, for one upstream. */
const configurations: Readonly<Record<string, (where: Where) => string>> = {
  // Of the container: its addresses, its folder, and a directive that an old nginx does not know.
  'deploy/nginx': ({ port, upstream, folder }) =>
    `daemon off;\n${readFileSync('deploy/nginx/nginx.conf', 'utf8')}`
      .replaceAll('/tmp/', `${folder}/`)
      .replace('app:3000 resolve', upstream)
      .replace('listen 8080;', `listen 127.0.0.1:${port};`)
      .replace('/dev/stdout', `${folder}/access.log`)
      .replaceAll('stderr', `${folder}/error.log`),
  ...Object.fromEntries(
    BALANCES.map((balance) => [
      `the lab, ${balance}`,
      ({ upstream, ...where }: Where) =>
        nginxConfiguration({
          ...where,
          upstreams: [upstream],
          balance,
          workers: 1,
          connections: 16,
        }),
    ]),
  ),
};

// What is read twice, by nginx and by an instance, must be read alike.
describe('a real nginx as configured by', function () {
  // The first run on a machine fetches the package.
  this.timeout(60_000);
  let plan: WebTierPlan;
  let guardian: Guardian;
  let database: TestDatabase;
  let instance: RunningService;
  let echo: Server;
  let started: { server: ServerProcess; folder: string } | undefined;
  const folders: string[] = [];

  before(async () => {
    [plan, guardian, database] = await Promise.all([
      planForTests('round-robin'),
      startGuardian(),
      createTestDatabase(),
    ]);
    instance = await startService({
      AUTH_STRATEGY: 'none',
      DATABASE_URL: database.url,
      COUNTERS: 'on',
      TRUST_PROXY: 'on',
    });
    echo = createServer((request, response) => {
      response.end(JSON.stringify({ url: request.url, lines: request.rawHeaders }));
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    echo?.closeAllConnections();
    echo?.close();
    await instance?.stop();
    await guardian?.stop();
    await database?.drop();
  });
  afterEach(stop);

  async function stop(): Promise<void> {
    await started?.server.stop();
    started = undefined;
    for (const folder of folders.splice(0)) {
      await rm(folder, { recursive: true, force: true });
      guardian.forgetFolder(folder);
    }
  }

  async function start(
    write: (where: Where) => string,
    upstream: string,
    change = (text: string) => text,
  ): Promise<string> {
    const { program } = plan;
    const run = await makeRunFolder(guardian, program.user, process.env);
    folders.push(run);
    const folder = await makePrivateFolder(run, 'web', program.user);
    const port = await findFreePort();
    const file = join(folder, 'nginx.conf');
    await writeFile(file, change(write({ port, upstream, folder })));
    expect(await checkConfiguration(program, file, folder), 'nginx -t').to.equal(null);
    const server = await startServerProcess(
      {
        name: 'nginx',
        command: program.command,
        args: ['-p', folder, '-c', file],
        cwd: folder,
        environment: programEnvironment(program),
        logFile: join(run, 'start.log'),
        user: program.user,
        stopSignals: [{ signal: 'SIGTERM', waitMs: 2000 }],
      },
      guardian,
    );
    const url = `http://127.0.0.1:${port}`;
    started = { server, folder };
    await eventually(
      () =>
        fetch(url).then(
          () => true,
          () => false,
        ),
      'nginx',
    );
    return url;
  }

  const ask = (url: string, line: string, fields = 'Host: x\r\n', body = ''): Promise<RawAnswer> =>
    rawRequest(url, `${line} HTTP/1.1\r\nConnection: close\r\n${fields}\r\n${body}`);

  for (const [name, write] of Object.entries(configurations)) {
    describe(name, () => {
      it('denies a path in every spelling that an instance answers', async () => {
        const deny = (text: string) =>
          text.replace(LOCATION, `    location = /counters { deny all; }\n${LOCATION}`);
        const url = await start(write, new URL(instance.url).host, deny);
        const host = new URL(instance.url).host;
        expect((await ask(`http://${host}`, 'GET /counters')).status, 'directly').to.equal(200);
        for (const path of [
          '/counters',
          '/counters?x',
          '/COUNTERS',
          '/Counters',
          '/counters/',
          '//counters',
          '/./counters',
          '/x/../counters',
          '/counters/.',
          '/counters/x/..',
          '/%63ounters',
          '/counters%2f',
          '/counters%3fx',
          '/counters%23x',
          '/counters;x',
          '/counters#x',
          '/counters%00',
          '/counters%20',
          '/counters\xa0',
          '/\\counters',
          '/counters\t',
          'http://x/counters',
          'http://x/COUNTERS',
          'HTTP://x//counters',
        ]) {
          for (const method of ['GET', 'HEAD']) {
            const answer = await ask(url, `${method} ${path}`);
            expect(answer.status, `${method} ${path}`).to.be.oneOf([400, 403, 404]);
          }
        }
        expect((await ask(url, 'GET /livez')).status).to.equal(200);
      });

      it('says who the client is, whatever the client says, and keeps Host', async () => {
        const url = await start(write, `127.0.0.1:${(echo.address() as AddressInfo).port}`);
        const claims = [
          'X-Forwarded-For: 192.0.2.1',
          'x-forwarded-for: 192.0.2.2',
          'X-Forwarded-Host: y.test',
          'X-Forwarded-Proto: https',
          'X-Forwarded-Port: 1',
          'X-Real-IP: 192.0.2.3',
          'Forwarded: for=192.0.2.4;host=y.test;proto=https',
          'X_Forwarded_For: 192.0.2.5',
        ];
        const fields = `Host: X.test:8443\r\n${claims.join('\r\n')}\r\n`;
        const { text } = await ask(url, 'GET /a%2Fb//c?d=%20', fields);
        const { url: target, lines } = JSON.parse(text.slice(text.indexOf('{')));
        const pairs = (lines as string[]).flatMap((field, at) =>
          at % 2 === 0 ? [`${field.toLowerCase()}: ${lines[at + 1]}`] : [],
        );
        expect(target).to.equal('/a%2Fb//c?d=%20');
        expect(
          pairs.filter((pair) => !/^(connection|content-length)/.test(pair)).sort(),
        ).to.deep.equal([
          'host: X.test:8443',
          'x-forwarded-for: 127.0.0.1',
          'x-forwarded-host: X.test:8443',
          `x-forwarded-port: ${new URL(url).port}`,
          'x-forwarded-proto: http',
          'x-real-ip: 127.0.0.1',
        ]);
      });

      it('lets a body wait for its 100, and tells browsers to sniff nothing', async () => {
        const url = await start(write, new URL(instance.url).host);
        const head = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n';
        const waited = await ask(url, 'POST /auth/login', `${head}Expect: 100-continue\r\n`, '{}');
        expect(waited.text).to.match(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
        const long = `Content-Length: 2000000\r\nHost: x\r\n`;
        const answers = {
          200: ask(url, 'GET /livez'),
          404: ask(url, 'GET /nothing'),
          405: ask(url, 'DELETE /livez'),
          400: ask(url, 'GET /livez', ''),
          413: ask(url, 'POST /auth/login', long),
          422: ask(url, 'POST /auth/login', head, '{}'),
        };
        for (const [status, asked] of Object.entries(answers)) {
          const { text } = await asked;
          const [first = ''] = text.split('\r\n\r\n');
          expect(first).to.match(new RegExp(`^HTTP/1.1 ${status} `));
          expect(first.match(/x-content-type-options: nosniff/gi), first).to.have.length(1);
        }
      });

      it('logs no secret that is typed into an address, whatever goes wrong', async () => {
        for (const upstream of [new URL(instance.url).host, `127.0.0.1:${NOBODYS_PORT}`]) {
          const url = await start(write, upstream);
          for (const path of [
            `/${SECRET}`,
            `/me?token=${SECRET}`,
            `/posts/${SECRET}`,
            `/auth/sessions/${SECRET}/x`,
            `/livez/../${SECRET}`,
            `//${SECRET}`,
            `/auth//${SECRET}`,
            `/%2f${SECRET}`,
            `/auth%0a${SECRET}`,
            `http://x/${SECRET}`,
            `http://${SECRET}/`,
            `/me;${SECRET}`,
            `/me#${SECRET}`,
            `/../${SECRET}`,
            `/%zz${SECRET}`,
            `/${SECRET}/${'x'.repeat(10_000)}`,
            SECRET,
          ]) {
            for (const method of ['GET', 'POST']) {
              await ask(
                url,
                `${method} ${path}`,
                `Host: x\r\nReferer: http://x/${SECRET}\r\nUser-Agent: ${SECRET}\r\nCookie: a=${SECRET}\r\n`,
              );
            }
          }
          await ask(url, `GET /${SECRET}`, `Host: ${SECRET}/x\r\n`);
          await ask(url, `POST /${SECRET}`, 'Host: x\r\nContent-Length: 2000000\r\n');
          await rawRequest(url, `GET /${SECRET}\r\n\r\n`);
          const { server, folder } = started as NonNullable<typeof started>;
          await server.stop();
          const logs = await Promise.all(
            ['error.log', 'access.log'].map((file) =>
              readFile(join(folder, file), 'utf8').catch(() => ''),
            ),
          );
          const written = logs.join('') + (await server.readLog());
          expect(written).to.not.include(SECRET);
          if (name === 'deploy/nginx') {
            expect(written).to.include('"GET /posts/***"').and.include('"GET /***"');
          }
          await stop();
        }
      });
    });
  }
});
