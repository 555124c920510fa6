import { expect } from 'chai';
import { aptConfiguration, findNetworkProblem } from '../../../bench/stores/debian/apt.js';
import { debianCacheKey } from '../../../bench/stores/debian/packages.js';
import {
  packageOfLibrary,
  parseMissingLibraries,
} from '../../../bench/stores/debian/shared-libraries.js';
import { parsePublishedPort } from '../../../bench/stores/redis/docker.js';
import { describeRedis, parseInfo } from '../../../bench/stores/redis/info.js';
import { redisConfiguration } from '../../../bench/stores/redis/server.js';

describe('unpacking Redis', () => {
  it('reads from ldd which libraries are missing', () => {
    const output = `	linux-vdso.so.1 (0x00007ffd)
	libatomic.so.1 => not found
	libjemalloc.so.2 => not found
	libssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x00007f2c)
	/lib64/ld-linux-x86-64.so.2 (0x00007f2d)
`;
    expect(parseMissingLibraries(output)).to.deep.equal(['libatomic.so.1', 'libjemalloc.so.2']);
    expect(parseMissingLibraries('	not a dynamic executable\n')).to.deep.equal([]);
  });

  // Names of Debian 12 and 13 and Ubuntu 22.04 and 24.04.
  for (const [soname, name] of [
    ['libjemalloc.so.2', 'libjemalloc2'],
    ['liblzf.so.1', 'liblzf1'],
    ['libatomic.so.1', 'libatomic1'],
    ['libssl.so.3', 'libssl3'],
    ['libssl.so.3', 'libssl3t64'],
    ['libhiredis.so.1.1.0', 'libhiredis1.1.0'],
    ['liblua5.1.so.0', 'liblua5.1-0'],
    ['liblua5.1-cjson.so.0', 'liblua5.1-cjson0'],
    ['libsystemd.so.0', 'libsystemd0'],
    ['libgpg-error.so.0', 'libgpg-error0'],
    ['libstdc++.so.6', 'libstdc++6'],
  ] as const) {
    it(`finds ${soname} in the package ${name}`, () => {
      expect(packageOfLibrary(soname, ['libc6', 'libssl1.1', name, 'adduser'])).to.equal(name);
    });
  }

  it('knows no package for a library that none of the dependencies is named after', () => {
    expect(packageOfLibrary('libmystery.so.4', ['libc6', 'libssl3'])).to.equal(undefined);
    expect(packageOfLibrary('libssl.so.3', ['libssl1.1', 'libssl30'])).to.equal(undefined);
  });

  it('keeps apart the packages of another release, distribution or processor', () => {
    const key = debianCacheKey('redis', {
      platform: 'linux',
      families: ['ubuntu', 'debian'],
      version: '24.04',
    });
    expect(key).to.equal(`redis-ubuntu-24.04-${process.arch}`);
    expect(
      debianCacheKey('redis', { platform: 'linux', families: ['../x'], version: 'a/b' }),
    ).not.to.include('/');
  });

  it("writes only in its own folder, and reads the system's lists until it has its own", () => {
    expect(aptConfiguration('/folder', false))
      .to.include('Dir::Cache "/folder/cache";')
      .and.not.include('Dir::State');
    expect(aptConfiguration('/folder', true)).to.include(
      'Dir::State::lists "/folder/state/lists";',
    );
  });
});

describe('what apt says', () => {
  it('is a problem of the network when a server could not be reached', () => {
    expect(
      findNetworkProblem(
        "W: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease  Temporary failure resolving 'deb.debian.org'\nW: Some index files failed",
      ),
    ).to.equal("Temporary failure resolving 'deb.debian.org'");
    expect(
      findNetworkProblem('W: Failed to fetch http://x/y  Could not connect to x:80 (1.2.3.4).'),
    ).to.equal('Could not connect to x:80 (1.2.3.4).');
  });

  it('is none when a package is unknown', () => {
    expect(findNetworkProblem('E: Unable to locate package valkey-server')).to.equal(null);
  });
});

describe('the configuration of Redis', () => {
  const text = redisConfiguration({ port: 40_000, password: 'secret', folder: '/tmp/a b' });

  it('asks for a password, on loopback alone', () => {
    expect(text.split('\n')).to.include.members([
      'bind 127.0.0.1',
      'protected-mode yes',
      'port 40000',
      'requirepass secret',
    ]);
  });

  it('keeps nothing on disk, and allows a folder with a space in its name', () => {
    expect(text.split('\n')).to.include.members(['save ""', 'appendonly no', 'dir "/tmp/a b"']);
  });
});

describe('what Redis says of itself', () => {
  it('is read line by line', () => {
    expect(parseInfo('# Server\r\nredis_version:7.0.15\r\nexecutable:/a:b\r\n\r\n')).to.deep.equal({
      redis_version: '7.0.15',
      executable: '/a:b',
    });
  });

  it('names Valkey by its own version', () => {
    expect(describeRedis({ redis_version: '7.0.15' })).to.equal('7.0.15');
    expect(describeRedis({ redis_version: '7.2.4', valkey_version: '8.1.1' })).to.equal(
      'Valkey 8.1.1',
    );
    expect(describeRedis({})).to.equal('unknown');
  });

  it('takes only a port that Docker published on loopback', () => {
    expect(parsePublishedPort('127.0.0.1:49153\n')).to.equal(49153);
    expect(parsePublishedPort('0.0.0.0:49153\n')).to.equal(null);
    expect(parsePublishedPort('')).to.equal(null);
  });
});
