/** A Redis that the user names: one server, the nodes of a cluster, or Sentinels. */
import { Redis } from 'ioredis';
import { LabError } from '../../model/errors.js';
import { isLoopback } from '../../processes/ports/loopback.js';
import { checkGivenUrl } from '../given-url.js';
import type { GivenStore, StartedStore } from '../store.js';
import { unreachable } from '../unanswered.js';
import { askRedis, describeRedis } from './info.js';
import { isRedis } from './program.js';

const TIMEOUT_MS = 5000;
/** As the service reads it (src/config/redis-servers.ts); what of it is wrong, the service says. */
const SEVERAL =
  /^(rediss?)(?:-(cluster|sentinel))?:\/\/(?:([^@/]*)@)?([^/?#@]+)(?:\/\d*)?(?:#(.*))?$/i;

interface Several {
  kind: 'cluster' | 'sentinel';
  /** Each as if it were alone. */
  urls: string[];
  /** What Sentinels call it. */
  name: string;
}

/** @throws LabError SETTING_INVALID, REDIS_UNREACHABLE, with no password in it */
export async function useGivenRedis(given: GivenStore): Promise<StartedStore> {
  const { variable, url } = given;
  const several = severalIn(url);
  for (const each of several?.urls ?? [url]) {
    checkGivenUrl(variable, each, ['redis:', 'rediss:']);
  }
  try {
    return several === null ? await useOne(given) : await useSeveral(given, several);
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw unreachable(given, 'Redis', 'REDIS_UNREACHABLE', cause as Error);
  }
}

async function useOne({ variable, url }: GivenStore): Promise<StartedStore> {
  const information = await askRedis(url, TIMEOUT_MS);
  const pid = Number(information.process_id);
  return {
    ...{ url, startedBy: variable, given: true, version: describeRedis(information) },
    // The pid it states, when that is a Redis of this machine (it is not behind a forwarded port).
    pid: isLoopback(new URL(url).hostname) && isRedis(pid) ? pid : null,
    stop: async () => {},
  };
}

async function useSeveral(
  { variable, url }: GivenStore,
  { kind, urls, name }: Several,
): Promise<StartedStore> {
  const serverUrls = kind === 'cluster' ? await mastersOf(urls) : [await primaryOf(urls, name)];
  const [first = ''] = serverUrls;
  return {
    ...{ url, serverUrls, given: true, pid: null, stop: async () => {} },
    startedBy: `${variable} (${kind === 'cluster' ? `a cluster of ${serverUrls.length} masters` : 'behind Sentinels'})`,
    version: describeRedis(await askRedis(first, TIMEOUT_MS)),
  };
}

function severalIn(url: string): Several | null {
  const [, scheme = '', way, access, hosts = '', name = ''] = SEVERAL.exec(url) ?? [];
  const addresses = hosts.split(',');
  if (way === undefined && addresses.length < 2) return null;
  const kind = way?.toLowerCase() === 'sentinel' ? 'sentinel' : 'cluster';
  const before = access === undefined ? '' : `${access}@`;
  return { kind, name, urls: addresses.map((host) => `${scheme}://${before}${host}`) };
}

/** What the first that answers says. */
async function askFirst<Answer>(
  urls: readonly string[],
  ask: (client: Redis, url: string) => Promise<Answer>,
): Promise<Answer> {
  let failure: unknown;
  for (const url of urls) {
    const client = new Redis(url, {
      ...{ lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null },
      ...{ connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS, disconnectTimeout: 50 },
    });
    client.on('error', (error) => {
      failure = error;
    });
    try {
      await client.connect();
      return await ask(client, url);
    } catch (error) {
      failure ??= error;
    } finally {
      client.disconnect();
    }
  }
  throw failure;
}

function mastersOf(urls: readonly string[]): Promise<string[]> {
  return askFirst(urls, async (client, url) => {
    const slots = (await client.call('CLUSTER', 'SLOTS').catch((error: Error) => {
      throw /cluster support disabled/.test(error.message)
        ? new LabError(
            'SETTING_INVALID',
            'REDIS_URL names several servers, and the first that answers is no node of a Redis Cluster.',
          )
        : error;
    })) as [number, number, [string, number]][];
    const masters = new Set(slots.map(([, , [host, port]]) => `${host}:${port}`));
    return [...masters].map((address) => atAddress(url, address));
  });
}

function primaryOf(urls: readonly string[], name: string): Promise<string> {
  return askFirst(urls, async (client, url) => {
    const found = (await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as
      | [string, string]
      | null;
    if (found === null) {
      throw new LabError(
        'SETTING_INVALID',
        'REDIS_URL names Sentinels that know nothing of that name.',
      );
    }
    return atAddress(url, found.join(':'));
  });
}

function atAddress(url: string, address: string): string {
  const there = new URL(url);
  there.host = address;
  return there.href;
}
