import type { DataSourceOptions } from 'typeorm';
import type { ConnectionOptions } from './dialect.js';
import { deadlineClient } from './postgres-deadline-client.js';

const IDLE_CONNECTION_MS = 60_000;

export function postgresConnection(options: ConnectionOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url: options.url,
    installExtensions: false,
    poolSize: options.poolSize,
    connectTimeoutMS: options.timeoutMs,
    poolErrorHandler: (error: unknown) =>
      options.log.warn({ error: String(error) }, 'postgresql connection lost'),
    extra: {
      Client: deadlineClient(options.timeoutMs),
      idleTimeoutMillis: IDLE_CONNECTION_MS,
    },
  };
}
