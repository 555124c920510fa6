import { once } from 'node:events';
import { mkdtempSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from '../../support/service.js';
import { createTestDatabase } from '../../support/stores.js';

/** Tests that fail and clean nothing up; cleanup.test.ts runs them in a mocha of their own. */
const startAndForget = async () => {
  mkdtempSync(join(tmpdir(), 'forgotten-'));
  const { url } = await createTestDatabase();
  const variables = { AUTH_STRATEGY: 'jwt', DATABASE_URL: url };
  const [service] = await Promise.all([startService(variables), startService(variables)]);
  // One that is stopped hears nothing but SIGKILL.
  service.signal('SIGSTOP');
  writeSync(1, 'started\n');
  // The other process looks who is there, and says when it has seen them.
  await once(process.stdin, 'data');
};

describe('a hook', () => {
  before(async () => {
    await startAndForget();
    throw new Error('the hook throws half way');
  });
  it('is not reached', () => {});
});

describe('a test', () => {
  it('fails', async () => {
    await startAndForget();
    throw new Error('the test fails');
  });
  it('hangs in its process', async () => {
    await startAndForget();
    for (;;);
  });
});
