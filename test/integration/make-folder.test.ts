import { mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { makeFolder } from '../../bench/processes/folders/make-folder.js';

describe('making a folder', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await realpath(await mkdtemp(join(tmpdir(), 'lab-make-')));
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  const failureOf = (path: string) =>
    makeFolder(path).then(
      () => 'none',
      (error: Error) => error.message,
    );

  it('makes those above it, with their mode, and says whether it did', async () => {
    const path = join(parent, 'a', 'b', 'c');
    expect(await makeFolder(path, 0o700)).to.equal(true);
    for (const made of [path, join(parent, 'a')]) {
      const found = await stat(made);
      expect(found.isDirectory()).to.equal(true);
      expect(found.mode & 0o777).to.equal(0o700);
    }
    expect(await makeFolder(path)).to.equal(false);
  });

  it('makes one for all who want it at once, or a moment later', async () => {
    for (let time = 0; time < 50; time++) {
      const path = join(parent, `${time}`, 'a');
      await Promise.all(
        Array.from({ length: 8 }, async (_, turns) => {
          for (let turn = 0; turn < turns; turn++) await setImmediate();
          await makeFolder(path);
        }),
      );
      expect((await stat(path)).isDirectory()).to.equal(true);
    }
  });

  it('goes through a link to a folder, and not through one to nothing', async () => {
    await symlink('.', join(parent, 'here'));
    await symlink('gone', join(parent, 'dangling'));
    expect(await makeFolder(join(parent, 'here', 'a'))).to.equal(true);
    expect((await stat(join(parent, 'a'))).isDirectory()).to.equal(true);
    for (const path of ['dangling', 'dangling/a']) {
      expect(await failureOf(join(parent, path))).to.equal(
        `${parent}/dangling leads to gone, which is not there`,
      );
    }
  });

  it('fails where a file stands in the way, or the system refuses', async () => {
    await writeFile(join(parent, 'file'), '');
    expect(await failureOf(join(parent, 'file'))).to.match(/file is there and is no folder/);
    expect(await failureOf(join(parent, 'file', 'a'))).to.match(/ENOTDIR/);
    expect(await failureOf(join(parent, 'n'.repeat(300)))).to.match(/ENAMETOOLONG/);
    expect(await failureOf(join(parent, 'nul\0'))).to.match(/null bytes/);
    if (process.platform === 'linux') {
      expect(await failureOf('/proc/a/b')).to.match(/ENOENT.*'\/proc\/a'/);
    }
  });
});
