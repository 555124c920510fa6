import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateUsersAndPosts1760000000000 implements MigrationInterface {
  readonly name = 'CreateUsersAndPosts1760000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE users (
        id            int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        email         text NOT NULL,
        name          text NOT NULL,
        password_hash text NOT NULL,
        created_at    timestamptz NOT NULL DEFAULT now(),
        updated_at    timestamptz NOT NULL DEFAULT now()
      )`);
    // One address is one account, however it is typed. Login looks users up by the same expression.
    await queryRunner.query('CREATE UNIQUE INDEX users_email_key ON users (lower(email))');
    await queryRunner.query(`
      CREATE TABLE posts (
        id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        owner_id   int NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        title      text NOT NULL,
        body       text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    // The list walks the primary key backwards. This one serves the cascade when a user goes.
    await queryRunner.query('CREATE INDEX posts_owner_id_idx ON posts (owner_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE posts');
    await queryRunner.query('DROP TABLE users');
  }
}
