import { expect } from 'chai';
import { strategies } from '../../../src/auth/registry.js';
import {
  readAuthoritySettings,
  readDatabaseUrl,
  readInstanceSettings,
  readSeedSettings,
} from '../../../src/config/settings.js';
import { dialectOfUrl } from '../../../src/data/dialects/registry.js';
import { StartupError } from '../../../src/server/errors.js';
import { isLoopback } from '../../../src/server/loopback.js';
import { secretFrom } from '../../support/service.js';

const SECRET = secretFrom('config').toString('base64url');
const DATABASE_URL = 'postgres://lab@127.0.0.1:5432/lab';
const jwt = { AUTH_STRATEGY: 'jwt', DATABASE_URL, TOKEN_SECRET: SECRET };

async function problemsOf(environment: Record<string, string>): Promise<string> {
  try {
    await readInstanceSettings(strategies, environment);
  } catch (error) {
    expect(error).to.be.instanceOf(StartupError).that.includes({ code: 'config_invalid' });
    return (error as Error).message;
  }
  throw new Error('the settings were accepted');
}

describe('the settings of an instance', () => {
  it('have the documented defaults', async () => {
    const { settings } = await readInstanceSettings(strategies, jwt);
    expect(settings).to.deep.include({
      host: '127.0.0.1',
      port: 3000,
      databaseReplicaUrl: undefined,
      databasePoolSize: 10,
      accessTokenTtlSeconds: 300,
      sessionIdleSeconds: 1800,
      sessionAbsoluteSeconds: 43_200,
      cookieSecure: false,
      sessionCookieName: 'session',
      storeTimeoutMs: 400,
      passwordHashConcurrency: 2,
      passwordHashQueue: 32,
      logLevel: 'info',
      counters: false,
      trustProxy: false,
      injectBusyMicroseconds: 0,
      refreshTokenTtlSeconds: 1_209_600,
      refreshReplaySeconds: 10,
      delegatedTtlSeconds: 120,
      delegateClients: ['post-scheduler'],
      tokenCacheEntries: 10_000,
      keyRefreshSeconds: 5,
      loginsPerUserMax: 100,
      tokenKeys: undefined,
      jwksUrl: undefined,
      authorityUrl: undefined,
      operatorToken: undefined,
    });
    expect(settings.tokenSecret).to.have.length(32);
  });

  it('take a name for the session cookie that no browser reads a prefix in', async () => {
    const named = (name: string) =>
      readInstanceSettings(strategies, { ...jwt, SESSION_COOKIE_NAME: name }).then(
        ({ settings }) => settings.sessionCookieName,
        ({ code }) => code,
      );
    for (const name of ['session-memory', 'session.2', 'a', '2', 'A_b', 'x'.repeat(64)]) {
      expect(await named(name)).to.equal(name);
    }
    expect(await named('')).to.equal('session');
    const bad = ['__Host-session', '__Secure-a', '__host-a', 'a b', 'a=b', 'a;b', 'a,b', 'ä', '-a'];
    for (const name of [...bad, '.a', '_a', ' ', 'a\n', '"a"', 'a#2', 'x'.repeat(65)]) {
      expect(await named(name), name).to.equal('config_invalid');
    }
  });

  it('add work to requests under the lab only', async () => {
    const busy = { ...jwt, INJECT_BUSY_MICROSECONDS: '2.5' };
    expect(await problemsOf(busy)).to.include('INJECT_BUSY_MICROSECONDS may be above 0 only with');
    const { settings } = await readInstanceSettings(strategies, { ...busy, COUNTERS: 'on' });
    expect(settings.injectBusyMicroseconds).to.equal(2.5);
    for (const text of ['-1', '1e3', '2.', '100001', '1.2345']) {
      expect(
        await problemsOf({ ...jwt, COUNTERS: 'on', INJECT_BUSY_MICROSECONDS: text }),
      ).to.include('INJECT_BUSY_MICROSECONDS: must be a number from 0 to 100000');
    }
  });

  it('take an empty variable for one that is not there', async () => {
    expect((await readInstanceSettings(strategies, { ...jwt, PORT: '' })).settings.port).to.equal(
      3000,
    );
  });

  it('mark cookies Secure as soon as others can reach the instance', async () => {
    const secure = async (variables: Record<string, string>) =>
      (await readInstanceSettings(strategies, { ...jwt, ...variables })).settings.cookieSecure;
    expect(await secure({ HOST: '0.0.0.0' })).to.equal(true);
    expect(await secure({ HOST: 'localhost' })).to.equal(false);
    expect(await secure({ HOST: '127.0.0.1', COOKIE_SECURE: 'on' })).to.equal(true);
    expect(await secure({ HOST: '0.0.0.0', COOKIE_SECURE: 'off' })).to.equal(false);
  });

  it('show documentation to this machine only, unless told otherwise', async () => {
    const shown = async (variables: Record<string, string>) =>
      (await readInstanceSettings(strategies, { ...jwt, ...variables })).settings.docs;
    expect(await shown({})).to.equal(true);
    expect(await shown({ DOCS: 'off' })).to.equal(false);
    expect(await shown({ HOST: '0.0.0.0' })).to.equal(false);
    expect(await shown({ TRUST_PROXY: 'on' })).to.equal(false);
    expect(await shown({ HOST: '0.0.0.0', DOCS: 'on' })).to.equal(true);
    expect(await problemsOf({ ...jwt, DOCS: 'yes' })).to.match(/^DOCS: /);
  });

  it('take a replica of the same kind of database', async () => {
    const withReplica = (url: string) => ({ ...jwt, DATABASE_REPLICA_URL: url });
    const url = 'postgresql://lab@127.0.0.1:5433/lab';
    const { settings } = await readInstanceSettings(strategies, withReplica(url));
    expect(settings.databaseReplicaUrl).to.equal(url);
    expect(await problemsOf(withReplica('mysql://lab@127.0.0.1:3306/lab'))).to.equal(
      'DATABASE_REPLICA_URL must be of the same kind of database as DATABASE_URL',
    );
    const secret = await problemsOf(withReplica('postgres://lab:hidden@127.0.0.1'));
    expect(secret)
      .to.match(/^DATABASE_REPLICA_URL: /)
      .and.not.to.include('hidden');
    expect(
      await problemsOf({
        ...withReplica(url),
        DATABASE_URL: `${DATABASE_URL}?sslmode=require`,
        PGSSLMODE: 'require',
      }),
    ).to.match(/^PGSSLMODE is not read: write \?sslmode= at the end of DATABASE_REPLICA_URL/);
  });

  it('name a strategy of the registry', async () => {
    expect(await problemsOf({ DATABASE_URL })).to.equal('AUTH_STRATEGY is required');
    const unknown = await problemsOf({ DATABASE_URL, AUTH_STRATEGY: 'oauth' });
    expect(unknown).to.match(/^AUTH_STRATEGY: .*"session"\|.*"jwt"\|.*"none"/);
    expect(await problemsOf({ DATABASE_URL, AUTH_STRATEGY: 'toString' })).to.match(
      /^AUTH_STRATEGY: /,
    );
  });

  it('report every problem, those of the strategy too', async () => {
    const message = await problemsOf({
      AUTH_STRATEGY: 'session',
      PORT: '70000',
      DATABASE_URL: 'sqlserver://somewhere',
      HOST: '0.0.0.0',
      COUNTERS: 'on',
    });
    expect(message.split('; ').map((problem) => problem.split(/[ :]/)[0])).to.have.members([
      'PORT',
      'DATABASE_URL',
      'REDIS_URL',
      'COUNTERS',
    ]);
  });

  it('refuse a secret that is short, repeated, or not base64url', async () => {
    const secrets = {
      short: Buffer.alloc(31, 'abcdefghijklmnopqrstuvwxyz').toString('base64url'),
      repeated: Buffer.alloc(64, 'abc').toString('base64url'),
      padded: `${SECRET}=`,
      base64: '+/+/'.repeat(12),
    };
    for (const [what, secret] of Object.entries(secrets)) {
      const message = await problemsOf({ ...jwt, TOKEN_SECRET: secret });
      expect(message, what).to.match(/^TOKEN_SECRET: /);
      expect(message, what).to.not.include(secret);
    }
  });

  it('hold what others know them by to the same strength', async () => {
    for (const name of ['OPERATOR_TOKEN', 'AUTHORITY_SECRET']) {
      const weak = await problemsOf({
        ...jwt,
        [name]: Buffer.alloc(64, 'ab').toString('base64url'),
      });
      expect(weak).to.match(new RegExp(`^${name}: is too weak`));
      const { settings } = await readInstanceSettings(strategies, { ...jwt, [name]: SECRET });
      const read = {
        OPERATOR_TOKEN: settings.operatorToken,
        AUTHORITY_SECRET: settings.authoritySecret,
      };
      expect(read[name as keyof typeof read]).to.have.length(32);
    }
  });

  it('ask for what the strategy needs, and for one source of keys where there are three', async () => {
    const of = (AUTH_STRATEGY: string, variables = {}) =>
      problemsOf({ AUTH_STRATEGY, DATABASE_URL, ...variables });
    expect(await of('session-cookie')).to.match(/^TOKEN_SECRET is required by session-cookie/);
    expect(await of('jwt-es256')).to.equal(
      'TOKEN_SECRET, TOKEN_KEYS or JWKS_URL is required by jwt-es256',
    );
    expect(await of('jwt-denylist', { TOKEN_SECRET: SECRET })).to.equal(
      'REDIS_URL is required by jwt-denylist',
    );
    expect(await of('opaque', { AUTHORITY_URL: 'http://127.0.0.1:1' })).to.match(
      /AUTHORITY_SECRET .*required by opaque/,
    );
    const sources = { TOKEN_SECRET: SECRET, TOKEN_KEYS: '{"keys":[]}', JWKS_URL: 'http://a/b' };
    for (const [name, value] of Object.entries(sources)) {
      const { settings } = await readInstanceSettings(strategies, {
        AUTH_STRATEGY: 'jwt-es256',
        DATABASE_URL,
        [name]: value,
      });
      expect(settings.strategyName).to.equal('jwt-es256');
    }
  });

  it('name the clients that may act for users in a shape that fits tokens and headers', async () => {
    const clients = async (DELEGATE_CLIENTS: string) =>
      (await readInstanceSettings(strategies, { ...jwt, DELEGATE_CLIENTS })).settings
        .delegateClients;
    expect(await clients('a, post-scheduler ,b.c_1')).to.deep.equal([
      'a',
      'post-scheduler',
      'b.c_1',
    ]);
    for (const names of ['A', 'a,,b', 'a b', '-a', '"a"', `${'a'.repeat(65)}`, 'é']) {
      expect(await problemsOf({ ...jwt, DELEGATE_CLIENTS: names })).to.match(/^DELEGATE_CLIENTS: /);
    }
  });

  it('are whole numbers in their range', async () => {
    const wrong = {
      REFRESH_TOKEN_TTL_SECONDS: '0',
      REFRESH_REPLAY_SECONDS: '61',
      DELEGATED_TTL_SECONDS: '-1',
      TOKEN_CACHE_ENTRIES: '1000001',
      KEY_REFRESH_SECONDS: '0.5',
      LOGINS_PER_USER_MAX: 'many',
    };
    const message = await problemsOf({ ...jwt, ...wrong });
    const named = message.split('; ').map((problem) => problem.split(':')[0]);
    expect(named).to.have.members(Object.keys(wrong));
    for (const problem of message.split('; ')) {
      expect(problem).to.include('must be a whole number from ');
    }
  });

  it('take addresses of keys and authorities over HTTP only, and do not repeat them', async () => {
    for (const name of ['JWKS_URL', 'AUTHORITY_URL']) {
      const message = await problemsOf({ ...jwt, [name]: 'file:///etc/hunter2' });
      expect(message)
        .to.match(new RegExp(`^${name}: must be a URL`))
        .and.not.include('hunter2');
    }
  });

  it('let the control listen on loopback only', async () => {
    const none = { AUTH_STRATEGY: 'none', DATABASE_URL };
    expect((await readInstanceSettings(strategies, none)).settings.host).to.equal('127.0.0.1');
    expect(await problemsOf({ ...none, HOST: '0.0.0.0' })).to.match(/^HOST must be loopback/);
  });

  it('do not repeat a URL that may hold a password', async () => {
    const message = await problemsOf({ ...jwt, DATABASE_URL: 'sqlserver://root:hunter2@db/x' });
    expect(message).to.not.include('hunter2');
  });

  for (const host of ['127.0.0.1', '127.8.9.1', '::1', 'localhost']) {
    it(`take ${host} for loopback`, () => expect(isLoopback(host)).to.equal(true));
  }
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.example.test', '127.0.0.1.example.test']) {
    it(`do not take ${host} for loopback`, () => expect(isLoopback(host)).to.equal(false));
  }
});

