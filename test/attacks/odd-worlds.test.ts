import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { ApiClient, expectProblem } from '../support/api-client.js';
import { runEntry, startService, WHOLE_HASHES } from '../support/service.js';
import { watchStores } from '../support/store-snapshot.js';
import {
  adminQuery,
  createTestDatabase,
  createTestRedis,
  databaseUrlFor,
} from '../support/stores.js';
import { createTcpGate } from '../support/tcp-gate.js';

// Attacks that need a world of their own; what they prove holds for every strategy.
describe('attacks in odd worlds', () => {
  it('a database of another locale gives no further guesses to who spells an address otherwise', async () => {
    // Here PostgreSQL takes U+0130 for a small i, which JavaScript does not.
    const name = `t_${randomBytes(6).toString('hex')}`;
    await adminQuery(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'
       LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'`,
    );
    const url = databaseUrlFor(name);
    try {
      expect((await runEntry('migrate', { DATABASE_URL: url })).code).to.equal(0);
      const service = await startService({ AUTH_STRATEGY: 'none', DATABASE_URL: url });
      try {
        const api = new ApiClient(service.url);
        const { email, password } = await api.register('victim.i');
        expect((await api.login(email.toUpperCase(), password)).status).to.equal(200);
        for (const spelled of [email.replace('i', '\u0130'), email.replaceAll('i', '\u0130')]) {
          expectProblem(await api.login(spelled, password), 401, 'login_failed');
        }
      } finally {
        await service.stop();
      }
    } finally {
      await adminQuery(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });

  it('a database that goes away in the middle of a login leaves no credential behind', async () => {
    const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const gate = await createTcpGate(database.url);
    const service = await startService({
      AUTH_STRATEGY: 'session',
      DATABASE_URL: gate.url,
      REDIS_URL: redis.url,
      ...WHOLE_HASHES,
      PASSWORD_HASH_CONCURRENCY: '1',
      STORE_TIMEOUT_MS: '3000',
    });
    const stores = await watchStores(database.url, redis.client);
    try {
      const api = new ApiClient(service.url);
      const { email, password } = await api.register('victim');
      await stores.unchanged(async () => {
        // Hashes before it hold the login up after it has read the user.
        const before = Array.from({ length: 28 }, () => api.login('nobody@example.test', password));
        await Promise.race(before);
        const login = api.login(email, password);
        // Six more hashes are time enough to read a user, and twenty are still to come.
        await Promise.all(before.slice(0, 7));
        await gate.shut();
        const answer = await login;
        expectProblem(answer, 503, 'database_unavailable');
        expect(answer.headers.getSetCookie()).to.deep.equal([]);
        await Promise.all(before);
      });
    } finally {
      await stores.close();
      await service.stop();
      await database.drop();
      redis.close();
    }
  });
});
