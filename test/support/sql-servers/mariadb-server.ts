import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import type { SqlServer } from './sql-server.js';

export const mariadbServer: SqlServer = {
  query: (url, sql, parameters) =>
    withConnection(url, async (connection) => {
      const [rows] = await connection.query(
        sql.replaceAll(/\$\d+/g, '?'),
        [...sql.matchAll(/\$(\d+)/g)].map(([, place]) => parameters[Number(place) - 1]),
      );
      return rows as never[];
    }),
  copy: (adminUrl, template, name) =>
    withConnection(adminUrl, async (connection) => {
      await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
      const [tables] = await connection.query<RowDataPacket[]>(`SHOW TABLES FROM ${template}`);
      const names = tables.map((row) => String(Object.values(row)[0]));
      const made = await Promise.all(
        names.map((table) =>
          connection.query<RowDataPacket[]>(`SHOW CREATE TABLE ${template}.${table}`),
        ),
      );
      await connection.query(`USE ${name}`);
      // In alphabetical order a table may come before the one that it refers to.
      await connection.query('SET foreign_key_checks = 0');
      for (const [[row]] of made) {
        await connection.query(String(row?.['Create Table']));
      }
      await connection.query(`INSERT INTO migrations SELECT * FROM ${template}.migrations`);
    }),
  drop: (adminUrl, name) =>
    withConnection(adminUrl, async (connection) => {
      // DROP DATABASE waits for whoever is in a transaction there.
      await connection.query(`DROP DATABASE ${name}`);
    }),
  lockTable: async (url, table) => {
    const connection = await connect(url);
    await connection.query(`LOCK TABLES ${table} WRITE`);
    return () => connection.end();
  },
  lockRow: async (url, table, id) => {
    const connection = await connect(url);
    await connection.query('START TRANSACTION');
    await connection.query(`SELECT 1 FROM ${table} WHERE id = ? FOR UPDATE`, [id]);
    return () => connection.end();
  },
  sleep: (seconds) => `SELECT sleep(${seconds})`,
  connectionId: 'connection_id()',
};

function connect(uri: string): Promise<Connection> {
  return mysql.createConnection({ uri, timezone: 'Z' });
}

async function withConnection<T>(
  url: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(url);
  try {
    await connection.query("SET time_zone = '+00:00'");
    return await work(connection);
  } finally {
    await connection.end();
  }
}
