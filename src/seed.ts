import { createPasswordHasher } from './auth/credentials/password.js';
import { readSeedSettings } from './config/settings.js';
import { SEED_PASSWORD } from './data/seed-content.js';
import { seedDatabase } from './data/seed-database.js';
import { withDatabase } from './data/with-database.js';
import { printLine, runEntry } from './server/entry.js';
import { StartupError } from './server/errors.js';

const TIMEOUT_MS = 60_000;

await runEntry(async () => {
  const settings = readSeedSettings();
  if (settings.production) {
    throw new StartupError('seed_refused', 'NODE_ENV is production, and seeding deletes all users');
  }
  await withDatabase(
    { url: settings.databaseUrl, timeoutMs: TIMEOUT_MS },
    async ({ dataSource }) => {
      const passwords = createPasswordHasher({ concurrency: 1, queue: 0 });
      const users = await seedDatabase(dataSource.manager, {
        users: settings.users,
        posts: settings.posts,
        passwordHash: await passwords.hash(SEED_PASSWORD),
      });
      const { posts } = settings;
      printLine({
        seeded: {
          users,
          password: SEED_PASSWORD,
          posts: {
            count: posts,
            firstId: posts === 0 ? null : 1,
            lastId: posts === 0 ? null : posts,
          },
        },
      });
    },
  );
});
