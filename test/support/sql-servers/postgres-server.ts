import pg from 'pg';
import type { SqlServer } from './sql-server.js';

export const postgresServer: SqlServer = {
  query,
  copy: async (adminUrl, template, name) => {
    await query(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`, []);
  },
  drop: async (adminUrl, name) => {
    await query(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`, []);
  },
  lockTable: async (url, table) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    return () => client.end();
  },
  lockRow: async (url, table, id) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('BEGIN');
    await client.query(`SELECT 1 FROM ${table} WHERE id = $1 FOR UPDATE`, [id]);
    return () => client.end();
  },
  sleep: (seconds) => `SELECT pg_sleep(${seconds})`,
  connectionId: 'pg_backend_pid()',
};

async function query<Row>(
  url: string,
  sql: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, [...parameters])).rows as Row[];
  } finally {
    await client.end();
  }
}
