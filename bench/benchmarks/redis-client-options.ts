/** Sets of options of ioredis, to be compared when Redis fails. */
import type { Redis, RedisOptions } from 'ioredis';

export interface ClientOptions {
  name: string;
  options: RedisOptions;
  /** What cannot be said by options. */
  patch?(client: Redis): void;
}

const TIMEOUT_MS = 500;

/** Those of src/data/redis/clients.ts, which the lab must not import; a test holds them together. */
export const OPTIONS_OF_THE_SERVICE: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: TIMEOUT_MS,
  socketTimeout: TIMEOUT_MS,
  retryStrategy: (attempt) => Math.min(attempt * 50, 200),
  disableClientInfo: true,
};

export const CLIENT_OPTIONS: readonly ClientOptions[] = [
  { name: 'ioredis as it comes', options: {} },
  { name: `commandTimeout ${TIMEOUT_MS}`, options: { commandTimeout: TIMEOUT_MS } },
  { name: `socketTimeout ${TIMEOUT_MS}`, options: { socketTimeout: TIMEOUT_MS } },
  { name: 'keepAlive 1000', options: { keepAlive: 1000 } },
  {
    name: 'no offline queue, no retries',
    options: { enableOfflineQueue: false, maxRetriesPerRequest: 0 },
  },
  {
    name: `the same and commandTimeout ${TIMEOUT_MS}`,
    options: { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: TIMEOUT_MS },
  },
  {
    name: 'as the service has it',
    options: OPTIONS_OF_THE_SERVICE,
    // ioredis 5.11 leaves the timer of a closed connection running, which then ends the next one.
    patch: (client) => client.on('close', () => cancelSocketTimer(client)),
  },
];

function cancelSocketTimer(client: Redis): void {
  const internals = client as unknown as { socketTimeoutTimer?: NodeJS.Timeout | undefined };
  clearTimeout(internals.socketTimeoutTimer);
  internals.socketTimeoutTimer = undefined;
}
