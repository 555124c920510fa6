import { mkdtempSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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
  // Time for the other process to look who is there.
  await delay(300);
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
