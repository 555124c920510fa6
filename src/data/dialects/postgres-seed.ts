import type { EntityManager } from 'typeorm';
import type { Seed } from './dialect.js';

/** One transaction, one statement for each table. */
export async function seedPostgres(
  manager: EntityManager,
  { users, posts, passwordHash, epoch }: Seed,
): Promise<void> {
  await manager.transaction(async (transaction) => {
    await transaction.query(
      'TRUNCATE users, posts, refresh_families, idempotency_keys RESTART IDENTITY',
    );
    await transaction.query(
      `INSERT INTO users (email, name, password_hash, created_at, updated_at)
       SELECT email, name, $3, at, at
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS row (email, name, number),
            LATERAL (SELECT $4::timestamptz + number * interval '1 second' AS at) AS moment
       ORDER BY number`,
      [users.map(({ email }) => email), users.map(({ name }) => name), passwordHash, epoch],
    );
    await transaction.query(
      `INSERT INTO posts (owner_id, title, body, created_at, updated_at)
       SELECT owner_id, title, body, at, at
       FROM unnest($1::int[], $2::text[], $3::text[]) WITH ORDINALITY
              AS row (owner_id, title, body, number),
            LATERAL (SELECT $4::timestamptz + number * interval '1 second' AS at) AS moment
       ORDER BY number`,
      [
        posts.map(({ ownerId }) => ownerId),
        posts.map(({ title }) => title),
        posts.map(({ body }) => body),
        epoch,
      ],
    );
    // Fresh statistics now, or the first seconds of a measurement run on wrong plans.
    await transaction.query('ANALYZE users, posts');
  });
}
