import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialects/registry.js';

export class PasswordChanges1791000000000 implements MigrationInterface {
  readonly name = 'PasswordChanges1791000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { columns } = dialectOf(queryRunner.dataSource);
    // Set while a change of password is under way: no other may begin, and no login may be completed.
    await queryRunner.query(
      `ALTER TABLE users ADD COLUMN password_change_until ${columns.instant}`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE users DROP COLUMN password_change_until');
  }
}