describe('the settings of seeding', () => {
  it('have the documented defaults and know production', () => {
    expect(readSeedSettings({ DATABASE_URL })).to.deep.equal({
      databaseUrl: DATABASE_URL,
      users: 100,
      posts: 10_000,
      production: false,
    });
    expect(readSeedSettings({ DATABASE_URL, NODE_ENV: 'production' }).production).to.equal(true);
  });

  it('takes every database that there is a dialect for', () => {
    for (const scheme of ['postgres', 'postgresql', 'mysql', 'mariadb']) {
      const url = `${scheme}://lab@127.0.0.1/lab`;
      expect(readDatabaseUrl({ DATABASE_URL: url })).to.equal(url);
      expect(dialectOfUrl(url).product).to.equal(scheme.startsWith('p') ? 'PostgreSQL' : 'MySQL');
    }
  });
});

describe('the settings of the authority', () => {
  const given = { REDIS_URL: 'redis://127.0.0.1:6379', AUTHORITY_SECRET: SECRET };

  it('have the documented defaults, and less patience with Redis than an instance has', () => {
    expect(readAuthoritySettings(given)).to.deep.include({
      host: '127.0.0.1',
      port: 3100,
      redisTimeoutMs: 300,
      sessionIdleSeconds: 1800,
      sessionAbsoluteSeconds: 43_200,
      loginsPerUserMax: 100,
      counters: false,
    });
  });

  it('name everything that is missing or wrong', () => {
    const environment = { AUTHORITY_SECRET: 'AAAA', HOST: '0.0.0.0' };
    expect(() => readAuthoritySettings(environment)).to.throw(
      StartupError,
      /^REDIS_URL is required; AUTHORITY_SECRET: is too weak/,
    );
    const open = { ...given, HOST: '0.0.0.0', COUNTERS: 'on' };
    expect(() => readAuthoritySettings(open)).to.throw(StartupError, /COUNTERS.*loopback/);
  });
});
