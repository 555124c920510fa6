import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import type { ConnectionOptions } from './dialect.js';

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

/**
 * A PostgreSQL client whose connection ends when a query gets no answer within `timeoutMs`.
 *
 * pg's own `query_timeout` reports the error but keeps the connection, half way through the protocol
 * (brianc/node-postgres#3399): the pool hands it out again, and after the server came back a late
 * answer can be taken for the answer to another query. A connection that missed its deadline is of
 * no more use, so it is destroyed and the pool opens a new one.
 */
function deadlineClient(timeoutMs: number): typeof pg.Client {
  class DeadlineClient extends pg.Client {
    // pg overloads query() eight ways; all of them are passed on as they came.
    // biome-ignore lint/suspicious/noExplicitAny: the signature must accept every overload of pg
    override query(...args: any[]): any {
      const answer = (super.query as (...rest: unknown[]) => unknown).apply(this, args);
      if (answer instanceof Promise) {
        const timer = setTimeout(() => this.#abandon(), timeoutMs);
        const stop = () => clearTimeout(timer);
        answer.then(stop, stop);
      }
      return answer;
    }

    #abandon(): void {
      (
        this as unknown as { connection: { stream: { destroy(): void } } }
      ).connection.stream.destroy();
    }
  }
  return DeadlineClient;
}
