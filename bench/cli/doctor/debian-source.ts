import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheBases, LAB_NAME } from '../../processes/folders/run-folder.js';
import { readSystem } from '../../processes/operating-system.js';
import { debianCacheKey, hasDebianTools } from '../../stores/debian/packages.js';

const SMALL_FETCH = 'about 1.5 MB to fetch, up to 15 MB with package lists';

/**
 * Where the Debian package of a server would come from, or null where there is none.
 *
 * @param run what will unpack the package when it is not there yet
 */
export async function findDebianSource(
  software: string,
  run: string,
  environment: NodeJS.ProcessEnv,
  fetched = SMALL_FETCH,
): Promise<string | null> {
  if (!hasDebianTools(environment)) return null;
  const key = debianCacheKey(software, await readSystem());
  const kept = cacheBases(environment, process.getuid?.() === 0)
    .map((base) => join(base, LAB_NAME, key))
    .find((folder) => existsSync(folder));
  return kept
    ? `unpacked from the Debian package in ${kept}`
    : `none installed; the first ${run} unpacks this system's package into the lab's cache (${fetched})`;
}
