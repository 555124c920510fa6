import * as z from 'zod';
import { isLoopback } from '../server/loopback.js';
import type { ValuesOf } from './environment.js';
import { integer, toggle } from './variables.js';

/** What every process that listens is told. */
export interface ProcessSettings {
  readonly host: string;
  readonly port: number;
  /** Connections that wait until they are accepted; the system may hold fewer (net.core.somaxconn). */
  readonly listenBacklog: number;
  readonly logLevel: string;
  readonly counters: boolean;
}

export const HOST_DEFAULT = '127.0.0.1';

/** Measured by npm run bench:connections (docs/crowd.md); Node's own is 511. */
const BACKLOG_DEFAULT = 4096;

export const COUNTERS_RULE = 'may be on only when HOST is loopback';

export function processVariables(portDefault: number) {
  return {
    HOST: z.string().default(HOST_DEFAULT),
    PORT: integer(0, 65_535, portDefault),
    LISTEN_BACKLOG: integer(1, 65_535, BACKLOG_DEFAULT),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
      .default('info'),
    COUNTERS: toggle.default('off'),
  };
}

type ProcessValues = ValuesOf<ReturnType<typeof processVariables>>;

export function toProcessSettings(values: ProcessValues): ProcessSettings {
  return {
    host: values.HOST,
    port: values.PORT,
    listenBacklog: values.LISTEN_BACKLOG,
    logLevel: values.LOG_LEVEL,
    counters: values.COUNTERS === 'on',
  };
}

export function keepsCountersLocal({ COUNTERS, HOST }: ProcessValues): boolean {
  return COUNTERS === 'off' || isLoopback(HOST);
}

/** For a schema that `keepsCountersLocal` refines. */
export const OPEN_COUNTERS = { path: ['COUNTERS'], message: COUNTERS_RULE };
