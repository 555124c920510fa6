import { expect } from 'chai';
import { Redis } from 'ioredis';
import { ApiClient } from '../support/api-client.js';
import { startLab } from '../support/lab.js';
import { runEntry, startService, type Variables } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

/** Variables that clients of PostgreSQL take for defaults: each alone would break a connection. */
const AMBIENT = {
  PGHOST: '127.0.0.1',
  PGPORT: '1',
  PGUSER: 'nobody-of-that-name',
  PGPASSWORD: 'not-the-password',
  PGDATABASE: 'none',
  PGOPTIONS: '-c default_transaction_read_only=on',
};

describe('settings of stores that do not hold', () => {
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  let session: Variables;

  before(async () => {
    database = await createTestDatabase();
    redis = await createTestRedis();
    session = {
      AUTH_STRATEGY: 'session',
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      PORT: '0',
    };
  });

  after(async () => {
    redis?.close();
    await database?.drop();
  });

  const server = () => redis.url.replace(/\/\d*$/, '');
  const withPassword = (url: string, password: string) => {
    const { protocol, username, host, pathname } = new URL(url);
    return `${protocol}//${username || 'user'}:${password}@${host}${pathname}`;
  };

  const refused: [string, () => Variables, RegExp][] = [
    [
      'a database that Redis has not',
      () => ({ REDIS_URL: `${server()}/99` }),
      /^redis_unreachable: REDIS_URL: .*(out of range|invalid)/i,
    ],
    [
      'a user that Redis has not',
      () => ({ REDIS_URL: withPassword(redis.url, 'secret') }),
      /^redis_unreachable: REDIS_URL: .*(WRONGPASS|AUTH)/,
    ],
    [
      'a name where Redis has numbers',
      () => ({ REDIS_URL: `${server()}/sessions` }),
      /^config_invalid: REDIS_URL: must have the number of a database/,
    ],
    [
      'options of a client',
      () => ({ REDIS_URL: `${redis.url}?db=3` }),
      /^config_invalid: REDIS_URL: takes no options/,
    ],
    [
      'a % that begins no escape, for Redis',
      () => ({ REDIS_URL: withPassword(redis.url, '100%secret') }),
      /^config_invalid: REDIS_URL: has a % that begins no escape/,
    ],
    [
      'a % that begins no escape, for the database',
      () => ({ DATABASE_URL: withPassword(database.url, '100%secret') }),
      /^config_invalid: DATABASE_URL: has a % that begins no escape/,
    ],
    [
      'half a character in a password',
      () => ({ DATABASE_URL: withPassword(database.url, '%C3secret') }),
      /^config_invalid: DATABASE_URL: has a % that begins no escape/,
    ],
    [
      'an address of something else',
      () => ({ DATABASE_URL: 'http://127.0.0.1/secret' }),
      /^config_invalid: DATABASE_URL: must be a URL such as postgres:/,
    ],
    [
      'a word',
      () => ({ DATABASE_URL: 'secret' }),
      /^config_invalid: DATABASE_URL: must be a URL such as postgres:/,
    ],
    [
      'options that change what statements mean',
      () => ({ DATABASE_URL: 'postgres://u@127.0.0.1:1/secret?options=-cdefault_x%3Don' }),
      /^config_invalid: DATABASE_URL: takes these options alone/,
    ],
    [
      'TLS that is asked for where nobody reads it',
      () => ({ DATABASE_URL: 'postgres://u@127.0.0.1:1/secret', PGSSLMODE: 'require' }),
      /^config_invalid: PGSSLMODE is not read: write \?sslmode=/,
    ],
  ];
  for (const [what, variables, line] of refused) {
    it(`end the start with one line that names the variable: ${what}`, async () => {
      const result = await runEntry('main', { ...session, ...variables() });
      expect(result.stderr).to.match(line);
      expect(result.stderr.trimEnd().split('\n'), 'one line').to.have.length(1);
      expect(result.stdout + result.stderr).to.not.include('secret');
      expect(result.stdout).to.not.include('"listening"');
      expect(result.code).to.equal(1);
    });
  }

  it('end the start of whatever else reads them', async () => {
    const wrong = { ...session, DATABASE_URL: withPassword(database.url, '%secret') };
    for (const entry of ['migrate', 'seed', 'rotate-keys', 'prediction-server', 'authority']) {
      const { code, stderr } = await runEntry(entry, {
        ...wrong,
        REDIS_URL: `${redis.url}?db=3`,
      });
      expect(code, entry).to.equal(1);
      expect(stderr, entry).to.match(/^config_invalid: .*(DATABASE|REDIS)_URL/s);
      expect(stderr, entry).to.not.match(/secret|\n +at /);
    }
  });

  it('are not those of the shell, which clients of PostgreSQL take for defaults', async () => {
    const service = await startService({ ...session, ...AMBIENT });
    try {
      const api = new ApiClient(service.url);
      const credential = await api.logIn(await api.register('ambient'));
      expect((await api.call('GET', '/me', { credential })).status).to.equal(200);
    } finally {
      await service.stop();
    }
  });

  it('are not asked of a user of Redis that may do only what the sessions need', async () => {
    const admin = new Redis(server());
    const name = `limited-${process.pid}`;
    await admin.call('ACL', 'SETUSER', name, 'on', '>a%b', '~*', '&*', '+@all', '-select');
    try {
      const url = new URL(server());
      const limited = `redis://${name}:a%25b@${url.host}`;
      const service = await startService({ ...session, REDIS_URL: limited });
      const api = new ApiClient(service.url);
      const credential = await api.logIn(await api.register('limited'));
      expect((await api.call('GET', '/me', { credential })).status).to.equal(200);
      await service.stop();
    } finally {
      await admin.call('ACL', 'DELUSER', name);
      admin.disconnect();
    }
  });

  it('leave the servers alone that the lab starts for itself', async function () {
    this.timeout(60_000);
    const foreign = { MYSQL_HOST: 'nowhere', MYSQL_UNIX_PORT: '/none', REDISCLI_AUTH: 'x' };
    const lab = startLab(['stores'], { ...AMBIENT, ...foreign, PGSSLMODE: 'require' });
    await lab.printed(/Ctrl-C/);
    expect(lab.stdout()).to.match(/^export DATABASE_URL='postgres/m);
    lab.child.kill('SIGINT');
    expect(await lab.ended).to.equal(130);
  });

  for (const [what, variables, line] of [
    [
      'a database that Redis has not',
      () => ({ REDIS_URL: `${server()}/99` }),
      /^REDIS_UNREACHABLE: REDIS_URL is set, but .*(out of range|invalid)/i,
    ],
    [
      'a % that begins no escape',
      () => ({ DATABASE_URL: withPassword(database.url, '%secret') }),
      /^SETTING_INVALID: DATABASE_URL has a % that begins no escape/,
    ],
    [
      'an address of something else',
      () => ({ DATABASE_URL: 'http://127.0.0.1/x' }),
      /^SETTING_INVALID: DATABASE_URL must be a URL that begins with postgres/,
    ],
    ['a word', () => ({ DATABASE_URL: 'foo' }), /^SETTING_INVALID: DATABASE_URL must be a URL/],
  ] as [string, () => Variables, RegExp][]) {
    it(`end a command of the lab before it starts anything: ${what}`, async () => {
      const lab = startLab(['stores'], variables());
      expect(await lab.ended).to.equal(1);
      expect(lab.stderr())
        .to.match(line)
        .and.not.match(/secret|\n +at /);
      expect(lab.stdout()).to.equal('');
    });
  }
});
