import { LabError } from '../../model/errors.js';
import { isLoopback } from '../../processes/ports/loopback.js';
import { readStat } from '../../processes/process-identity.js';
import { checkGivenUrl } from '../given-url.js';
import type { StartedStore } from '../open.js';
import { askRedis, describeRedis } from './info.js';

/** REDIS_URL, used as it is: verified, and neither emptied, set nor stopped. */
export async function useGivenRedis(url: string): Promise<StartedStore> {
  checkGivenUrl('REDIS_URL', url, ['redis:', 'rediss:']);
  const information = await askRedis(url, 5_000).catch((cause: Error) => {
    throw new LabError(
      'REDIS_UNREACHABLE',
      `REDIS_URL is set, but no Redis answers there: ${cause.message}. Start that server, or unset REDIS_URL to let the lab start its own.`,
      { cause },
    );
  });
  return {
    url,
    startedBy: 'REDIS_URL',
    given: true,
    version: describeRedis(information),
    pid: findPid(url, Number(information.process_id)),
    stop: async () => {},
  };
}

/** The pid it states, when that is a Redis of this machine (it is not behind a forwarded port). */
function findPid(url: string, pid: number): number | null {
  if (!URL.canParse(url) || !isLoopback(new URL(url).hostname)) return null;
  return isRedis(pid) ? pid : null;
}

export function isRedis(pid: number): boolean {
  return /^(redis|valkey|keydb|dragonfly)/.test(readStat(pid)?.name ?? '');
}
