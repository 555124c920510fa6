import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Cluster, Redis } from 'ioredis';
import { type Guardian, startGuardian } from '../../../bench/processes/guardian/guardian.js';
import { findFreePort } from '../../../bench/processes/ports/free-port.js';
import {
  findRedisOnPath,
  type RedisProgram,
  redisEnvironment,
  unpackDebianRedis,
} from '../../../bench/stores/redis/program.js';
import { endWithTests } from '../../support/cleanup.js';
import { eventually } from '../../support/eventually.js';
import { NOBODYS_PORT } from '../../support/nobodys-port.js';

const SCRIPT = fileURLToPath(
  new URL('../../../../docs/deploy/kubernetes-redis-cluster/form.sh', import.meta.url),
);
const PASSWORD = randomBytes(12).toString('base64url');
const KEYS = Array.from({ length: 60 }, (_, index) => `key:${index}`);

/** One that has a disk, and the address that it has now. */
interface Server {
  readonly folder: string;
  port: number;
  child: ChildProcess;
}

describe('the script that forms a Redis Cluster, and mends it', () => {
  let guardian: Guardian | undefined;
  let program: RedisProgram;
  let folder: string;
  let servers: Server[];

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    guardian = await startGuardian();
    const context = {
      guardian,
      onMessage: () => {},
      signal: new AbortController().signal,
      environment: { ...process.env },
      user: null,
    };
    const found = (await findRedisOnPath(context)) ?? (await unpackDebianRedis(context));
    if (found === null || !existsSync(join(dirname(found.command), 'redis-cli'))) {
      return this.skip();
    }
    program = found;
  });
  after(() => guardian?.stop());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redis-cluster-'));
    servers = [];
    for (let index = 0; index < 6; index++) servers.push(await newServer(`redis-${index}`));
  });
  afterEach(async () => {
    await Promise.all(servers.map((one) => kill(one)));
    rmSync(folder, { recursive: true, force: true });
  });

  async function newServer(name: string, more?: readonly string[]): Promise<Server> {
    const own = join(folder, name);
    mkdirSync(own);
    const port = await findFreePort();
    return { folder: own, port, child: await start(own, port, more) };
  }

  /** As docs/deploy/kubernetes-redis-cluster sets them, with a password and less patience. */
  async function start(
    own: string,
    port: number,
    more: readonly string[] = ['cluster-enabled yes'],
  ): Promise<ChildProcess> {
    const child = endWithTests(
      spawn(program.command, ['-'], {
        cwd: own,
        env: redisEnvironment(program, own),
        stdio: ['pipe', 'ignore', 'ignore'],
      }),
    );
    const lines = [
      'bind 127.0.0.1',
      `port ${port}`,
      `requirepass ${PASSWORD}`,
      `masterauth ${PASSWORD}`,
      `cluster-port ${await findFreePort()}`,
      'cluster-announce-ip 127.0.0.1',
      'cluster-config-file nodes.conf',
      'cluster-node-timeout 1500',
      'cluster-require-full-coverage no',
      'repl-diskless-sync-delay 0',
      'save ""',
      'appendonly yes',
      `dir "${own}"`,
      ...more,
      '',
    ];
    child.stdin?.end(lines.join('\n'));
    const answers = () => ask(port, (client) => client.ping()).then(() => true);
    await eventually(() => answers().catch(() => false), `a Redis at ${port}`, 15_000);
    return child;
  }

  /** SIGTERM, as pods are ended: what was written in the last second or two goes to the disk. */
  async function kill({ child }: Server, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  /** As a pod that is replaced: its disk stays, its address does not. */
  async function move(server: Server): Promise<void> {
    server.port = await findFreePort();
    server.child = await start(server.folder, server.port);
  }

  /** As a container whose disk is memory. Sooner, its replica would copy what it has: nothing. */
  async function restartEmpty(server: Server, whenAway = async () => {}): Promise<void> {
    await kill(server);
    await whenAway();
    rmSync(server.folder, { recursive: true });
    mkdirSync(server.folder);
    server.child = await start(server.folder, server.port);
  }

  const addresses = (of = servers) => of.map(({ port }) => `127.0.0.1:${port}`);

  function form(words = ['1', ...addresses()], more: NodeJS.ProcessEnv = {}) {
    const { PATH = '', ...rest } = redisEnvironment(program, folder);
    const env = {
      ...rest,
      PATH: `${dirname(program.command)}:${PATH || process.env.PATH}`,
      REDISCLI_AUTH: PASSWORD,
      ...more,
    };
    return new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
      endWithTests(
        execFile('sh', [SCRIPT, ...words], { env, timeout: 120_000 }, (error, out, err) =>
          resolve({ code: error === null ? 0 : error.code, out, err }),
        ),
      );
    });
  }

  const withCluster = async <T>(work: (cluster: Cluster) => Promise<T>): Promise<T> => {
    const cluster = new Cluster(
      servers.map(({ port }) => ({ host: '127.0.0.1', port })),
      { redisOptions: { password: PASSWORD } },
    );
    cluster.on('error', () => {});
    try {
      return await work(cluster);
    } finally {
      cluster.disconnect();
    }
  };
  /** As the last server of all is told of it, and its replica has it. */
  const writeKeys = () =>
    withCluster(async (cluster) => {
      await Promise.all(KEYS.map((key) => cluster.set(key, `value of ${key}`)));
      await Promise.all(
        cluster.nodes('master').map(async (node) => {
          expect(await node.wait(1, 10_000), 'replicas in step').to.equal(1);
        }),
      );
    });
  const readKeys = () => withCluster((cluster) => Promise.all(KEYS.map((key) => cluster.get(key))));
  const VALUES = KEYS.map((key) => `value of ${key}`);

  const rowsAt = async ({ port }: Server): Promise<string[][]> => {
    const text = await ask(port, (client) => client.call('CLUSTER', 'NODES'));
    return String(text)
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
  };
  const ownRow = async (server: Server) =>
    (await rowsAt(server)).find(([, , flags]) => flags?.includes('myself')) as string[];
  const roleOf = async (server: Server) => (await ownRow(server))[2]?.replace('myself,', '');
  const idsAt = async (server: Server) => (await rowsAt(server)).map(([id]) => id).sort();
  const withRole = async (role: 'master' | 'slave') => {
    const roles = await Promise.all(servers.map(roleOf));
    return servers.filter((_, index) => roles[index] === role);
  };
  /** Without what changes by itself: pings, and who is first in the list. */
  const configuration = async () =>
    Promise.all(
      servers.map(async (server) =>
        (await rowsAt(server))
          .map(([id, place, flags, master, , , epoch, , ...slots]) =>
            [id, place, flags, master, epoch, ...slots].join(' '),
          )
          .sort(),
      ),
    );

  it('makes three masters with a replica each of six servers, and changes nothing the next time', async function () {
    this.timeout(120_000);
    const { code, out, err } = await form();
    expect(code, out + err).to.equal(0);
    expect(out).to.match(/^whole: 3 masters and 3 replicas$/m);
    expect(await withRole('master')).to.have.length(3);
    const replicas = await withRole('slave');
    const masters = await Promise.all(replicas.map(async (one) => (await ownRow(one))[3]));
    expect(new Set(masters), 'a replica each').to.have.property('size', 3);
    await writeKeys();

    const before = await configuration();
    expect(await form()).to.deep.equal({
      ...{ code: 0, err: '' },
      out: 'whole: 3 masters and 3 replicas\n',
    });
    expect(await configuration()).to.deep.equal(before);
    expect(await readKeys()).to.deep.equal(VALUES);
  });

  it('brings servers together again that all have other addresses, with all that they hold', async function () {
    this.timeout(180_000);
    expect(await form()).to.include({ code: 0 });
    await writeKeys();
    const ids = await idsAt(servers[0] as Server);
    await Promise.all(servers.map((one) => kill(one, 'SIGTERM')));
    for (const server of servers) await move(server);
    const stateOf = ({ port }: Server) =>
      ask(port, (client) => client.call('CLUSTER', 'INFO')).then(
        (text) => /^cluster_state:(\w+)/m.exec(String(text))?.[1],
      );
    // By themselves they never would: each asks where nobody is.
    await eventually(
      async () => (await Promise.all(servers.map(stateOf))).every((state) => state === 'fail'),
      'no server finds another',
      15_000,
    );
    const formed = await form();
    expect(formed, formed.err).to.include({ code: 0 });
    for (const server of servers) expect(await idsAt(server)).to.deep.equal(ids);
    expect(await readKeys()).to.deep.equal(VALUES);
  });

  it('takes a master back that forgot who it was, as a replica of the one that took over', async function () {
    this.timeout(180_000);
    expect(await form()).to.include({ code: 0 });
    await writeKeys();
    const [master] = (await withRole('master')) as [Server];
    const [oldId] = await ownRow(master);
    const others = servers.filter((one) => one !== master);
    const areMasters = async () =>
      (await Promise.all(others.map(roleOf))).filter((role) => role === 'master').length === 3;
    // The servers of docker-compose.yml sleep for as long as this takes.
    await restartEmpty(master, () => eventually(areMasters, 'its replica takes over', 15_000));
    const formed = await form();
    expect(formed, formed.err).to.include({ code: 0 });
    expect(await roleOf(master)).to.equal('slave');
    expect(await withRole('master')).to.have.length(3);
    for (const server of servers) {
      const ids = await idsAt(server);
      expect(ids).to.have.length(6).and.not.include(oldId);
    }
    expect(await readKeys()).to.deep.equal(VALUES);
  });

  it('says so when a master and its replica forgot all, and gives their slots to nobody', async function () {
    this.timeout(180_000);
    expect(await form()).to.include({ code: 0 });
    const [master] = (await withRole('master')) as [Server];
    const [id] = await ownRow(master);
    const replicas = await withRole('slave');
    const masters = await Promise.all(replicas.map(async (one) => (await ownRow(one))[3]));
    const replica = replicas[masters.indexOf(id)] as Server;
    await Promise.all([master, replica].map((one) => restartEmpty(one)));
    const { code, err } = await form(undefined, { WHOLE_WITHIN_SECONDS: '6' });
    expect(code, err).to.equal(1);
    expect(err).to.match(/^SLOTS_MISSING: no server has some of the slots: .*\n$/);
    for (const server of [master, replica]) expect(await idsAt(server)).to.have.length(1);
  });

  it('says so when too few masters are left to say who has failed', async function () {
    this.timeout(180_000);
    expect(await form()).to.include({ code: 0 });
    const masters = await withRole('master');
    await Promise.all(masters.slice(0, 2).map((one) => restartEmpty(one)));
    const { code, err } = await form(undefined, { WHOLE_WITHIN_SECONDS: '5' });
    expect(code, err).to.equal(1);
    expect(err).to.match(/^NO_MAJORITY: .*\n$/);
  });

  it('makes no cluster of servers that hold something', async function () {
    this.timeout(120_000);
    await ask((servers[3] as Server).port, async (client) => {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
      await eventually(async () => (await client.set('a', 'b').catch(() => '')) === 'OK', 'a key');
      await client.call('CLUSTER', 'DELSLOTSRANGE', 0, 16_383);
    });
    const { code, err } = await form();
    expect(code).to.equal(1);
    expect(err).to.match(/^NOT_FORMED: /m);
    for (const server of servers) expect(await idsAt(server)).to.have.length(1);
  });

  it('refuses, with a code and a line, what it can make no cluster of', async function () {
    this.timeout(120_000);
    const [one = '', ...others] = addresses();
    const soon = { ANSWERS_WITHIN_SECONDS: '0' };
    const alone = await newServer('alone', []);
    servers.push(alone);
    const free = `127.0.0.1:${NOBODYS_PORT}`;
    const wrong: [string[], NodeJS.ProcessEnv, number, RegExp][] = [
      [[], {}, 2, /^WORDS_INVALID: first comes the number of replicas/],
      [['x', one, ...others], {}, 2, /^WORDS_INVALID: first comes the number of replicas/],
      [['1', 'redis', ...others], {}, 2, /^WORDS_INVALID: redis is no HOST:PORT/],
      [['1', ':6379', ...others], {}, 2, /^WORDS_INVALID: :6379 is no HOST:PORT/],
      [['1', 'a:b', ...others], {}, 2, /^WORDS_INVALID: a:b is no HOST:PORT/],
      [['1', ...others], {}, 2, /^WORDS_INVALID: 5 servers are not three masters/],
      [['1', one, ...others.slice(0, 3)], {}, 2, /^WORDS_INVALID: 4 servers are not three masters/],
      [
        ['1', free, ...others],
        soon,
        1,
        new RegExp(`^SERVER_AWAY: ${free} was not ready .*refused`),
      ],
      [['1', 'nowhere.invalid:6379', ...others], soon, 1, /^SERVER_AWAY: nowhere.* no address\)/],
      [
        ['1', one, ...others],
        { ...soon, REDISCLI_AUTH: 'another' },
        1,
        /^SERVER_AWAY: .*(WRONGPASS|NOAUTH)/,
      ],
      [
        ['1', `127.0.0.1:${alone.port}`, ...others],
        {},
        1,
        /^NOT_A_CLUSTER_SERVER: .* cluster-enabled yes/,
      ],
    ];
    for (const [words, environment, expected, message] of wrong) {
      const { code, err } = await form(words, environment);
      expect(code, `${words.join(' ')}: ${err}`).to.equal(expected);
      expect(err)
        .to.match(message)
        .and.match(/^[^\n]*\n$/);
      expect(err).to.not.include(PASSWORD);
    }
    for (const server of servers.slice(0, 6)) expect(await idsAt(server)).to.have.length(1);
  });
});

async function ask<T>(port: number, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({
    ...{ host: '127.0.0.1', port, password: PASSWORD },
    ...{ maxRetriesPerRequest: 1, commandTimeout: 5000 },
  });
  client.on('error', () => {});
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}
