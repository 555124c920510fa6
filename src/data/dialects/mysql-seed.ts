import type { EntityManager } from 'typeorm';
import type { Seed } from './dialect.js';

/** Far below the 16 MB that MariaDB takes as one statement, and few round trips. */
const ROWS_PER_STATEMENT = 1000;

/**
 * One transaction for the rows. The counters of the ids come after it, for ALTER TABLE commits: until
 * then they are too high, which harms nothing.
 */
export async function seedMysql(
  manager: EntityManager,
  { users, posts, passwordHash, epoch }: Seed,
): Promise<void> {
  const at = (index: number) => new Date(epoch.getTime() + (index + 1) * 1000);
  await manager.transaction(async (transaction) => {
    // TRUNCATE would commit, and is refused where a foreign key points to the table.
    for (const table of ['idempotency_keys', 'refresh_families', 'posts', 'users']) {
      await transaction.query(`DELETE FROM ${table}`);
    }
    await insertAll(
      transaction,
      'users (id, email, name, password_hash, created_at, updated_at)',
      users.map(({ email, name }, index) => [
        ...[index + 1, email, name, passwordHash],
        ...[at(index), at(index)],
      ]),
    );
    await insertAll(
      transaction,
      'posts (id, owner_id, title, body, created_at, updated_at)',
      posts.map(({ ownerId, title, body }, index) => [
        ...[index + 1, ownerId, title, body],
        ...[at(index), at(index)],
      ]),
    );
  });
  for (const table of ['users', 'posts']) {
    // InnoDB raises it to one more than the highest id there is.
    await manager.query(`ALTER TABLE ${table} AUTO_INCREMENT = 1`);
  }
  // Fresh statistics now, or the first seconds of a measurement run on wrong plans.
  await manager.query('ANALYZE TABLE users, posts');
}

async function insertAll(
  manager: EntityManager,
  into: string,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    // mysql2 writes a list of lists as the rows of VALUES.
    await manager.query(`INSERT INTO ${into} VALUES ?`, [
      rows.slice(from, from + ROWS_PER_STATEMENT),
    ]);
  }
}
