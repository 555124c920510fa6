import { expect } from 'chai';
import { ApiClient } from '../support/api-client.js';
import { runEntry, startService } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';

describe('seeding', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(() => database?.drop());

  const seed = (variables = {}) =>
    runEntry('seed', {
      DATABASE_URL: database.url,
      SEED_USERS: '5',
      SEED_POSTS: '50',
      ...variables,
    });

  const contents = async () => ({
    users: await database.query('SELECT id, email, name, created_at FROM users ORDER BY id'),
    posts: await database.query('SELECT * FROM posts ORDER BY id'),
  });

  it('brings the tables to the same state each time, whatever was done in between', async () => {
    const first = await seed();
    expect(first.stderr).to.equal('');
    const before = await contents();
    expect(before.users).to.have.length(5);
    expect(before.posts).to.have.length(50);

    await database.query('DELETE FROM posts WHERE id % 2 = 0');
    await database.query(
      `INSERT INTO users (email, name, password_hash) VALUES ('x@example.test', 'x', 'x')`,
    );
    const second = await seed();
    expect(second.stdout).to.equal(first.stdout);
    expect(await contents()).to.deep.equal(before);
  });

  it('prints users, password and posts, and everybody can log in', async () => {
    const { seeded } = JSON.parse((await seed()).stdout);
    expect(seeded.posts).to.deep.equal({ count: 50, firstId: 1, lastId: 50 });
    expect(seeded.users[4]).to.deep.equal({
      id: 5,
      email: 'user0005@example.test',
      name: 'User 0005',
    });
    const service = await startService({ AUTH_STRATEGY: 'jwt', DATABASE_URL: database.url });
    try {
      const api = new ApiClient(service.url);
      for (const { email } of seeded.users) {
        expect((await api.login(email, seeded.password)).status).to.equal(200);
      }
    } finally {
      await service.stop();
    }
  });

  it('writes posts of a realistic size, dealt evenly', async () => {
    await seed();
    const [sizes] = await database.query<{ title: string; body: string }>(
      'SELECT avg(length(title)) AS title, avg(length(body)) AS body FROM posts',
    );
    expect(Number(sizes?.title)).to.be.within(30, 50);
    expect(Number(sizes?.body)).to.be.within(350, 450);
    const owners = await database.query<{ n: number | string }>(
      'SELECT count(*) AS n FROM posts GROUP BY owner_id',
    );
    expect(owners.map(({ n }) => Number(n))).to.deep.equal(Array(5).fill(10));
  });

  it('lets the API go on with the next id', async () => {
    await seed();
    const [row] = await database.query<{ id: number }>(
      `INSERT INTO posts (owner_id, title, body) VALUES (1, 't', 'b') RETURNING id`,
    );
    expect(row?.id).to.equal(51);
  });

  it('destroys nobody else’s data', async () => {
    await database.query(
      `INSERT INTO users (email, name, password_hash) VALUES ('someone@example.com', 'Someone', 'x')`,
    );
    const result = await seed();
    expect(result.code).to.equal(1);
    expect(result.stderr).to.match(/^seed_refused: /);
    expect((await contents()).users).to.have.length(1);
  });

  it('does not run in production', async () => {
    const result = await seed({ NODE_ENV: 'production' });
    expect(result.code).to.equal(1);
    expect(result.stderr).to.match(/^seed_refused: NODE_ENV/);
    expect((await contents()).users).to.have.length(0);
  });
});

describe('migrating', () => {
  it('applies each migration once', async () => {
    const database = await createTestDatabase();
    try {
      await database.query(
        'DROP TABLE idempotency_keys, refresh_families, signing_keys, posts, users, migrations',
      );
      const first = await runEntry('migrate', { DATABASE_URL: database.url });
      expect(JSON.parse(first.stdout)).to.deep.equal({
        migrated: {
          applied: [
            'CreateUsersAndPosts1760000000000',
            'LoginsKeysAndDelegation1770000000000',
            'PostVersionsAndIdempotencyKeys1780000000000',
            'PasswordChanges1791000000000',
            'ExpiryOfRefreshFamilies1792000000000',
          ],
        },
      });
      const second = await runEntry('migrate', { DATABASE_URL: database.url });
      expect(JSON.parse(second.stdout)).to.deep.equal({ migrated: { applied: [] } });
    } finally {
      await database.drop();
    }
  });
});

describe('describing', () => {
  it('lists the strategies with what they declare, and connects to nothing', async () => {
    const result = await runEntry('describe', {});
    expect(result.stderr).to.equal('');
    const { strategies } = JSON.parse(result.stdout);
    expect(strategies.map(({ name }: { name: string }) => name)).to.include.members([
      'session',
      'jwt',
      'none',
    ]);
    for (const strategy of strategies) {
      expect(strategy.summary).to.be.a('string').that.is.not.empty;
      expect(strategy.control).to.equal(strategy.name === 'none');
      expect(strategy.perRequest, strategy.name).to.have.all.keys('redis', 'authority');
    }
  });
});
