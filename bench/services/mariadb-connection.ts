import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';

export async function connectMariadb(url: string, timeoutMs: number): Promise<Connection> {
  const connection = await mysql.createConnection({ uri: url, connectTimeout: timeoutMs });
  connection.on('error', () => {}); // one that breaks later has been ended or is of no more use
  return connection;
}

/** As the server says it: "10.11.14-MariaDB-0+deb12u2". MySQL gives a bare number, so its name is added. */
export async function readMariadbVersion(connection: Connection): Promise<string> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT version() AS version');
  const version = String(rows[0]?.version ?? 'unknown');
  return /mariadb/i.test(version) ? version : `MySQL ${version}`;
}
