import { LabError } from '../../model/errors.js';
import { chooseOrdinaryUser } from '../../processes/ordinary-user.js';
import { MARIADB_CACHE_KEY } from '../../stores/mariadb/debian.js';
import { useGivenMariadb } from '../../stores/mariadb/given.js';
import { findMariadbOnPath } from '../../stores/mariadb/on-path.js';
import { findDebianSource } from './debian-source.js';
import { type Finding, missing } from './finding.js';

const FETCHED = 'about 9 MB to fetch, 59 MB unpacked; more with package lists';

/** Only runs on MariaDB need it. */
export async function inspectMariadb(environment: NodeJS.ProcessEnv): Promise<Finding> {
  try {
    const given = await useGivenMariadb(environment);
    const found = given
      ? `${given.startedBy.replace(/ .*/, '')}: ${given.version}`
      : await findMariadbSource(environment);
    if (found !== null) return { topic: 'mariadb', status: 'ok', found };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { ...missing('mariadb', error), status: 'warning' };
  }
  return {
    topic: 'mariadb',
    status: 'warning',
    found: 'no MARIADB_URL, no server on PATH, no apt to unpack one with',
    advice: '--database mariadb cannot be used. Install MariaDB, or set MARIADB_URL.',
  };
}

async function findMariadbSource(environment: NodeJS.ProcessEnv): Promise<string | null> {
  const user = await chooseOrdinaryUser();
  const onPath = await findMariadbOnPath({ environment, user });
  return onPath
    ? `${onPath.command} on PATH`
    : findDebianSource(MARIADB_CACHE_KEY, 'run on MariaDB', environment, FETCHED);
}
