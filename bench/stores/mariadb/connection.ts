import type { Connection, RowDataPacket } from 'mysql2/promise';

export async function connectMariadb(url: string, timeoutMs: number): Promise<Connection> {
  // Most runs are on PostgreSQL and need not wait for this to load.
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection({ uri: url, connectTimeout: timeoutMs });
  connection.on('error', () => {}); // one that breaks later has been ended or is of no more use
  return connection;
}

/** As the server says it: "10.11.14-MariaDB-0+deb12u2". MySQL gives a bare number, so its name is added. */
export async function readMariadbVersion(connection: Connection): Promise<string> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT version() AS version');
  const version = String(rows[0]?.version ?? 'unknown');
  return /mariadb/i.test(version) ? version : `MySQL ${version}`;
}
