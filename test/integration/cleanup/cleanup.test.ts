import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { endWithTests } from '../../support/cleanup.js';
import { eventually } from '../../support/eventually.js';
import { descendantsOf, isAlive } from '../../support/process-tree.js';
import { environmentOfOtherTests } from '../../support/worker-stores.js';

const MOCHA = join(
  dirname(createRequire(import.meta.url).resolve('mocha/package.json')),
  'bin/mocha.js',
);
const SETUP = fileURLToPath(new URL('../../support/global-setup.js', import.meta.url));
const FIXTURE = fileURLToPath(new URL('./failing.fixture.js', import.meta.url));

describe('a run of tests leaves no process and no folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cleanup-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const ways = [
    { what: 'when a hook before the tests fails', grep: 'a hook' },
    { what: 'when a test hangs and is killed', grep: 'a test hangs', signal: 'SIGKILL' },
    { what: 'when it is interrupted', grep: 'a test fails', signal: 'SIGINT' },
  ] as const;
  for (const { what, grep, ...rest } of ways) {
    it(what, async function () {
      this.timeout(60_000);
      const mocha = endWithTests(
        spawn(
          process.execPath,
          [MOCHA, '--no-config', '--timeout', '20000', '--require', SETUP, '--grep', grep, FIXTURE],
          {
            env: { ...environmentOfOtherTests(), TMPDIR: folder },
            stdio: ['pipe', 'pipe', 'ignore'],
          },
        ),
      );
      let printed = '';
      mocha.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
      const ended = once(mocha, 'exit');
      await eventually(async () => printed.includes('started'), 'the services', 30_000);
      const started = descendantsOf(mocha.pid as number);
      // Two instances, PostgreSQL, Redis, and the guardians.
      expect(started.length).to.be.at.least(6);
      if ('signal' in rest) {
        mocha.kill(rest.signal);
      }
      // One that is killed reads no more.
      mocha.stdin.on('error', () => {}).end('seen\n');
      const [code] = await ended;
      expect(code).to.not.equal(0);
      await eventually(async () => !started.some(isAlive), 'all to be gone', 8000);
      await eventually(async () => (await readdir(folder)).length === 0, 'no folder', 8000);
    });
  }
});
