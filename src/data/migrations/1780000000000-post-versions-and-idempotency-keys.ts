import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialects/registry.js';

export class PostVersionsAndIdempotencyKeys1780000000000 implements MigrationInterface {
  readonly name = 'PostVersionsAndIdempotencyKeys1780000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { columns, tableOptions } = dialectOf(queryRunner.dataSource);
    // Grows with each change: the entity tag of a post is made of it, and writers name what they read.
    await queryRunner.query('ALTER TABLE posts ADD COLUMN version int NOT NULL DEFAULT 1');
    // One row is one Idempotency-Key of one user. Without an answer, its request is under way.
    await queryRunner.query(`
      CREATE TABLE idempotency_keys (
        user_id          int NOT NULL,
        key_hash         ${columns.name} NOT NULL,
        fingerprint      ${columns.name} NOT NULL,
        claim            ${columns.name} NOT NULL,
        claimed_until_ms bigint NOT NULL,
        expires_at_ms    bigint NOT NULL,
        answer           ${columns.text},
        PRIMARY KEY (user_id, key_hash),
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      ) ${tableOptions}`);
    await queryRunner.query(
      'CREATE INDEX idempotency_keys_expires_idx ON idempotency_keys (expires_at_ms)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE idempotency_keys');
    await queryRunner.query('ALTER TABLE posts DROP COLUMN version');
  }
}
