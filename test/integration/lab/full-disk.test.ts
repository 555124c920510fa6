import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createResultFolder } from '../../../bench/experiments/result-folder.js';
import { makeResult } from '../../unit/report/fixture.js';

const CLI = fileURLToPath(new URL('../../../bench/cli/main.js', import.meta.url));

/** Mounts, so it is for root on Linux; in a container without that right it is skipped. */
describe('a disk that is full', () => {
  let folder: string;
  let mounted = false;

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'lab-full-'));
    const words = ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder];
    mounted =
      process.platform === 'linux' &&
      process.getuid?.() === 0 &&
      spawnSync('mount', words).status === 0;
    if (!mounted) this.skip();
  });

  after(async () => {
    if (mounted) execFileSync('umount', [folder]);
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(() => rm(join(folder, 'ballast'), { force: true }));

  async function fill(): Promise<void> {
    const chunk = Buffer.alloc(4096, 1);
    const all = Buffer.concat(Array.from({ length: 128 }, () => chunk));
    await writeFile(join(folder, 'ballast'), all).catch(() => {});
  }

  it('keeps the result that was saved before, and says what to do', async () => {
    const kept = await createResultFolder(folder);
    const result = makeResult({ rounds: 1 });
    await kept.save(result);
    await fill();
    const error = await kept.save({ ...result, partial: true }).catch((caught) => caught);
    expect(error).to.include({ code: 'DISK_FULL' });
    expect(error.message).to.match(
      /no space is left \(ENOSPC\)\. Make room, then run: npm run lab -- report /,
    );
    const stored = JSON.parse(await readFile(join(kept.path, 'result.json'), 'utf8'));
    expect(stored.partial).to.equal(result.partial);
    expect(await readdir(kept.path)).to.deep.equal(['result.json']);
  });

  it('ends report with a code and no stack', async () => {
    const run = join(folder, 'run');
    await mkdir(run);
    await writeFile(join(run, 'result.json'), JSON.stringify(makeResult({ rounds: 1 })));
    await fill();
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'report', run], {
      encoding: 'utf8',
    });
    expect(status).to.equal(1);
    expect(stderr).to.match(/^DISK_FULL: Cannot write .*ENOSPC/);
    expect(stderr).to.not.match(/\n +at /);
    expect(existsSync(join(run, 'report.html'))).to.equal(false);
  });
});
