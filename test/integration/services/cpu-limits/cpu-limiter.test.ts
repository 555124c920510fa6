import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { LabError } from '../../../../bench/model/errors.js';
import { lookForCpuControl } from '../../../../bench/processes/cpu-limits/cpu-control.js';
import {
  type CpuLimiter,
  findCpuLimiter,
} from '../../../../bench/processes/cpu-limits/cpu-limiter.js';
import { quotaOf } from '../../../../bench/processes/cpu-limits/cpu-quota.js';
import {
  type MadeGroup,
  makeGroup,
  removeGroup,
} from '../../../../bench/processes/cpu-limits/group-folder.js';
import { writeLimit } from '../../../../bench/processes/cpu-limits/limit-files.js';
import { proveLimiter } from '../../../../bench/processes/cpu-limits/prove-limiter.js';
import { NOT_THROTTLED } from '../../../../bench/processes/cpu-limits/throttling.js';
import { startGuardian } from '../../../../bench/processes/guardian/guardian.js';
import { isRunning, readStartTime } from '../../../../bench/processes/process-identity.js';
import { untilEmpty } from '../support.js';
import { coresUsed, skipBecause, startBusy, startParent, whyNoLimits } from './support.js';

describe('limits of CPU time', () => {
  const groups = new Map<string, MadeGroup>();
  const guardian = {
    watchCpuGroup: (group: MadeGroup) => groups.set(group.folder, group),
    forgetCpuGroup: (folder: string) => groups.delete(folder),
  };
  let children: ChildProcess[];
  let limiter: CpuLimiter;

  before(function () {
    const why = whyNoLimits();
    if (why !== null) skipBecause(this, why);
  });

  beforeEach(async () => {
    children = [];
    const found = await findCpuLimiter({ guardian });
    if (found.limiter === null) expect.fail(found.why);
    limiter = found.limiter;
  });

  afterEach(async () => {
    for (const child of children.filter(
      (each) => each.exitCode === null && each.signalCode === null,
    )) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    limiter?.close();
    expect([...groups.keys()].filter(existsSync), 'groups left').to.deep.equal([]);
    groups.clear();
  });

  const keep = <Child extends ChildProcess>(child: Child): Child => {
    children.push(child);
    return child;
  };

  it('hold a busy process to its share, count that, change it and lift it', async () => {
    const { pid } = keep(await startBusy());
    const group = limiter.hold('busy', pid);
    expect(group.throttling().throttledPeriods).to.equal(0);

    group.setCores(0.1);
    await delay(200);
    const before = group.throttling();
    const held = await coresUsed(pid, 1_000);
    const after = group.throttling();
    // Others want the cores as well: less than its share is possible, more is not.
    expect(held).to.be.within(0.03, 0.125);
    expect(after.periods - before.periods).to.be.within(10, 60);
    expect(after.throttledPeriods - before.throttledPeriods).to.be.within(5, 60);
    expect(after.throttledSeconds - before.throttledSeconds).to.be.within(0.1, 1.1);

    group.setCores(0.02);
    await delay(300);
    expect(await coresUsed(pid, 1_000)).to.be.within(0.005, 0.035);

    group.setCores(null);
    expect(await coresUsed(pid, 400)).to.be.above(0.1);
    const lifted = group.throttling();
    await delay(100);
    expect(group.throttling()).to.deep.equal(lifted);
  });

  it('are refused for a process that somebody moved out of its group', async () => {
    const { pid } = keep(await startBusy());
    const group = limiter.hold('busy', pid);
    const [made] = groups.values();
    writeFileSync(join(made?.home ?? '', 'cgroup.procs'), String(pid));
    expect(() => group.setCores(0.1))
      .to.throw(LabError, 'no longer in its control group')
      .with.property('code', 'CPU_LIMIT_FAILED');
    group.setCores(null);
  });

  it('are proven by a busy process, which a limiter without effect does not hold', async () => {
    const watcher = await startGuardian();
    try {
      expect(await proveLimiter(limiter, [0.5, 0.02], watcher)).to.equal(null);
      const group = { setCores() {}, release() {}, throttling: () => NOT_THROTTLED };
      const powerless = { ...limiter, hold: () => group };
      expect((await proveLimiter(powerless, [], watcher))?.why).to.match(
        /take a limit, but a process that is held to 0.1 of a core uses/,
      );
    } finally {
      await watcher.stop();
    }
  });

  it('cannot be more than the group has that the lab is in', async () => {
    const control = lookForCpuControl();
    if (!('method' in control)) expect.fail(control.why);
    const small = join(control.parent, `session-token-lab-test-${process.pid}`);
    makeGroup(small);
    const watcher = await startGuardian();
    try {
      writeLimit[control.method](small, quotaOf(0.5));
      const inSmall = await findCpuLimiter({ guardian, control: { ...control, parent: small } });
      if (inSmall.limiter === null) expect.fail(inSmall.why);
      expect((await proveLimiter(inSmall.limiter, [0.6], watcher))?.why).to.include(
        'has 0.5 of a core, and 0.6 were asked for',
      );
      inSmall.limiter.close();
    } finally {
      await watcher.stop();
      removeGroup({ folder: small, home: control.parent });
    }
  });

  it('hold all threads of a process together', async () => {
    const { pid } = keep(await startBusy({ threads: 3 }));
    const group = limiter.hold('threads', pid);
    group.setCores(0.1);
    await delay(200);
    const [before, start] = [group.throttling(), performance.now()];
    expect(await coresUsed(pid, 1_000)).to.be.within(0.03, 0.13);
    const wallSeconds = (performance.now() - start) / 1000;
    // Threads wait on several cores at once, yet no more time went by than did. A stop may have begun before.
    const heldSeconds = group.throttling().throttledSeconds - before.throttledSeconds;
    expect(heldSeconds).to.be.within(0.1, wallSeconds + 0.2);
  });

  it('hold children with their parent: those it has and those it starts', async () => {
    const first = keep(await startParent({ busyFromTheStart: true }));
    const later = keep(await startParent());
    const groupOfFirst = limiter.hold('first', first.pid);
    const groupOfLater = limiter.hold('later', later.pid);
    groupOfFirst.setCores(0.1);
    groupOfLater.setCores(0.1);
    later.stdin?.write('go');
    const [pid] = (await once(later.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const busy = [Number(first.said), Number(pid)];
    try {
      await delay(500); // Node starts slowly with a tenth of a core
      for (const each of busy) expect(await coresUsed(each, 1_000)).to.be.within(0.03, 0.125);
    } finally {
      for (const each of busy) process.kill(each, 'SIGKILL');
    }
  });

  it('give a process back to where it was, without a limit', async () => {
    const { pid } = keep(await startBusy());
    const place = () => readFileSync(`/proc/${pid}/cgroup`, 'latin1');
    const home = place();
    const group = limiter.hold('busy', pid);
    group.setCores(0.02);
    expect(place()).not.to.equal(home);
    group.release();
    group.release();
    expect(place()).to.equal(home);
    expect(groups.size).to.equal(0);

    limiter.hold('again', pid).setCores(0.02);
    limiter.close();
    limiter.close();
    expect(place()).to.equal(home);
    expect(await coresUsed(pid, 400)).to.be.above(0.1);
  });

  it('refuse a share above the cores of the machine, and a process that has ended', async () => {
    const child = keep(await startBusy());
    const group = limiter.hold('busy', child.pid);
    expect(() => group.setCores(64.5)).to.throw(LabError, 'no share of CPU time');
    expect(() => group.setCores(0)).to.throw(LabError, 'no share of CPU time');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => limiter.hold('gone', child.pid))
      .to.throw(LabError, 'gone cannot be given a control group')
      .with.property('code', 'CPU_LIMIT_FAILED');
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    it(`leave no group of a lab ended by ${signal}`, async () => {
      const script = fileURLToPath(new URL('./hold-busy.js', import.meta.url));
      const lab = keep(spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] }));
      const [line] = (await once(lab.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
      const { busy } = JSON.parse(String(line)) as { busy: number };
      const startTime = readStartTime(busy);
      const folder = folderOf(busy);
      expect(existsSync(folder)).to.equal(true);

      lab.kill(signal);
      await once(lab, 'exit');

      await untilEmpty(() => [folder].filter(existsSync));
      // Limits are lifted first: to end takes CPU time as well.
      await untilEmpty(() => [busy].filter((pid) => isRunning(pid, startTime)));
    });
  }

  it('lets go a process that the guardian does not end, and stops when asked', async () => {
    const { pid } = keep(await startBusy());
    const own = await startGuardian();
    const found = await findCpuLimiter({ guardian: own });
    found.limiter?.hold('kept', pid).setCores(0.02);
    const folder = folderOf(pid);
    await own.stop();
    expect(existsSync(folder)).to.equal(false);
    expect(await coresUsed(pid, 400)).to.be.above(0.1);
  });

  /** The group that a process is in now. */
  function folderOf(pid: number): string {
    const named = /session-token-lab-[\w-]+/.exec(readFileSync(`/proc/${pid}/cgroup`, 'latin1'));
    const description = limiter.description.split(' in ').at(-1);
    return `${description}/${named?.[0]}`;
  }
});
