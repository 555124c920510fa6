import type { StartContext, StartedStore } from '../open.js';
import { useGivenPostgres } from './given.js';
import { servePostgres } from './server.js';

/**
 * DATABASE_URL as it is, else a PostgreSQL of this run's own.
 * @throws LabError DATABASE_UNREACHABLE, POSTGRES_NOT_FOUND, POSTGRES_CANNOT_RUN, POSTGRES_FAILED
 */
export async function startPostgres(context: StartContext): Promise<StartedStore> {
  const given = context.environment.DATABASE_URL;
  return given ? useGivenPostgres(given) : servePostgres(context);
}
