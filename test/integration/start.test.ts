import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { algorithms } from '../../src/auth/token/keys/algorithms.js';
import { endWithTests } from '../support/cleanup.js';
import { NOBODYS_PORT } from '../support/nobodys-port.js';
import { runEntry, startService, TOKEN_SECRET, type Variables } from '../support/service.js';
import { createTestDatabase, databaseUrlFor, type TestDatabase } from '../support/stores.js';
import { PRINTED_KEYS, PRINTED_SECRETS, privateP256 } from '../unit/keys/weak-keys.js';

describe('starting an instance', () => {
  let database: TestDatabase;
  let jwt: Variables;

  before(async () => {
    database = await createTestDatabase();
    jwt = {
      AUTH_STRATEGY: 'jwt',
      DATABASE_URL: database.url,
      TOKEN_SECRET: TOKEN_SECRET.toString('base64url'),
      PORT: '0',
    };
  });

  after(() => database?.drop());

  async function expectRefusal(variables: Variables, line: RegExp): Promise<void> {
    const result = await runEntry('main', variables);
    expect(result.stderr).to.match(line);
    expect(result.stderr.trimEnd().split('\n'), 'one line').to.have.length(1);
    expect(result.stdout).to.not.include('"listening"');
    expect(result.code).to.equal(1);
  }

  it('makes a GET cost as much more as the lab asks for', async () => {
    const busy = { ...jwt, COUNTERS: 'on', INJECT_BUSY_MICROSECONDS: '80000' };
    const service = await startService(busy);
    try {
      const startedMs = performance.now();
      expect((await fetch(`${service.url}/livez`)).status).to.equal(200);
      expect(performance.now() - startedMs).to.be.greaterThan(79);
    } finally {
      await service.stop();
    }
    await expectRefusal({ ...busy, COUNTERS: 'off' }, /INJECT_BUSY_MICROSECONDS may be above 0/);
  });

  it('refuses options of a MySQL address, which would be left out unseen', async () => {
    const url = 'mysql://user:secret@127.0.0.1:1/name';
    await expectRefusal(
      { ...jwt, DATABASE_URL: `${url}?ssl=true` },
      /^config_invalid: DATABASE_URL: MySQL takes no options/,
    );
  });

  it('prints where it listens, on loopback unless told otherwise', async () => {
    const service = await startService(jwt);
    try {
      const [line = ''] = service.stdout().split('\n');
      const { listening } = JSON.parse(line);
      expect(listening).to.have.all.keys('host', 'port', 'pid');
      expect(listening.host).to.equal('127.0.0.1');
      expect(listening.port).to.be.above(0);
      expect(listening.pid).to.equal(service.pid);
    } finally {
      await service.stop();
    }
  });

  it('fails on a port that is taken, and says which', async () => {
    const first = await startService(jwt);
    try {
      const { port } = new URL(first.url);
      await expectRefusal({ ...jwt, PORT: port }, new RegExp(`^address_in_use: PORT ${port} `));
    } finally {
      await first.stop();
    }
  });

  it('fails where what it prints cannot be written, as other programs of the service do', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const full = openSync('/dev/full', 'w');
    try {
      for (const entry of ['describe', 'main']) {
        const script = fileURLToPath(new URL(`../../src/${entry}.js`, import.meta.url));
        const child = endWithTests(
          spawn(process.execPath, [script], { env: { ...jwt }, stdio: ['ignore', full, 'pipe'] }),
        );
        const [code, said] = await Promise.all([
          once(child, 'exit'),
          text(child.stderr as Readable),
        ]);
        expect(code[0], entry).to.equal(1);
        expect(said).to.match(/^output_unwritable: standard output: .*ENOSPC.*\n$/);
      }
    } finally {
      closeSync(full);
    }
  });

  it('fails without a secret', async () => {
    await expectRefusal(
      { ...jwt, TOKEN_SECRET: '' },
      /^config_invalid: TOKEN_SECRET, TOKEN_KEYS or JWKS_URL is required by jwt/,
    );
  });

  it('fails with a weak secret, and names the variable but not the value', async () => {
    await expectRefusal(
      { ...jwt, TOKEN_SECRET: 'c2VjcmV0' },
      /^config_invalid: TOKEN_SECRET: is too weak: 6 bytes/,
    );
    const result = await runEntry('main', { ...jwt, TOKEN_SECRET: 'c2VjcmV0' });
    expect(result.stderr + result.stdout).to.not.include('c2VjcmV0');
  });

  it('fails with a secret that anybody knows, in each setting and process that has one', async () => {
    const known = PRINTED_SECRETS[0] as string;
    const example = Buffer.from('a-string-secret-at-least-256-bits-long').toString('base64url');
    const all = { ...jwt, REDIS_URL: 'redis://127.0.0.1:1', AUTHORITY_SECRET: jwt.TOKEN_SECRET };
    for (const [entry, name, value] of [
      ['main', 'TOKEN_SECRET', known],
      ['main', 'OPERATOR_TOKEN', example],
      ['main', 'AUTHORITY_SECRET', 'changeme'.repeat(6)],
      ['authority', 'AUTHORITY_SECRET', known],
      ['rotate-keys', 'TOKEN_SECRET', example],
      ['prediction-server', 'TOKEN_SECRET', known],
    ] as const) {
      const { stderr, code } = await runEntry(entry, { ...all, [name]: value } as Variables);
      expect(stderr, entry).to.match(new RegExp(`^config_invalid: ${name}: is (too weak|public)`));
      expect(stderr, entry).to.not.include(value);
      expect(code, entry).to.equal(1);
    }
  });

  it('fails with a key in TOKEN_KEYS that anybody can sign with, and names it', async () => {
    const good = { kty: 'EC', ...(await algorithms.ES256.generate()), kid: 'good' };
    for (const [strategy, keys, words] of [
      ['jwt', [{ kty: 'oct', kid: 'a', k: PRINTED_SECRETS[0] }], 'key "a" is public'],
      ['jwt-es256', [{ ...privateP256(1n), kid: 'a' }], 'key "a" has a private part'],
      ['jwt-es256', [good, { ...PRINTED_KEYS[2]?.[2], kid: 'b' }], 'key "b" is public'],
      [
        'jwt-eddsa',
        [
          await algorithms.EdDSA.generate(),
          { kty: 'OKP', crv: 'Ed25519', kid: 'a', x: 'A'.repeat(43) },
        ],
        'key "a" has an x of small order',
      ],
    ] as const) {
      await expectRefusal(
        { ...jwt, AUTH_STRATEGY: strategy, TOKEN_KEYS: JSON.stringify({ keys }) },
        new RegExp(`^config_invalid: TOKEN_KEYS: ${words}`),
      );
    }
  });

  it('fails without the store that the strategy needs', async () => {
    await expectRefusal(
      { ...jwt, AUTH_STRATEGY: 'session' },
      /^config_invalid: REDIS_URL is required by session/,
    );
  });

  it('fails when Redis cannot be reached and the strategy needs it', async () => {
    const url = `redis://127.0.0.1:${NOBODYS_PORT}`;
    await expectRefusal(
      { ...jwt, AUTH_STRATEGY: 'session', REDIS_URL: url },
      /^redis_unreachable: REDIS_URL: /,
    );
  });

  it('does not need Redis for tokens, even when it was given', async () => {
    const service = await startService({
      ...jwt,
      REDIS_URL: `redis://127.0.0.1:${NOBODYS_PORT}`,
    });
    await service.stop();
  });

  for (const scheme of ['postgres', 'mysql', 'mariadb']) {
    it(`fails when the database of a ${scheme}:// URL cannot be reached`, async () => {
      const url = `${scheme}://nobody@127.0.0.1:${NOBODYS_PORT}/none`;
      await expectRefusal({ ...jwt, DATABASE_URL: url }, /^database_unreachable: DATABASE_URL: /);
    });
  }

  it('fails when a mysql:// URL names no database', async () => {
    const url = `mysql://nobody@127.0.0.1:${NOBODYS_PORT}`;
    await expectRefusal({ ...jwt, DATABASE_URL: url }, /^config_invalid: DATABASE_URL: must name/);
  });

  it('fails when the database does not exist', async () => {
    const url = databaseUrlFor('t_never_created');
    await expectRefusal({ ...jwt, DATABASE_URL: url }, /^database_unreachable: .*t_never_created/);
  });

  it('reports every problem at once', async () => {
    const result = await runEntry('main', {
      AUTH_STRATEGY: 'session',
      PORT: 'http',
      COOKIE_SECURE: 'maybe',
    });
    expect(result.code).to.equal(1);
    for (const name of ['PORT', 'DATABASE_URL', 'REDIS_URL', 'COOKIE_SECURE']) {
      expect(result.stderr).to.include(name);
    }
  });
});
