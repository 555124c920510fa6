import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LoginsKeysAndDelegation1770000000000 implements MigrationInterface {
  readonly name = 'LoginsKeysAndDelegation1770000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE users ADD COLUMN disabled_at timestamptz');
    // Counts password changes and disablings: a login that was under way meanwhile sees that it moved.
    await queryRunner.query(
      'ALTER TABLE users ADD COLUMN credentials_version int NOT NULL DEFAULT 1',
    );
    // Who acted for the owner when the post was last written; null: the owner did it.
    await queryRunner.query('ALTER TABLE posts ADD COLUMN acted_by text');
    // One row is one login that gave tokens: a family of refresh tokens, of which one is good.
    await queryRunner.query(`
      CREATE TABLE refresh_families (
        handle_hash      bytea PRIMARY KEY,
        id               text NOT NULL UNIQUE,
        user_id          int NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        client           text NOT NULL,
        token_hash       bytea NOT NULL,
        spent_hash       bytea,
        sealed_successor bytea,
        created_at       timestamptz NOT NULL,
        rotated_at       timestamptz NOT NULL,
        expires_at       timestamptz NOT NULL
      )`);
    await queryRunner.query(
      'CREATE INDEX refresh_families_user_id_idx ON refresh_families (user_id)',
    );
    // Private parts are sealed under TOKEN_SECRET: a copy of the table signs nothing.
    await queryRunner.query(`
      CREATE TABLE signing_keys (
        kid         text PRIMARY KEY,
        alg         text NOT NULL,
        sealed_key  bytea NOT NULL,
        created_at  timestamptz NOT NULL,
        signs_from  timestamptz NOT NULL,
        ends_at     timestamptz
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE signing_keys');
    await queryRunner.query('DROP TABLE refresh_families');
    await queryRunner.query('ALTER TABLE posts DROP COLUMN acted_by');
    await queryRunner.query('ALTER TABLE users DROP COLUMN credentials_version');
    await queryRunner.query('ALTER TABLE users DROP COLUMN disabled_at');
  }
}
