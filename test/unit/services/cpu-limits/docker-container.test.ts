import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { holdStore } from '../../../../bench/fleet/held-processes.js';
import { LabError } from '../../../../bench/model/errors.js';
import { holdContainer } from '../../../../bench/processes/cpu-limits/docker-container.js';

/** A script stands in for the docker command: it shows what is asked of an engine, not what one does. */
describe('the limit of a container', () => {
  let folder: string;
  let docker: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'docker-test-'));
    docker = join(folder, 'docker');
    answer('nr_periods 7\\nnr_throttled 2\\nthrottled_usec 15000\\n');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function answer(statistics: string): void {
    writeFileSync(
      docker,
      `#!/bin/sh
[ "$1" = exec ] && printf '${statistics}' && exit
echo "$*" >> ${folder}/calls
[ -e ${folder}/powerless ] && echo "WARNING: Your kernel does not support CPU CFS quota. Quota discarded." >&2
[ -e ${folder}/broken ] && echo "No such container" >&2 && exit 1
exit 0
`,
    );
    chmodSync(docker, 0o755);
  }

  const hold = () =>
    holdContainer('redis', { docker, name: 'lab-redis', environment: process.env });
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');

  it('is set and lifted by quota and period', () => {
    const group = hold();
    group.setCores(0.1);
    group.setCores(null);
    group.release();
    expect(calls()).to.deep.equal([
      'update --cpu-period 20000 --cpu-quota 2000 lab-redis',
      'update --cpu-quota -1 lab-redis',
      'update --cpu-quota -1 lab-redis',
    ]);
  });

  it('counts from the moment it is held', () => {
    const group = hold();
    group.setCores(0.1);
    answer('nr_periods 10\\nnr_throttled 4\\nthrottled_usec 35000\\n');
    expect(group.throttling().throttledPeriods).to.equal(2);
    expect(group.throttling().throttledSeconds).to.be.closeTo(0.02, 1e-9);
  });

  it('says what the engine said when it does not obey', () => {
    writeFileSync(join(folder, 'broken'), '');
    expect(() => hold().setCores(0.1))
      .to.throw(LabError, 'of redis cannot be used: docker update: No such container')
      .with.property('code', 'CPU_LIMIT_FAILED');
  });

  it('is refused where the engine succeeds without it', () => {
    writeFileSync(join(folder, 'powerless'), '');
    expect(() => hold().setCores(0.1))
      .to.throw(LabError, 'Quota discarded')
      .with.property('code', 'CPU_LIMIT_FAILED');
  });

  it('is what a store in a container is held by, though its process can be seen', () => {
    const store = { startedBy: 'docker run', version: '7', pid: process.pid };
    const group = hold();
    expect(holdStore('redis', { ...store, holdContainer: () => group }, null)).to.equal(group);
    expect(holdStore('redis', store, null)).to.equal(null);
  });
});
