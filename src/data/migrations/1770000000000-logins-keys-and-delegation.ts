import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialects/registry.js';

export class LoginsKeysAndDelegation1770000000000 implements MigrationInterface {
  readonly name = 'LoginsKeysAndDelegation1770000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { columns, tableOptions } = dialectOf(queryRunner.dataSource);
    await queryRunner.query(`ALTER TABLE users ADD COLUMN disabled_at ${columns.instant}`);
    // Counts password changes and disablings: a login that was under way meanwhile sees that it moved.
    await queryRunner.query(
      'ALTER TABLE users ADD COLUMN credentials_version int NOT NULL DEFAULT 1',
    );
    // Who acted for the owner when the post was last written; null: the owner did it.
    await queryRunner.query(`ALTER TABLE posts ADD COLUMN acted_by ${columns.text}`);
    // One row is one login that gave tokens: a family of refresh tokens, of which one is good.
    await queryRunner.query(`
      CREATE TABLE refresh_families (
        handle_hash      ${columns.hash} PRIMARY KEY,
        id               ${columns.name} NOT NULL UNIQUE,
        user_id          int NOT NULL,
        client           ${columns.text} NOT NULL,
        token_hash       ${columns.hash} NOT NULL,
        spent_hash       ${columns.hash},
        sealed_successor ${columns.bytes},
        created_at       ${columns.instant} NOT NULL,
        rotated_at       ${columns.instant} NOT NULL,
        expires_at       ${columns.instant} NOT NULL,
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      ) ${tableOptions}`);
    await queryRunner.query(
      'CREATE INDEX refresh_families_user_id_idx ON refresh_families (user_id)',
    );
    // Private parts are sealed under TOKEN_SECRET: a copy of the table signs nothing.
    await queryRunner.query(`
      CREATE TABLE signing_keys (
        kid         ${columns.name} PRIMARY KEY,
        alg         ${columns.name} NOT NULL,
        sealed_key  ${columns.bytes} NOT NULL,
        created_at  ${columns.instant} NOT NULL,
        signs_from  ${columns.instant} NOT NULL,
        ends_at     ${columns.instant}
      ) ${tableOptions}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE signing_keys');
    await queryRunner.query('DROP TABLE refresh_families');
    await queryRunner.query('ALTER TABLE posts DROP COLUMN acted_by');
    await queryRunner.query('ALTER TABLE users DROP COLUMN credentials_version');
    await queryRunner.query('ALTER TABLE users DROP COLUMN disabled_at');
  }
}
