import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { rerunInDelegatedGroup } from '../../../../bench/processes/cpu-limits/delegated-rerun.js';
import { findDelegation } from '../../../../bench/processes/cpu-limits/delegation.js';
import { isRunning, readStartTime } from '../../../../bench/processes/process-identity.js';
import { untilEmpty } from '../support.js';

const VERSION_2 = '1 1 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw';

/**
 * A script stands in for systemd-run: it takes its place by the command after "--", as systemd-run
 * --scope does, and answers the question for controllers itself. It makes no group.
 */
describe('a lab that starts itself again in a group of its own', () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  const labs: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rerun-test-'));
    environment = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  });

  afterEach(() => {
    for (const lab of labs.splice(0)) lab.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  function standIn(answer: string): void {
    const file = join(folder, 'systemd-run');
    writeFileSync(
      file,
      `#!/bin/sh
echo "$*" >> ${folder}/calls
while [ "$1" != -- ]; do shift; done; shift
if [ "$1" = sh ]; then ${answer}; exit; fi
exec "$@"
`,
    );
    chmodSync(file, 0o755);
  }

  async function startLab() {
    const script = fileURLToPath(new URL('./rerun-lab.js', import.meta.url));
    const lab = spawn(process.execPath, [script, 'compare', '--instance-cpu', '0.1'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    labs.push(lab);
    const [line] = (await once(lab.stdout, 'data')) as [Buffer];
    return { lab, inner: JSON.parse(String(line)) };
  }

  it('runs with the same words, once, and passes a signal on and the exit code back', async () => {
    standIn('echo cpu memory pids');
    const { lab, inner } = await startLab();
    expect(inner.ppid).to.equal(lab.pid);
    expect(inner.words).to.deep.equal(['compare', '--instance-cpu', '0.1']);
    expect(inner.guard, 'what it starts is not told').to.equal(null);
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    expect(calls).to.have.lengthOf(2);
    for (const call of calls) expect(call).to.match(/--scope.* --property=Delegate=yes --/);

    lab.kill('SIGTERM');
    const [code] = await once(lab, 'exit');
    expect(code).to.equal(3);
  });

  it('ends when the process that started it was killed', async () => {
    standIn('echo cpu');
    const { lab, inner } = await startLab();
    const startTime = readStartTime(inner.pid);
    lab.kill('SIGKILL');
    await untilEmpty(() => (isRunning(inner.pid, startTime) ? [inner.pid] : []));
  });

  for (const [name, answer, why] of [
    [
      'there is no session of systemd',
      'echo "Failed to connect to bus" >&2; exit 1',
      /connect to bus/,
    ],
    ['the controller is not handed on', 'echo memory pids', /does not hand the cpu controller on/],
  ] as const) {
    it(`goes on as it is where ${name}`, async () => {
      standIn(answer);
      const { lab, inner } = await startLab();
      expect(inner.pid).to.equal(lab.pid);
      expect(await findDelegation(environment, VERSION_2))
        .to.have.property('why')
        .that.matches(why);
    });
  }

  it('does not ask systemd where version 1 has the controller, or where there is no systemd', async () => {
    standIn('echo cpu');
    const version1 = `2 1 0:2 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n${VERSION_2}`;
    expect(await findDelegation(environment, version1)).to.have.property('why');
    expect(await findDelegation({ PATH: '' }, VERSION_2)).to.have.property('why');
  });

  it('goes on as it is where limits can be had without', async () => {
    standIn('echo cpu');
    const control = { method: 'cgroup-v2', parent: '/', occupied: false } as const;
    expect(await rerunInDelegatedGroup({ environment, control })).to.equal(null);
  });
});
