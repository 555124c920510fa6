/**
 * What Redis says of itself: CPU time, memory and commands. Asked over its own protocol, so it works
 * for a Redis that runs elsewhere too.
 */
import { Redis } from 'ioredis';

export interface RedisUsage {
  /** When these figures were true, in seconds, by the clock of Redis's own machine. */
  atSeconds: number;
  cpuSeconds: number;
  rssBytes: number;
  /** Calls since the start of the server, without the connection's own and our INFO. */
  commands: number;
}

export interface RedisMeter {
  read(): Promise<RedisUsage>;
  close(): void;
}

/** Said once per connection or by the lab itself, not by a request. */
const NOT_OF_A_REQUEST = new Set(['info', 'hello', 'auth', 'select', 'client', 'ping', 'config']);

export async function connectRedisMeter(url: string): Promise<RedisMeter> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    commandTimeout: 5000,
  });
  // Errors reach whoever reads; without a listener they would be printed as well.
  redis.on('error', () => {});
  await redis.connect();
  return {
    read: async () => parseInfo(await redis.info('all')),
    close: () => redis.disconnect(),
  };
}

/** @param text the answer to INFO all */
export function parseInfo(text: string): RedisUsage {
  const field = (name: string) =>
    Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1] ?? 0);
  const commands = [...text.matchAll(/^cmdstat_([^:|]+)(?:\|[^:]+)?:calls=(\d+)/gm)]
    .filter(([, name]) => !NOT_OF_A_REQUEST.has(name ?? ''))
    .reduce((total, [, , calls]) => total + Number(calls), 0);
  return {
    atSeconds: field('server_time_usec') / 1e6,
    cpuSeconds: field('used_cpu_user') + field('used_cpu_sys'),
    rssBytes: field('used_memory_rss'),
    commands,
  };
}
