import pg from 'pg';

/** pg takes PGSSLMODE, PGOPTIONS and their like of the user's shell for defaults; the URL alone counts here. */
function ignoreAmbientSettings(): void {
  for (const name of Object.keys(process.env)) {
    if (/^PG[A-Z]+$/.test(name)) delete process.env[name];
  }
}

export async function connect(url: string, timeoutMs: number): Promise<pg.Client> {
  ignoreAmbientSettings();
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
  client.on('error', () => {}); // a connection that breaks later has been ended or is of no more use
  await client.connect();
  return client;
}

export async function readVersion(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  return rows[0]?.server_version ?? 'unknown';
}
