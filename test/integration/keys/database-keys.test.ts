import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { type Logger, pino } from 'pino';
import { algorithms } from '../../../src/auth/token/keys/algorithms.js';
import { openDatabaseKeys } from '../../../src/auth/token/keys/database-keys.js';
import type { KeySet } from '../../../src/auth/token/keys/key-set.js';
import {
  type Rotation,
  type RotationPlan,
  rotateKeys,
} from '../../../src/auth/token/keys/rotate.js';
import type { TokenAlgorithm } from '../../../src/config/settings.js';
import { type Database, openDatabase } from '../../../src/data/database.js';
import { eventually } from '../../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../support/stores.js';
import { createTcpGate, type TcpGate } from '../../support/tcp-gate.js';

const SECOND_MS = 1000;
const COOLDOWN_MS = 3000;
const DAY_MS = 86_400_000;
const silent = pino({ level: 'silent' });

describe('keys shared through the database', () => {
  const tokenSecret = randomBytes(32);
  let testDatabase: TestDatabase;
  let gate: TcpGate;
  let database: Database;
  let time: number;
  const opened: KeySet[] = [];

  before(async () => {
    testDatabase = await createTestDatabase();
    gate = await createTcpGate(testDatabase.url);
    database = await openDatabase({ url: gate.url, poolSize: 4, timeoutMs: 1000, log: silent });
  });
  beforeEach(async () => {
    time = 1_800_000_000_000;
    await testDatabase.query('DELETE FROM signing_keys');
  });
  afterEach(() => {
    for (const keys of opened.splice(0)) {
      keys.close();
    }
  });
  after(async () => {
    await database?.close();
    await gate?.shut();
    await testDatabase?.drop();
  });

  async function open(
    options: {
      alg?: TokenAlgorithm;
      secret?: Uint8Array;
      refreshSeconds?: number;
      log?: Logger;
      through?: Database;
    } = {},
  ): Promise<KeySet> {
    const keys = await openDatabaseKeys({
      algorithm: algorithms[options.alg ?? 'ES256'],
      database: options.through ?? database,
      tokenSecret: options.secret ?? tokenSecret,
      refreshSeconds: options.refreshSeconds ?? 3600,
      patienceMs: 1000,
      log: options.log ?? silent,
      now: () => time,
    });
    opened.push(keys);
    return keys;
  }

  function rotate(plan: Partial<RotationPlan> = {}): Promise<Rotation> {
    const whole: RotationPlan = {
      algorithm: undefined,
      tokenSecret,
      publishSeconds: 30,
      compromised: false,
      keyRefreshSeconds: 5,
      tokenTtlSeconds: 300,
      ...plan,
    };
    return rotateKeys(database.dataSource.manager, whole, () => time);
  }

  const rows = () =>
    testDatabase.query<{ kid: string; alg: string; sealed_key: Buffer; ends_at: Date | null }>(
      'SELECT * FROM signing_keys ORDER BY signs_from',
    );
  const signer = (keys: KeySet) => keys.signingKey()?.kid;
  const failureOf = (promise: unknown) =>
    Promise.resolve(promise).then(
      () => undefined,
      (error) => error,
    );

  for (const alg of Object.keys(algorithms) as TokenAlgorithm[]) {
    it(`are made once when instances start together, and all agree (${alg})`, async () => {
      const sets = await Promise.all([open({ alg }), open({ alg }), open({ alg })]);
      const [row, ...others] = await rows();
      expect(others).to.have.length(0);
      expect(new Set(sets.map(signer))).to.deep.equal(new Set([row?.kid]));
      const [first, , last] = sets.map((keys) => keys.verificationKey(row?.kid as string));
      const data = Buffer.from('token');
      const use = { ...algorithms[alg].parameters, hash: 'SHA-256' };
      const key = sets[1]?.signingKey()?.key as CryptoKeyOf<typeof first>;
      const signature = await crypto.subtle.sign(use, key, data);
      for (const verifier of [first, last] as CryptoKeyOf<typeof first>[]) {
        expect(await crypto.subtle.verify(use, verifier, signature, data)).to.equal(true);
      }
    });
  }

  it('do not mix algorithms', async () => {
    const [es256, rs256] = await Promise.all([open({ alg: 'ES256' }), open({ alg: 'RS256' })]);
    expect(await rows()).to.have.length(2);
    expect(es256.verificationKey(signer(rs256) as string)).to.equal(undefined);
    expect(es256.publicKeys()?.keys.map(({ kid }) => kid)).to.deep.equal([signer(es256)]);
  });

  it('rest sealed: no part of a key is readable in the table', async () => {
    const keys = await open({ alg: 'HS256' });
    expect(keys.publicKeys()).to.equal(undefined);
    const [row] = await rows();
    expect(row?.sealed_key.toString('latin1')).to.not.match(/kty|oct/);
  });

  it('refuse to start under another secret, and leave the table alone', async () => {
    await open();
    const before = await rows();
    const error = await failureOf(open({ secret: randomBytes(32) }));
    expect(error).to.include({ code: 'keys_unreadable' });
    expect(error.message)
      .to.include(before[0]?.kid)
      .and.match(/TOKEN_SECRET does not open/);
    expect(await rows()).to.deep.equal(before);
  });

  it('refuse a row that was moved to another kid or algorithm', async () => {
    await open();
    await testDatabase.query("UPDATE signing_keys SET kid = 'mine'");
    expect(await failureOf(open())).to.include({ code: 'keys_unreadable' });
  });

  it('are signed with by an instance whose clock is behind the maker’s', async () => {
    const kid = signer(await open());
    time -= 10 * SECOND_MS;
    expect(signer(await open())).to.equal(kid);
  });

  it('change hands without a gap: published, then signing, then the old one ends', async () => {
    const keys = await open();
    const old = signer(keys) as string;
    const rotation = await rotate();
    expect(rotation.alg).to.equal('ES256');
    expect(rotation.signsFrom.getTime()).to.equal(time + 30 * SECOND_MS);
    expect(rotation.oldKeysEndAt.getTime()).to.equal(time + (30 + 300 + 60) * SECOND_MS);

    time += COOLDOWN_MS;
    expect(await keys.verificationKey(rotation.kid), 'known before it signs').to.have.property(
      'type',
      'public',
    );
    expect(keys.publicKeys()?.keys.map(({ kid }) => kid)).to.deep.equal([old, rotation.kid]);
    time = rotation.signsFrom.getTime() - 1;
    expect(signer(keys)).to.equal(old);
    time += 1;
    expect(signer(keys)).to.equal(rotation.kid);
    time = rotation.oldKeysEndAt.getTime() - 1;
    expect(keys.verificationKey(old), 'its last token is a minute dead').to.have.property(
      'type',
      'public',
    );
    time += 1;
    expect(await keys.verificationKey(old)).to.equal(undefined);
    expect(keys.publicKeys()?.keys.map(({ kid }) => kid)).to.deep.equal([rotation.kid]);
    expect(signer(await open()), 'a new instance').to.equal(rotation.kid);

    time += DAY_MS + 1;
    await rotate();
    expect((await rows()).map(({ kid }) => kid)).to.not.include(old);
  });

  it('stand a second rotation before the first has taken effect', async () => {
    const keys = await open();
    const first = await rotate({ publishSeconds: 600 });
    time += 10 * SECOND_MS;
    const second = await rotate();
    expect(second.signsFrom.getTime()).to.be.above(first.signsFrom.getTime());
    expect(second.oldKeysEndAt.getTime()).to.be.above(first.oldKeysEndAt.getTime());
    expect((await rows())[0]?.ends_at, 'the first end stays').to.deep.equal(first.oldKeysEndAt);
    time += COOLDOWN_MS;
    expect(await keys.verificationKey(second.kid)).to.have.property('type', 'public');
    time = second.signsFrom.getTime();
    expect(signer(keys)).to.equal(second.kid);
    expect(keys.verificationKey(first.kid)).to.have.property('type', 'public');
  });

  it('end at once when they are compromised, on every instance that looks again', async () => {
    const keys = await open({ refreshSeconds: 1 });
    const old = signer(keys) as string;
    await rotate();
    const rotation = await rotate({ compromised: true, publishSeconds: 0 });
    expect(rotation.signsFrom.getTime()).to.equal(time);
    await eventually(async () => signer(keys) === rotation.kid, 'seen', 3000);
    expect(await keys.verificationKey(old)).to.equal(undefined);
    expect(keys.publicKeys()?.keys.map(({ kid }) => kid)).to.deep.equal([rotation.kid]);
  });

  it('rotate side by side: one key without an end remains', async () => {
    await open();
    await Promise.all([rotate(), rotate()]);
    const lasting = (await rows()).filter((row) => row.ends_at === null);
    expect(await rows()).to.have.length(3);
    expect(lasting).to.have.length(1);
  });

  it('are not rotated sooner than everybody can see the new one', async () => {
    await open();
    const error = await failureOf(rotate({ keyRefreshSeconds: 11 }));
    expect(error).to.include({ code: 'config_invalid' });
    expect(error.message).to.match(/KEY_PUBLISH_SECONDS must be at least 31/);
    expect(await rows()).to.have.length(1);
    // No cache has symmetric keys.
    await rotate({ algorithm: 'HS256', keyRefreshSeconds: 11, publishSeconds: 16 });
  });

  it('are not rotated under another secret, nor when it is unclear which', async () => {
    expect(await failureOf(rotate())).to.include({ code: 'config_invalid' });
    await open();
    expect(await failureOf(rotate({ tokenSecret: randomBytes(32) }))).to.include({
      code: 'keys_unreadable',
    });
    expect(await rows()).to.have.length(1);
    await open({ alg: 'HS256' });
    const error = await failureOf(rotate());
    expect(error.message).to.match(/KEY_ALG is required: .* ES256/);
    expect((await rotate({ algorithm: 'HS256' })).alg).to.equal('HS256');
  });

  it('get a successor when a hand left none', async () => {
    const keys = await open({ refreshSeconds: 1 });
    const old = signer(keys) as string;
    const { kid } = await rotate();
    await testDatabase.query('DELETE FROM signing_keys WHERE kid = $1', [kid]);
    await eventually(async () => signer(keys) !== old, 'a new one', 3000);
    expect(keys.verificationKey(old)).to.have.property('type', 'public');
  });

  it('stay while PostgreSQL is away, and only what is unknown is "cannot know"', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const keys = await open({ refreshSeconds: 1, log });
    const kid = signer(keys) as string;
    await gate.shut();
    try {
      await eventually(async () => lines.length > 0, 'the outage in the log', 4000);
      expect(signer(keys)).to.equal(kid);
      expect(keys.verificationKey(kid)).to.have.property('type', 'public');
      expect(await failureOf(keys.verificationKey('other'))).to.include({
        code: 'database_unavailable',
        status: 503,
      });
      time += DAY_MS * 30;
      expect(signer(keys), 'for as long as it takes').to.equal(kid);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(lines, 'one line an outage').to.have.length(1);
    } finally {
      await gate.open();
    }
    await eventually(async () => lines.length > 1, 'the end of the outage in the log', 2000);
    expect(lines[1]).to.match(/can be refreshed again/);
    expect(await keys.verificationKey('other')).to.equal(undefined);
  });

  it('are read once in a few seconds under a flood of unknown kids', async () => {
    let reads = 0;
    const counting: Database = {
      ...database,
      run: (work) => {
        reads += 1;
        return database.run(work);
      },
    };
    const keys = await open({ through: counting });
    reads = 0;
    time += COOLDOWN_MS;
    const flood = Array.from({ length: 1000 }, (_, index) => keys.verificationKey(`no ${index}`));
    expect(new Set(await Promise.all(flood))).to.deep.equal(new Set([undefined]));
    expect(keys.verificationKey('late')).to.equal(undefined);
    expect(reads).to.equal(1);
  });
});

type CryptoKeyOf<T> = Exclude<Awaited<T>, undefined>;
