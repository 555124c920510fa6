import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { seedDatabase } from '../../bench/fleet/service-commands.js';
import { type Result, resultSchema } from '../../bench/model/result-schema.js';
import { startGuardian } from '../../bench/processes/guardian/guardian.js';
import { type LabRun, startLab } from '../support/lab.js';
import { type RunningService, secretFrom, startService } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

const TOKEN = secretFrom('operator').toString('base64url');
const PASSWORD = 'laboratory passphrase 1';
const SMALL = ['--rounds', '2', '--seconds', '0.5', '--warm-up', '0.3', '--connections', '4'];

describe('lab compare --target, end to end', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  let folder: string;
  let session: RunningService;
  let sessionToo: RunningService;
  let jwt: RunningService;
  let running: RunningService[] = [];
  let servers: Server[] = [];

  const start = async (strategy: string, more: Record<string, string> = {}) => {
    const service = await startService({
      ...{ DATABASE_URL: database.url, REDIS_URL: redis.url, AUTH_STRATEGY: strategy },
      ...{ STORE_TIMEOUT_MS: '5000', ...more },
    });
    running.push(service);
    return service;
  };
  const serve = async (server: Server): Promise<string> => {
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const answering = (listener: RequestListener) =>
    serve(createHttpServer(listener) as unknown as Server);
  const compare = (words: string[], environment: NodeJS.ProcessEnv = {}): LabRun =>
    startLab(['compare', ...words, '--out', folder], environment);
  /** Of the one run in the folder, whether or not it has a valid trial. */
  const pathOf = async (file: string) => {
    const [run] = (await readdir(folder)).filter((name) => name.startsWith('20'));
    return join(folder, run as string, file);
  };
  const resultOf = async (): Promise<Result> =>
    resultSchema.parse(JSON.parse(await readFile(await pathOf('result.json'), 'utf8')));
  /** On a machine that is busy with other tests, no trial may count: exit code 1. */
  const done = async (lab: LabRun) => {
    if ((await lab.ended) === 0) return;
    expect(lab.stderr()).to.match(/^NO_VALID_TRIAL: /m);
  };
  const refused = async (words: string[], code: string, exitCode: number, env = {}) => {
    const lab = compare(words, env);
    expect(await lab.ended, lab.stderr()).to.equal(exitCode);
    expect(lab.stderr()).to.match(new RegExp(`^${code}: `));
    expect(lab.stderr().trim().split('\n'), 'one line').to.have.length(1);
    return lab.stderr();
  };

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const guardian = await startGuardian();
    await seedDatabase(database.url, { users: 12, posts: 120 }, guardian);
    await guardian.stop();
    const guarded = { METRICS: 'on', TRUST_PROXY: 'on', OPERATOR_TOKEN: TOKEN, DOCS: 'on' };
    [session, sessionToo, jwt] = await Promise.all([
      start('session', guarded),
      start('session', guarded),
      start('jwt'),
    ]);
  });
  after(async () => {
    await Promise.all(running.map((service) => service.stop()));
    running = [];
    redis?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'targets-'));
  });
  afterEach(async () => {
    for (const server of servers) server.close();
    servers = [];
    await rm(folder, { recursive: true, force: true });
  });

  it('measures two deployments, and says of each what it knows', async () => {
    const lab = compare(
      [
        ...['--target', `old=${session.url},${sessionToo.url}`, '--target', `new=${jwt.url}`],
        ...['--workloads', 'me,read', ...SMALL],
      ],
      { TARGET_TOKEN_OLD: TOKEN },
    );
    await done(lab);
    const result = await resultOf();
    const [old, other] = result.config.variants;
    expect(old).to.deep.include({ id: 'old', strategy: 'session' });
    expect(old?.target).to.deep.include({ cpuFrom: 'metrics', credential: 'Cookie' });
    expect(old?.target?.addresses.map(({ url }) => url)).to.deep.equal([
      session.url,
      sessionToo.url,
    ]);
    expect(other).to.deep.include({ id: 'new', strategy: 'jwt' });
    expect(other?.target).to.deep.include({ cpuFrom: null, credential: 'Authorization' });
    expect(other?.target?.cpuUnknown).to.match(/GET \/metrics answers 404/);
    expect(result.trials).to.have.length(8);
    for (const trial of result.trials) {
      expect(trial.requests, trial.variant).to.be.above(0);
      expect(trial.topology).to.equal('target');
      expect(Object.keys(trial.cpuMicrosecondsPerRequest)).to.have.members([
        'application',
        'loadGenerator',
      ]);
      const { application } = trial.cpuMicrosecondsPerRequest;
      if (trial.variant === 'old') {
        expect(application).to.be.above(5);
        expect(trial.perInstance).to.have.length(2);
        expect(trial.reconciliation.serverRequests).to.be.at.least(trial.requests);
      } else {
        expect(application).to.equal(null);
        expect(trial.reconciliation).to.include({ serverRequests: null, countsUnknown: true });
      }
      expect(trial.statuses).to.have.all.keys('200');
    }
    expect(new Set(result.comparisons.map(({ metric }) => metric))).to.deep.equal(
      new Set(['throughput', 'latency.p99']),
    );
    expect(result.strategies).to.deep.equal([]);
    expect(result.environment).to.include({ postgres: null, redis: null });
    const report = await readFile(await pathOf('report.md'), 'utf8');
    expect(report).to.include('not known: the lab did not start it');
    expect(report).not.to.match(/PostgreSQL|instances? of the service|Redis|one host/);
    for (const file of ['report.html', 'report.md', 'result.json', 'trials.csv']) {
      const text = await readFile(await pathOf(file), 'utf8');
      expect(text, file).not.to.include(TOKEN);
      expect(text, file).not.to.include(PASSWORD);
    }
    expect(lab.stdout()).not.to.include('instance');
  });

  it('compares CPU time where both tell it, and counts with each', async () => {
    const lab = compare(
      [
        '--target',
        `a=${session.url}`,
        '--target',
        `b=${sessionToo.url}`,
        '--workloads',
        'crud,me',
      ].concat(SMALL),
      { TARGET_TOKEN_A: TOKEN, TARGET_TOKEN_B: TOKEN },
    );
    const posts = async () => (await database.query('SELECT id FROM posts')).length;
    const before = await posts();
    await done(lab);
    const { comparisons, trials } = await resultOf();
    const cpu = comparisons.filter(({ metric }) => metric === 'cpu.application');
    expect(cpu).to.have.length(2);
    expect(comparisons.filter(({ metric }) => metric === 'cpu.total')).to.deep.equal([]);
    const codes = trials.flatMap(({ invalidReasons }) => invalidReasons.map(({ code }) => code));
    expect(codes).not.to.include('counts-differ');
    expect(lab.stdout()).to.match(/crud writes posts into the databases of the targets/);
    expect(await posts(), 'as many posts as before').to.equal(before);
  });

  it('says why the CPU time is not known where the token is missing, and refuses a wrong one', async () => {
    const words = ['--target', `a=${session.url}`, '--target', `b=${jwt.url}`];
    const lab = compare([...words, '--workloads', 'me', ...SMALL]);
    await done(lab);
    expect((await resultOf()).config.variants[0]?.target?.cpuUnknown).to.match(
      /answers 40[13], and TARGET_TOKEN_A holds no operator token$/,
    );
    const wrong = { TARGET_TOKEN_A: secretFrom('another').toString('base64url') };
    await refused(words, 'TARGET_TOKEN_REFUSED', 1, wrong);
    await refused(words, 'TARGET_WITHOUT_METRICS', 1, { TARGET_TOKEN_B: TOKEN });
  });

  it('goes on when a target dies in the middle, and says so of its trials', async () => {
    const dying = await start('session');
    const lab = compare([
      ...['--target', `a=${dying.url}`, '--target', `b=${jwt.url}`, '--workloads', 'me'],
      ...['--rounds', '3', '--seconds', '1', '--warm-up', '0.3', '--connections', '4'],
    ]);
    await lab.printed(/^\[2\/6\]/m);
    await dying.stop();
    await done(lab);
    const { trials, partial } = await resultOf();
    expect(partial).to.equal(false);
    const of = (variant: string) => trials.filter((trial) => trial.variant === variant);
    expect(of('a').map(({ round }) => round)).to.deep.equal([1, 2, 3]);
    const last = of('a').at(-1);
    expect(last?.valid).to.equal(false);
    expect(last?.invalidReasons[0]?.message).to.match(/ECONNREFUSED/);
    expect(of('b').at(-1)?.requests).to.be.above(0);
    expect(lab.stdout()).to.match(/\[6\/6\]/);
  });

  it('takes users from a file, and says who is not let in', async () => {
    const words = ['--target', `a=${session.url}`, '--target', `b=${jwt.url}`];
    const file = join(folder, 'users.json');
    const user = (number: number, password = PASSWORD) => ({
      email: `user00${String(number).padStart(2, '0')}@example.test`,
      password,
    });
    await writeFile(file, JSON.stringify([user(11), user(12)]));
    const few = [...words, '--target-users', file, '--workloads', 'me'];
    await refused([...few, '--connections', '3'], 'TARGET_USERS_FEW', 2);
    const lab = compare([...few, '--connections', '2', '--rounds', '1', '--seconds', '0.5']);
    await done(lab);
    await writeFile(file, JSON.stringify([user(11, 'a wrong passphrase'), user(12)]));
    const said = await refused([...few, '--connections', '2'], 'TARGET_LOGIN_REFUSED', 1);
    expect(said).to.include('user0011@example.test').and.not.to.include('a wrong passphrase');
    await writeFile(file, '[{"email": "a", "password": "a wrong passphrase"');
    const broken = await refused([...few, '--connections', '2'], 'TARGET_USERS_INVALID', 2);
    expect(broken).not.to.include('passphrase');
    const beyond = await refused([...words, '--connections', '40'], 'TARGET_LOGIN_REFUSED', 1);
    expect(beyond).to.match(/user00(1[3-9]|[23]\d)@example\.test/);
  });

  it('does not load what is not this service, and follows no redirect', async () => {
    let elsewhere = 0;
    const other = await answering((_, response) => {
      elsewhere++;
      response.end('{"status":"alive"}');
    });
    const leading = await answering((request, response) => {
      response.writeHead(307, { location: other + request.url }).end();
    });
    const missing = await answering((_, response) => response.writeHead(404).end());
    const silent = await serve(createServer(() => {}));
    const babbling = await serve(createServer((socket) => socket.end('220 smtp.example\r\n')));
    const withOther = (url: string) => ['--target', `a=${url}`, '--target', `b=${jwt.url}`];
    const said = await refused(withOther(leading), 'TARGET_NOT_SERVICE', 1);
    expect(said).to.include('follows no redirect');
    expect(elsewhere).to.equal(0);
    expect(await refused(withOther(missing), 'TARGET_NOT_SERVICE', 1)).to.include('answers 404');
    await refused(withOther(babbling), 'TARGET_NOT_SERVICE', 1);
    await refused(withOther(silent), 'TARGET_SILENT', 1);
    await refused(withOther('http://127.0.0.1:1'), 'TARGET_UNREACHABLE', 1);
  });

  it('does not load an address that nobody has allowed', async () => {
    const said = await refused(
      ['--target', 'a=http://192.0.2.1:3000', '--target', `b=${jwt.url}`],
      'ADDRESS_NOT_ALLOWED',
      2,
    );
    expect(said).to.include('--allow 192.0.2.1:3000');
  });

  it('takes the addresses of one target for one deployment only where they are alike', async () => {
    await refused(
      ['--target', `a=${session.url},${jwt.url}`, '--target', `b=${sessionToo.url}`],
      'TARGET_UNLIKE',
      1,
    );
  });

  it('refuses logins that end before a trial does', async () => {
    const short = await start('jwt', { ACCESS_TOKEN_TTL_SECONDS: '10' });
    await refused(
      ['--target', `a=${short.url}`, '--target', `b=${session.url}`],
      'TARGET_LOGIN_SHORT',
      1,
    );
  });

  it('does not know the CPU time where several processes answer at one address', async () => {
    const behind = await Promise.all([
      start('jwt', { METRICS: 'on' }),
      start('jwt', { METRICS: 'on' }),
    ]);
    let next = 0;
    const balancer = await serve(
      createServer((socket) => {
        const { port } = new URL((behind[next++ % 2] as RunningService).url);
        const way = connect(Number(port), '127.0.0.1');
        socket.pipe(way).pipe(socket);
        for (const each of [socket, way]) {
          each.on('error', () => {
            socket.destroy();
            way.destroy();
          });
        }
      }),
    );
    const lab = compare([
      ...['--target', `a=${balancer}`, '--target', `b=${session.url}`, '--workloads', 'me'],
      ...SMALL,
    ]);
    await done(lab);
    const { config, trials } = await resultOf();
    expect(config.variants[0]?.target?.cpuUnknown).to.match(/several processes answer there/);
    const own = trials.filter(({ variant }) => variant === 'a');
    expect(own.map((trial) => trial.cpuMicrosecondsPerRequest.application)).to.deep.equal([
      null,
      null,
    ]);
  });

  it('sends requests by a plan too, and logs each user in where its state lies', async () => {
    const memory = await Promise.all([start('session-memory'), start('session-memory')]);
    const [first, second] = memory.map(({ url }) => url.replace('127.0.0.1', 'localhost'));
    const lab = compare([
      ...['--target', `a=${first},${second}`, '--target', `b=${jwt.url}`, '--workloads', 'me'],
      ...['--rate', '100', '--rounds', '1', '--seconds', '1', '--connections', '4'],
    ]);
    await done(lab);
    const { trials } = await resultOf();
    expect(trials).to.have.length(2);
    for (const { openLoop, statuses } of trials) {
      expect(openLoop?.planned).to.be.within(40, 180);
      expect(statuses).to.have.all.keys('200');
    }
  });

  it('ends early, with what it has, where no target answers any more', async () => {
    const dying = await Promise.all([start('session'), start('jwt')]);
    const [a, b] = dying.map(({ url }) => url);
    const lab = compare([
      ...['--target', `a=${a}`, '--target', `b=${b}`, '--workloads', 'me', '--rounds', '9'],
      ...['--seconds', '1', '--warm-up', '0.3', '--connections', '4'],
    ]);
    await lab.printed(/^\[2\/18\]/m);
    await Promise.all(dying.map((service) => service.stop()));
    expect(await lab.ended).to.equal(1);
    expect(lab.stderr()).to.match(/^RUN_HOPELESS: /m);
    expect((await resultOf()).partial).to.equal(true);
  });

  it('stops at Ctrl-C, and keeps what was measured', async () => {
    const lab = compare(['--target', `a=${session.url}`, '--target', `b=${jwt.url}`, ...SMALL]);
    await lab.printed(/^\[2\/8\]/m);
    lab.child.kill('SIGINT');
    expect(await lab.ended).to.equal(130);
    const { partial, trials } = await resultOf();
    expect(partial).to.equal(true);
    expect(trials.length).to.be.within(2, 6);
  });
});
