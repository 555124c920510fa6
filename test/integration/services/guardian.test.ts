import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { endProcess } from '../../../bench/processes/guardian/end-process.js';
import { type Guardian, startGuardian } from '../../../bench/processes/guardian/guardian.js';
import { isRunning, readStartTime } from '../../../bench/processes/process-identity.js';
import { holdStores, Sandbox, untilEmpty } from './support.js';

describe('the guardian', () => {
  let sandbox: Sandbox;

  beforeEach(() => {
    sandbox = new Sandbox();
  });

  afterEach(() => {
    sandbox.remove();
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    it(`leaves no process and no file of a lab ended by ${signal}`, async () => {
      const { lab } = await holdStores(sandbox.environment());
      // The lab, its guardian, PostgreSQL's processes and Redis.
      expect(sandbox.leftProcesses().length).to.be.at.least(5);
      expect(sandbox.leftFolders()).to.have.lengthOf(1);

      lab.kill(signal);

      await untilEmpty(() => sandbox.leftProcesses());
      await untilEmpty(() => sandbox.leftFolders());
    });
  }

  it('leaves nothing of a lab killed at any moment of its start', async () => {
    for (const afterMs of [150, 300, 500]) {
      const starting = holdStores(sandbox.environment(), {
        onSpawn: (lab) => setTimeout(() => lab.kill('SIGKILL'), afterMs),
      });
      await starting.catch(() => {}); // it may have been ready before it was killed

      await untilEmpty(() => sandbox.leftProcesses());
      await untilEmpty(() => sandbox.leftFolders());
    }
  });

  it('keeps the servers running through a Ctrl-C in the terminal, for the lab to stop them', async () => {
    const { lab, stores } = await holdStores(sandbox.environment());
    // A terminal sends it to the whole group of the job in front.
    process.kill(-(lab.pid as number), 'SIGINT');
    await delay(100);

    const redis = new Redis(stores.redisUrl);
    expect(await redis.ping()).to.equal('PONG');
    redis.disconnect();
    expect(isRunning(stores.database.pid as number, readStartTime(stores.database.pid as number)))
      .to.be.true;

    lab.stdin?.write('stop\n');
    await once(lab, 'exit');
    await untilEmpty(() => sandbox.leftProcesses());
    expect(sandbox.leftFolders()).to.deep.equal([]);
  });

  describe('on its own', () => {
    let guardian: Guardian;
    let children: ChildProcess[];

    beforeEach(async () => {
      guardian = await startGuardian();
      children = [];
    });

    afterEach(async () => {
      await guardian.stop();
      for (const child of children) {
        try {
          process.kill(-(child.pid as number), 'SIGKILL');
        } catch {
          // nothing is left of that group, as it should be
        }
      }
    });

    /** Runs a line of shell in a group of its own, and waits until it says that it is ready. */
    async function runShell(script: string): Promise<ChildProcess & { pid: number }> {
      const child = spawn('/bin/sh', ['-c', `${script}; echo ready; sleep 60 & wait`], {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      await once(child.stdout as NodeJS.ReadableStream, 'data');
      return child as ChildProcess & { pid: number };
    }

    it('asks a process to end, and kills it when it does not', async () => {
      const obedient = await runShell(':');
      const stubborn = await runShell("trap '' TERM");
      guardian.watchProcess(obedient.pid, { group: true });
      guardian.watchProcess(stubborn.pid, { group: true });

      const before = performance.now();
      const [[, signal], [, lastSignal]] = await Promise.all([
        once(obedient, 'exit'),
        once(stubborn, 'exit'),
        guardian.stop(),
      ]);

      expect(signal).to.equal('SIGTERM');
      expect(lastSignal).to.equal('SIGKILL');
      expect(performance.now() - before).to.be.within(1_900, 4_000);
    });

    it('ends what a dead leader left behind in its group', async () => {
      const leader = await runShell('sleep 61 & echo $!');
      guardian.watchProcess(leader.pid, { group: true });
      leader.kill('SIGKILL');
      await once(leader, 'exit');
      const group = () => process.kill(-leader.pid, 0);
      expect(group).not.to.throw();

      await guardian.stop();

      await untilEmpty(() => {
        try {
          group();
          return [leader.pid];
        } catch {
          return [];
        }
      });
    });

    it('leaves alone what it was told to forget', async () => {
      const child = await runShell(':');
      const folder = join(sandbox.temporary, 'kept');
      mkdirSync(folder);
      guardian.watchProcess(child.pid);
      guardian.watchFolder(folder);
      guardian.forgetProcess(child.pid);
      guardian.forgetFolder(folder);

      await guardian.stop();

      expect(child.exitCode).to.equal(null);
      expect(child.signalCode).to.equal(null);
      expect(existsSync(folder)).to.equal(true);
    });

    it('removes folders with what is in them', async () => {
      const folder = join(sandbox.temporary, 'data');
      mkdirSync(join(folder, 'deeper'), { recursive: true });
      writeFileSync(join(folder, 'deeper', 'file'), 'text');
      guardian.watchFolder(folder);
      guardian.watchFolder(join(sandbox.temporary, 'never-made'));

      await guardian.stop();

      expect(existsSync(folder)).to.equal(false);
    });

    it('stops when asked twice', async () => {
      await Promise.all([guardian.stop(), guardian.stop()]);
    });

    it('never ends a process that has got the pid of one it watched', async () => {
      const child = await runShell(':');
      await endProcess({ pid: child.pid, startTime: '1', group: true, signal: 'SIGTERM' });
      await delay(50);
      expect(child.exitCode).to.equal(null);
      expect(child.signalCode).to.equal(null);
    });
  });
});
