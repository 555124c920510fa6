import { expect } from 'chai';
import {
  folderOfGroup,
  locateGroup,
  parseCgroupMemberships,
  parseCgroupMounts,
} from '../../../../bench/processes/cpu-limits/control-groups.js';
import { lookForCpuControl } from '../../../../bench/processes/cpu-limits/cpu-control.js';
import { HYBRID, SCOPE_CONTROLLERS, SESSION, systemWith, USER_SCOPE } from './systems.js';

describe('where a process stands in the control groups', () => {
  it('is read from the mounts, whatever other file systems there are', () => {
    expect(parseCgroupMounts(HYBRID.mountinfo)).to.deep.equal([
      {
        root: '/',
        mountPoint: '/sys/fs/cgroup/cpu,cpuacct',
        controllers: ['rw', 'cpu', 'cpuacct'],
      },
      { root: '/', mountPoint: '/sys/fs/cgroup/memory', controllers: ['rw', 'memory'] },
      { root: '/', mountPoint: '/sys/fs/cgroup/unified', controllers: [] },
    ]);
  });

  it('is read from mounts with spaces in their names and with optional fields', () => {
    const line =
      '9 8 0:7 /a\\040b /mnt/my\\040groups rw shared:3 master:1 - cgroup2 none rw,nsdelegate';
    expect(parseCgroupMounts(line)).to.deep.equal([
      { root: '/a b', mountPoint: '/mnt/my groups', controllers: [] },
    ]);
  });

  it('is read from the memberships, a colon in a path included', () => {
    expect(
      parseCgroupMemberships('4:cpu,cpuacct:/docker/a:b\n1:name=systemd:/x\n0::/\n'),
    ).to.deep.equal([
      { controllers: ['cpu', 'cpuacct'], path: '/docker/a:b' },
      { controllers: ['name=systemd'], path: '/x' },
      { controllers: [], path: '/' },
    ]);
  });

  it('is below the mount point, less what a container does not see', () => {
    const mount = { mountPoint: '/sys/fs/cgroup', controllers: [] };
    expect(folderOfGroup({ ...mount, root: '/' }, '/a/b')).to.equal('/sys/fs/cgroup/a/b');
    expect(folderOfGroup({ ...mount, root: '/' }, '/')).to.equal('/sys/fs/cgroup');
    expect(folderOfGroup({ ...mount, root: '/docker/1' }, '/docker/1')).to.equal('/sys/fs/cgroup');
    expect(folderOfGroup({ ...mount, root: '/docker/1' }, '/docker/1/x')).to.equal(
      '/sys/fs/cgroup/x',
    );
    expect(folderOfGroup({ ...mount, root: '/docker/1' }, '/docker/12')).to.equal(null);
    expect(folderOfGroup({ ...mount, root: '/' }, '/../other')).to.equal(null);
  });

  it('does not take the cpu controller for cpuset', () => {
    const mountinfo = '1 1 0:1 / /sys/fs/cgroup/cpuset rw - cgroup none rw,cpuset';
    expect(locateGroup('cgroup-v1', mountinfo, '1:cpuset:/')).to.equal(null);
  });
});

describe('looking for limits of CPU time', () => {
  it('finds version 1 where that has the cpu controller, below the own group', () => {
    expect(lookForCpuControl(systemWith(HYBRID))).to.deep.equal({
      method: 'cgroup-v1',
      parent: '/sys/fs/cgroup/cpu,cpuacct/lab',
      occupied: false,
    });
  });

  it('finds the first group of version 2 for root, whose session stays as it is', () => {
    expect(lookForCpuControl(systemWith({ ...SESSION, isRoot: true }))).to.deep.equal({
      method: 'cgroup-v2',
      parent: '/sys/fs/cgroup',
      occupied: false,
    });
  });

  it('finds the own group of version 2 where it was delegated to the user', () => {
    expect(lookForCpuControl(systemWith(USER_SCOPE))).to.deep.equal({
      method: 'cgroup-v2',
      parent: '/sys/fs/cgroup/user.slice/user@1000.service/lab.scope',
      occupied: true,
    });
  });

  it('knows that what looks like the first group in a container is none', () => {
    const container = {
      ...SESSION,
      isRoot: true,
      cgroup: '0::/\n',
      files: { ...SESSION.files, '/sys/fs/cgroup/cgroup.type': 'domain\n' },
    };
    expect(lookForCpuControl(systemWith(container))).to.deep.equal({
      method: 'cgroup-v2',
      parent: '/sys/fs/cgroup',
      occupied: true,
    });
  });

  for (const [name, system, why] of [
    ['another system', { ...SESSION, platform: 'darwin' }, /only Linux/],
    [
      'a group that cannot be written, version 1',
      { ...HYBRID, readOnly: true },
      /cannot be written/,
    ],
    [
      'a group that cannot be written, version 2',
      { ...SESSION, readOnly: true },
      /cannot be written/,
    ],
    [
      'a group without the controller',
      { ...USER_SCOPE, files: { [SCOPE_CONTROLLERS]: 'memory pids\n' } },
      /no cpu controller/,
    ],
    ['a group out of sight', { ...SESSION, cgroup: '0::/../host\n' }, /cannot be seen/],
    ['no control groups', { ...SESSION, mountinfo: '' }, /no control groups/],
  ] as const) {
    it(`says why there are none, and what to do: ${name}`, () => {
      const found = lookForCpuControl(systemWith(system));
      if ('method' in found) expect.fail('found one');
      expect(found.why).to.match(why);
      expect(found.advice).to.include('docs/fixed-size-instances.md');
    });
  }
});
