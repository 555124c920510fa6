import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { LabError } from '../../../../bench/model/errors.js';
import { parseCgroupMounts } from '../../../../bench/processes/cpu-limits/control-groups.js';
import {
  type CpuLimiter,
  findCpuLimiter,
} from '../../../../bench/processes/cpu-limits/cpu-limiter.js';
import {
  type MadeGroup,
  moveProcess,
  processesOf,
  removeGroup,
} from '../../../../bench/processes/cpu-limits/group-folder.js';
import { startGuardian } from '../../../../bench/processes/guardian/guardian.js';
import { skipBecause } from './support.js';

/**
 * The rules of version 2 about who may be where, by a real kernel. A machine whose cpu controller
 * belongs to version 1 has other controllers in version 2, and the rules are the same for all: the
 * first one there stands in for cpu. What only cpu has, cpu.max, is tested where version 2 has it.
 */
describe('control groups of version 2', () => {
  let top: string;
  let controller: string;
  /** Undefined when nothing was changed. */
  let wasEnabled: boolean | undefined;
  let group: string;
  let inhabitant: ChildProcess & { pid: number };
  const watched: MadeGroup[] = [];
  const guardian = { watchCpuGroup: (made: MadeGroup) => watched.push(made), forgetCpuGroup() {} };

  before(function () {
    const mount = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'latin1')).find(
      ({ controllers }) => controllers.length === 0,
    );
    if (mount === undefined) skipBecause(this, 'version 2 is not mounted here');
    top = mount.mountPoint;
    const [first, ...others] = readWords(join(top, 'cgroup.controllers'));
    if (first === undefined) skipBecause(this, 'version 2 has no controller here');
    controller = others.includes('cpu') ? 'cpu' : first;
    const enabled = readWords(join(top, 'cgroup.subtree_control')).includes(controller);
    try {
      writeFileSync(join(top, 'cgroup.subtree_control'), `+${controller}`);
    } catch (error) {
      skipBecause(this, `${top} does not hand controllers on: ${(error as Error).message}`);
    }
    wasEnabled = enabled;
  });

  after(() => {
    if (wasEnabled === false) writeFileSync(join(top, 'cgroup.subtree_control'), `-${controller}`);
  });

  beforeEach(() => {
    group = join(top, `limits-test-${process.pid}`);
    mkdirSync(group);
    inhabitant = spawn('sleep', ['60'], { stdio: 'ignore' }) as ChildProcess & { pid: number };
    moveProcess(inhabitant.pid, group);
    watched.length = 0;
  });

  afterEach(async () => {
    for (const made of watched.reverse()) removeGroup(made);
    inhabitant.kill('SIGKILL');
    await once(inhabitant, 'exit');
    rmdirSync(group);
  });

  const find = (options: Partial<Parameters<typeof findCpuLimiter>[0]> = {}) =>
    findCpuLimiter({
      ...{ guardian, controller },
      control: { method: 'cgroup-v2', parent: group, occupied: true },
      ...options,
    });

  async function open(options = {}): Promise<CpuLimiter> {
    const found = await find(options);
    if (found.limiter === null) expect.fail(found.why);
    return found.limiter;
  }

  it('let processes be in leaves only, so what is in the own group moves into one', async () => {
    await open();
    expect(processesOf(group)).to.deep.equal([]);
    expect(readWords(join(group, 'cgroup.subtree_control'))).to.deep.equal([controller]);
    const [leaf] = childrenOf(group) as [string];
    expect(processesOf(leaf)).to.deep.equal([inhabitant.pid]);
    expect(() => moveProcess(inhabitant.pid, group)).to.throw('EBUSY');
  });

  it('take a process from the leaf and give it back there, then to where it was at first', async () => {
    const limiter = await open();
    const [leaf] = childrenOf(group) as [string];
    const held = limiter.hold('sleep', inhabitant.pid);
    expect(processesOf(leaf)).to.deep.equal([]);
    held.release();
    expect(processesOf(leaf)).to.deep.equal([inhabitant.pid]);
    limiter.hold('again', inhabitant.pid);

    limiter.close();

    expect(processesOf(group)).to.deep.equal([inhabitant.pid]);
    expect(childrenOf(group)).to.deep.equal([]);
    expect(readWords(join(group, 'cgroup.subtree_control'))).to.deep.equal([]);
  });

  it('are put in order by the guardian when the lab cannot', async () => {
    const own = await startGuardian();
    const limiter = await open({ guardian: own });
    limiter.hold('sleep', inhabitant.pid);
    expect(childrenOf(group)).to.have.lengthOf(2);

    await own.stop();

    expect(processesOf(group)).to.deep.equal([inhabitant.pid]);
    expect(childrenOf(group)).to.deep.equal([]);
    limiter.close();
  });

  it('are left as they were where the controller cannot be handed on', async () => {
    const found = await find({ controller: 'no-such-controller' });
    expect(found.limiter).to.equal(null);
    expect(found)
      .to.have.property('why')
      .that.matches(/does not take groups/);
    expect(processesOf(group)).to.deep.equal([inhabitant.pid]);
    expect(childrenOf(group)).to.deep.equal([]);
  });

  it('take a limit where they have the cpu controller, else refuse in words', async () => {
    const held = (await open()).hold('sleep', inhabitant.pid);
    if (controller === 'cpu') {
      held.setCores(0.5);
      const [own] = childrenOf(group).filter((folder) => folder.endsWith('sleep')) as [string];
      expect(readWords(join(own, 'cpu.max'))).to.deep.equal(['5000', '10000']);
    } else {
      expect(() => held.setCores(0.5))
        .to.throw(LabError, 'The limit of CPU time of sleep cannot be used')
        .with.property('code', 'CPU_LIMIT_FAILED');
    }
  });
});

function readWords(path: string): string[] {
  return readFileSync(path, 'latin1').trim().split(/\s+/).filter(Boolean);
}

function childrenOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
}
