import mysql, { type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import type { Logger } from 'pino';
import type { DataSourceOptions } from 'typeorm';
import { StartupError } from '../../server/errors.js';
import type { ConnectionOptions } from './dialect.js';

const IDLE_CONNECTION_MS = 60_000;

/** @throws StartupError `config_invalid` */
export function mysqlConnection(options: ConnectionOptions): DataSourceOptions {
  const { poolSize, timeoutMs, log } = options;
  const url = new URL(options.url);
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '') {
    // MySQL, unlike PostgreSQL, has no database that bears the user's name.
    throw new StartupError('config_invalid', 'DATABASE_URL: must name a database after the last /');
  }
  if (url.search !== '') {
    // Left out unseen, `?ssl=true` would send password and rows in the clear.
    throw new StartupError(
      'config_invalid',
      'DATABASE_URL: MySQL takes no options here, after the ?',
    );
  }
  return {
    type: 'mysql',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 3306),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    poolSize,
    connectTimeout: timeoutMs,
    // Columns hold UTC, whatever the time zone of this process.
    timezone: 'Z',
    driver: {
      ...mysql,
      createPool: (config: PoolOptions) => withDeadlines(mysql.createPool(config), timeoutMs, log),
    },
    extra: { maxIdle: poolSize, idleTimeout: IDLE_CONNECTION_MS },
  };
}

/**
 * mysql2 lets a caller wait for a connection for ever, and its own `timeout` of a query keeps the
 * connection, half way through the protocol. Here both have a deadline, and a connection that missed
 * it is destroyed; the pool opens another one (postgres-deadline-client.ts does the same for pg).
 */
function withDeadlines(pool: Pool, timeoutMs: number, log: Logger): Pool {
  pool.on('connection', (connection: PoolConnection) => {
    connection.on('error', (error: Error) =>
      log.warn({ error: String(error) }, 'mysql connection lost'),
    );
    abandonWhenLate(connection, timeoutMs);
    // They are answered before what the caller asks: one connection answers in order.
    for (const statement of sessionSettings(timeoutMs)) {
      connection.query(statement, (error) => error && connection.destroy());
    }
  });

  const obtain = pool.getConnection.bind(pool);
  pool.getConnection = (give) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      give(timedOut('no connection was free'), undefined as unknown as PoolConnection);
    }, timeoutMs);
    obtain((error, connection) => {
      clearTimeout(timer);
      if (!late) {
        give(error, connection);
      } else if (error === null) {
        connection.release();
      }
    });
  };
  return pool;
}

type Answered = (...answer: unknown[]) => void;

function abandonWhenLate(connection: PoolConnection, timeoutMs: number): void {
  const query = connection.query.bind(connection) as (...words: unknown[]) => unknown;
  const { stream } = connection as unknown as { stream: { destroy(error: Error): void } };
  // TypeORM's driver and this file end every call with a callback.
  const withTimer = (...words: unknown[]) => {
    const answered = words.pop() as Answered;
    const timer = setTimeout(() => stream.destroy(timedOut('no answer')), timeoutMs);
    return query(...words, (...answer: unknown[]) => {
      clearTimeout(timer);
      answered(...answer);
    });
  };
  connection.query = withTimer as typeof connection.query;
}

/**
 * What PostgreSQL does unasked: UTC, nothing cut short to fit, and a statement that sees what was
 * committed before it. Backslashes in texts are escapes, which is what mysql2 takes for granted. Who
 * waits for a lock longer than its client waits for it gives up.
 */
function sessionSettings(timeoutMs: number): readonly string[] {
  const seconds = Math.ceil(timeoutMs / 1000);
  return [
    `SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
       innodb_lock_wait_timeout = ${seconds}, lock_wait_timeout = ${seconds}`,
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  ];
}

function timedOut(what: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${what} within the deadline`), {
    code: 'ETIMEDOUT',
    fatal: true,
  }) as unknown as NodeJS.ErrnoException;
}
