import type { EntityManager } from 'typeorm';
import { StartupError } from '../errors.js';
import { SEED_DOMAIN, seedPosts, seedUsers } from './seed-content.js';

export interface SeededUser {
  readonly id: number;
  readonly email: string;
  readonly name: string;
}

export interface SeedPlan {
  readonly users: number;
  readonly posts: number;
  /** One hash for all: seeded users share a password, and hashing is what would take the time. */
  readonly passwordHash: string;
}

/** Seeded rows are as old as this, one second apart. */
const SEED_EPOCH = '2026-01-01T00:00:00Z';

/**
 * Empties both tables and fills them again, ids from 1, in one transaction.
 * @throws StartupError `seed_refused` when there are users that no seeding made
 */
export async function seedDatabase(
  manager: EntityManager,
  { users, posts, passwordHash }: SeedPlan,
): Promise<SeededUser[]> {
  await refuseRealUsers(manager);
  return manager.transaction(async (transaction) => {
    await transaction.query(
      'TRUNCATE users, posts, refresh_families, idempotency_keys RESTART IDENTITY',
    );

    const people = seedUsers(users);
    const seeded: SeededUser[] = await transaction.query(
      `INSERT INTO users (email, name, password_hash, created_at, updated_at)
       SELECT email, name, $3, at, at
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS row (email, name, number),
            LATERAL (SELECT $4::timestamptz + number * interval '1 second' AS at) AS moment
       ORDER BY number
       RETURNING id, email, name`,
      [people.map(({ email }) => email), people.map(({ name }) => name), passwordHash, SEED_EPOCH],
    );

    const texts = seedPosts(posts, users);
    await transaction.query(
      `INSERT INTO posts (owner_id, title, body, created_at, updated_at)
       SELECT owner_id, title, body, at, at
       FROM unnest($1::int[], $2::text[], $3::text[]) WITH ORDINALITY
              AS row (owner_id, title, body, number),
            LATERAL (SELECT $4::timestamptz + number * interval '1 second' AS at) AS moment
       ORDER BY number`,
      [
        texts.map(({ ownerId }) => ownerId),
        texts.map(({ title }) => title),
        texts.map(({ body }) => body),
        SEED_EPOCH,
      ],
    );
    // Fresh statistics now, or the first seconds of a measurement run on wrong plans.
    await transaction.query('ANALYZE users, posts');
    return seeded;
  });
}

async function refuseRealUsers(manager: EntityManager): Promise<void> {
  const [strangers]: { count: number }[] = await manager.query(
    'SELECT count(*)::int AS count FROM users WHERE email NOT LIKE $1',
    [`%${SEED_DOMAIN}`],
  );
  if (strangers !== undefined && strangers.count > 0) {
    throw new StartupError(
      'seed_refused',
      `the database holds ${strangers.count} users outside ${SEED_DOMAIN}, and seeding deletes all users; use another database`,
    );
  }
}
