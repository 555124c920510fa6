/**
 * Where Redis is. Three ways to write it:
 *
 * - one server: `redis://user:password@host:6379/0`
 * - the nodes of a Redis Cluster, with commas between: `redis://user:password@host:7000,host2:7000`, or
 *   `redis-cluster://host:7000` where one address leads to the others
 * - Sentinels, and the name that they know the servers by, as Lettuce writes it
 *   (https://redis.github.io/lettuce/user-guide/connecting-redis/, "Redis URI"):
 *   `redis-sentinel://user:password@host:26379,host2:26379/0#mymaster`
 *
 * With `rediss` in place of `redis` each goes over TLS.
 */
export type RedisServers = OneServer | ClusterServers | SentinelServers;

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

interface Access {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
}

export interface OneServer {
  readonly kind: 'one';
  readonly url: string;
}

export interface ClusterServers extends Access {
  readonly kind: 'cluster';
  readonly nodes: readonly RedisAddress[];
}

export interface SentinelServers extends Access {
  readonly kind: 'sentinel';
  readonly sentinels: readonly RedisAddress[];
  /** What the Sentinels call the primary and its replicas. */
  readonly name: string;
  readonly database: number;
}

const PORTS = { redis: 6379, 'redis-cluster': 6379, 'redis-sentinel': 26379 } as const;
const SHAPE =
  /^(?<scheme>redis|rediss|redis-cluster|rediss-cluster|redis-sentinel|rediss-sentinel):\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#@]+)(?:\/(?<database>[^?#]*))?(?<options>\?[^#]*)?(?:#(?<name>.*))?$/i;
const ADDRESS = /^(\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i;
/** More are no cluster that anybody writes by hand, but a mistake. */
const ADDRESSES_MAX = 100;

/** What is wrong with it in words, which repeat nothing of it: it may hold a password. */
export type RedisProblem = { readonly problem: string };

export function readRedisServers(text: string): RedisServers | RedisProblem {
  const parts = SHAPE.exec(text)?.groups;
  if (parts === undefined) {
    return { problem: 'must be a URL such as redis://host:6379' };
  }
  const scheme = (parts.scheme ?? '').toLowerCase();
  const tls = scheme.startsWith('rediss');
  const way = (tls ? scheme.replace('rediss', 'redis') : scheme) as keyof typeof PORTS;
  if (parts.options !== undefined) {
    return { problem: 'takes no options, after the ?' };
  }
  const username = decoded(parts.user);
  const password = decoded(parts.password);
  if (username === null || password === null) {
    return {
      problem: 'has a % that begins no escape: write %25 for each % of the user name or password',
    };
  }
  const database = parts.database ?? '';
  if (!/^(0|[1-9]\d{0,8})?$/.test(database)) {
    return { problem: 'must have the number of a database, or nothing, after the last /' };
  }
  const addresses = addressesIn(parts.hosts ?? '', PORTS[way]);
  if (addresses === undefined) {
    return { problem: 'must have an address such as host:6379 between each two commas' };
  }
  const access = { username: username || undefined, password: password || undefined, tls };
  if (way === 'redis-sentinel') {
    return parts.name === undefined || !/^[\w.-]+$/.test(parts.name)
      ? { problem: 'must end with # and the name that the Sentinels know the servers by' }
      : {
          kind: 'sentinel',
          sentinels: addresses,
          name: parts.name,
          database: Number(database),
          ...access,
        };
  }
  if (parts.name !== undefined) {
    return { problem: 'takes a # only where it begins with redis-sentinel://' };
  }
  if (way === 'redis-cluster' || addresses.length > 1) {
    return Number(database) === 0
      ? { kind: 'cluster', nodes: addresses, ...access }
      : { problem: 'may have no database but 0: a Redis Cluster has no other' };
  }
  return URL.canParse(text)
    ? { kind: 'one', url: text }
    : { problem: 'must be a URL such as redis://host:6379' };
}

function addressesIn(hosts: string, defaultPort: number): RedisAddress[] | undefined {
  const found = hosts.split(',').map((text) => addressIn(text, defaultPort));
  return found.length <= ADDRESSES_MAX && found.every((address) => address !== undefined)
    ? found
    : undefined;
}

function addressIn(text: string, defaultPort: number): RedisAddress | undefined {
  const [, host, port] = ADDRESS.exec(text) ?? [];
  const number = port === undefined ? defaultPort : Number(port);
  return host !== undefined && number >= 1 && number <= 65_535
    ? { host: host.replace(/^\[|\]$/g, ''), port: number }
    : undefined;
}

/** null: no escape is where there is a percent sign. */
function decoded(text: string | undefined): string | undefined | null {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return null;
  }
}
