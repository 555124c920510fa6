import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialects/registry.js';

export class CreateUsersAndPosts1760000000000 implements MigrationInterface {
  readonly name = 'CreateUsersAndPosts1760000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { columns, tableOptions, emailIndex } = dialectOf(queryRunner.dataSource);
    await queryRunner.query(`
      CREATE TABLE users (
        id            ${columns.id} PRIMARY KEY,
        email         ${columns.email} NOT NULL,
        name          ${columns.text} NOT NULL,
        password_hash ${columns.text} NOT NULL,
        created_at    ${columns.instant} NOT NULL DEFAULT ${columns.instantNow},
        updated_at    ${columns.instant} NOT NULL DEFAULT ${columns.instantNow}
      ) ${tableOptions}`);
    // One address is one account, however it is typed. Login looks users up by the same expression.
    for (const statement of emailIndex) {
      await queryRunner.query(statement);
    }
    await queryRunner.query(`
      CREATE TABLE posts (
        id         ${columns.id} PRIMARY KEY,
        owner_id   int NOT NULL,
        title      ${columns.text} NOT NULL,
        body       ${columns.text} NOT NULL,
        created_at ${columns.instant} NOT NULL DEFAULT ${columns.instantNow},
        updated_at ${columns.instant} NOT NULL DEFAULT ${columns.instantNow},
        FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE
      ) ${tableOptions}`);
    // The list walks the primary key backwards. This one serves the cascade when a user goes.
    await queryRunner.query('CREATE INDEX posts_owner_id_idx ON posts (owner_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE posts');
    await queryRunner.query('DROP TABLE users');
  }
}
