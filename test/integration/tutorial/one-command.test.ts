import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { findFreePorts } from '../../../bench/processes/ports/free-port.js';
import { eventually, untilPasses } from '../../support/eventually.js';
import { type LabRun, startScript } from '../../support/lab.js';
import { descendantsOf, isAlive, type ProcessFound } from '../../support/process-tree.js';
import { createTestDatabase, createTestRedis } from '../../support/stores.js';

const START = fileURLToPath(new URL('../../../docs/tutorial/start.js', import.meta.url));
const NAMES = ['postgres', 'redis-server', 'start.js 6', 'start.js 8'];

describe('the one command that starts a step of the tutorial', function () {
  this.timeout(60_000);
  let folder: string;
  let ports: number[];
  let closes: (() => unknown)[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-one-command-'));
    // Servers that refuse to run as root work in a folder below.
    await chmod(folder, 0o1777);
    ports = await findFreePorts(3);
    closes = [() => rm(folder, { recursive: true, force: true })];
  });
  afterEach(async () => {
    for (const close of closes) await close();
  });

  function start(words: string[], environment: NodeJS.ProcessEnv = {}): LabRun {
    const [first, second, web] = ports;
    const INSTANCES = `http://127.0.0.1:${first},http://127.0.0.1:${second}`;
    const PORT = words[0] === '8' && { PORT: String(web) };
    // Also the folder for temporary files: all that could be left is in it.
    const whole = { INSTANCES, ...PORT, TMPDIR: folder, ...environment };
    return startScript(START, words, { environment: whole, cwd: folder });
  }

  async function testStores(): Promise<NodeJS.ProcessEnv> {
    const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    closes.unshift(
      () => database.drop(),
      () => redis.close(),
    );
    return { DATABASE_URL: database.url, REDIS_URL: redis.url };
  }

  async function expectNothingLeft(started: readonly ProcessFound[]): Promise<void> {
    await eventually(async () => !started.some(isAlive), 'all processes ended');
    expect(started).not.to.be.empty;
    await untilPasses(async () => expect(await readdir(folder)).to.deep.equal([]));
  }

  function indexOf(text: string, part: string): number {
    expect(text).to.include(part);
    return text.lastIndexOf(part);
  }

  it('starts stores, servers and web server, and ends them in order at Ctrl-C', async () => {
    const step = start(['8']);
    await step.printed(/All is up/);
    const started = descendantsOf(step.pid);
    const commands = started.map(({ command }) => command.replace(START, 'start.js')).join('\n');
    for (const name of NAMES) expect(commands).to.include(name);
    const answered: unknown[] = [];
    for (const _ of ports) {
      const response = await fetch(`http://127.0.0.1:${ports[2]}/status`);
      answered.push(((await response.json()) as { port: number }).port);
    }
    expect(answered).to.deep.equal([ports[0], ports[1], ports[0]]);

    process.kill(step.pid, 'SIGINT');
    expect(await step.ended).to.equal(130);
    const said = step.stdout();
    const order = ['web      |', 'server-2 |', 'server-1 |', 'stores   |'];
    const places = order.map((name) => indexOf(said, `${name} stopped\n`));
    expect(places).to.deep.equal([...places].sort((a, b) => a - b));
    await expectNothingLeft(started);
  });

  it('leaves nothing when it is killed', async () => {
    const step = start(['6']);
    await step.printed(/All is up/);
    const started = descendantsOf(step.pid);
    process.kill(step.pid, 'SIGKILL');
    expect(await step.ended).to.equal(null);
    await expectNothingLeft(started);
  });

  it('leaves nothing when it is stopped while it starts', async () => {
    const step = start(['7']);
    await step.printed(/stores {3}\| /);
    const started = descendantsOf(step.pid);
    process.kill(step.pid, 'SIGTERM');
    expect(await step.ended).to.equal(143);
    await expectNothingLeft(started);
  });

  it('says that a store ended by itself, and stops the others', async () => {
    const step = start(['6']);
    await step.printed(/All is up/);
    const started = descendantsOf(step.pid);
    const redis = started.find(({ command }) => command.includes('redis-server'));
    process.kill(redis?.pid as number, 'SIGKILL');
    expect(await step.ended).to.equal(1);
    expect(step.stderr()).to.include('Redis ended by itself. Stopping the others.');
    await expectNothingLeft(started);
  });

  it('says that a server ended by itself, and stops the others', async () => {
    const step = start(['8'], await testStores());
    await step.printed(/All is up/);
    const started = descendantsOf(step.pid);
    const web = started.find(({ command }) => / 8 --alone/.test(command));
    process.kill(web?.pid as number, 'SIGKILL');
    expect(await step.ended).to.equal(1);
    expect(step.stderr()).to.include('web ended by itself, with SIGKILL. Stopping the others.');
    await expectNothingLeft(started);
  });

  it('names the port that is taken, and who wanted it', async () => {
    const holder = createServer().listen(ports[1], '127.0.0.1');
    await once(holder, 'listening');
    closes.unshift(() => holder.close());
    const step = start(['8'], await testStores());
    expect(await step.ended).to.equal(1);
    expect(step.stdout()).to.include(
      `server-2 | listen EADDRINUSE: address already in use 127.0.0.1:${ports[1]}`,
    );
    expect(step.stderr()).to.include('server-2 ended by itself, with code 1. Stopping the others.');
    expect(step.stdout()).not.to.include('All is up').and.not.to.include('web ');
  });

  for (const [words, environment, said] of [
    [['5'], { PORT: '3001' }, 'PORT=3003 npm run tutorial -- 5 --alone'],
    [['6', '--nginx'], {}, '--nginx and --app belong to step 8'],
    [['8', '--app', '4'], {}, '--app says which step stands behind the web server: 5, 6, 7.'],
    [['8', '6'], {}, 'Say which step'],
    [['8', '--ngnix'], {}, "Unknown option '--ngnix'"],
    [['8'], { INSTANCES: '127.0.0.1:3001' }, 'INSTANCES'],
    [['8'], { DATABASE_URL: 'mysql://a:b@127.0.0.1/c' }, 'postgres'],
  ] as const) {
    it(`refuses ${[...Object.entries(environment).map((pair) => pair.join('=')), ...words].join(' ')}`, async () => {
      const step = start([...words], environment);
      expect(await step.ended).to.be.oneOf([1, 2]);
      expect(step.stderr()).to.include(said);
      expect(step.stdout()).to.equal('');
    });
  }
});
