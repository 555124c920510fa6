import { type MigrationInterface, type QueryRunner, Table, TableColumn } from 'typeorm';

/** Through TypeORM's own description of tables, so that each database gets it in its own words. */
export class PostVersionsAndIdempotencyKeys1780000000000 implements MigrationInterface {
  readonly name = 'PostVersionsAndIdempotencyKeys1780000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Grows with each change: the entity tag of a post is made of it, and writers name what they read.
    await queryRunner.addColumn(
      'posts',
      new TableColumn({ name: 'version', type: 'int', default: 1 }),
    );
    // One row is one Idempotency-Key of one user. Without an answer, its request is under way.
    await queryRunner.createTable(
      new Table({
        name: 'idempotency_keys',
        columns: [
          { name: 'user_id', type: 'int', isPrimary: true },
          { name: 'key_hash', type: 'varchar', length: '64', isPrimary: true },
          { name: 'fingerprint', type: 'varchar', length: '64' },
          { name: 'claim', type: 'varchar', length: '32' },
          { name: 'claimed_until_ms', type: 'bigint' },
          { name: 'expires_at_ms', type: 'bigint' },
          { name: 'answer', type: 'text', isNullable: true },
        ],
        foreignKeys: [
          {
            columnNames: ['user_id'],
            referencedTableName: 'users',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
        indices: [{ name: 'idempotency_keys_expires_idx', columnNames: ['expires_at_ms'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('idempotency_keys');
    await queryRunner.dropColumn('posts', 'version');
  }
}
