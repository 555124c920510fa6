import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ExpiryOfRefreshFamilies1792000000000 implements MigrationInterface {
  readonly name = 'ExpiryOfRefreshFamilies1792000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // What removes expired families looks for the oldest of all users, every few seconds.
    await queryRunner.query(
      'CREATE INDEX refresh_families_expires_at_idx ON refresh_families (expires_at)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('refresh_families', 'refresh_families_expires_at_idx');
  }
}
