import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createLightHistogram, type Series } from './light-histogram.js';

/** `replica`: of the database. */
export type AskedStore = 'redis' | 'database' | 'replica';

/** What GET /metrics tells, in the text format of Prometheus. */
export interface Metrics {
  /** An answer was handed to the socket. @param route as it was registered; undefined: none matched */
  answered(method: string, route: string | undefined, status: number, seconds: number): void;
  /** A request was refused, or failed, with this problem. */
  refused(code: string): void;
  /** A store answered, or did not. */
  asked(store: AskedStore, outcome: 'answered' | 'failed', seconds: number): void;
  /** Read when somebody asks. */
  watchHashing(read: () => { readonly running: number; readonly waiting: number }): void;
  /** @returns the media type, and the text */
  render(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Of requests and of stores alike: from half a millisecond, which a session takes, to what nobody waits for. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** What no route has may be anything, and each label value is kept for ever. */
const NO_ROUTE = 'none';
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const LOGIN = '/auth/login';

type LoginOutcome = 'given' | 'refused' | 'limited' | 'unavailable' | 'malformed';

function loginOutcome(status: number): LoginOutcome {
  if (status < 300) return 'given';
  if (status === 401) return 'refused';
  if (status === 429) return 'limited';
  return status >= 500 ? 'unavailable' : 'malformed';
}

/** A registry of its own, so that two in one process do not share their figures. */
export function createMetrics(): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const requests = createLightHistogram<'method' | 'route' | 'status'>(
    'http_request_duration_seconds',
    'From the request to the last byte handed to the socket.',
    SECONDS,
  );
  const problems = new Counter({
    name: 'http_problems_total',
    help: 'Answers that are a problem, by its code.',
    labelNames: ['code'],
    registers,
  });
  const logins = new Counter({
    name: 'logins_total',
    help: 'Logins that were asked for, by what came of them.',
    labelNames: ['outcome'],
    registers,
  });
  const stores = createLightHistogram<'store' | 'outcome'>(
    'store_round_trip_seconds',
    'From asking a store to its answer, waiting for a connection included.',
    SECONDS,
  );
  register.registerMetric(requests.metric);
  register.registerMetric(stores.metric);
  const known = new Map<string, Series>();
  const requestsOf = (method: string, route: string, status: number): Series => {
    const key = `${method} ${route} ${status}`;
    let series = known.get(key);
    if (series === undefined) {
      series = requests.series({ method, route, status: String(status) });
      known.set(key, series);
    }
    return series;
  };
  const storeOf = (store: AskedStore) => ({
    answered: stores.series({ store, outcome: 'answered' }),
    failed: stores.series({ store, outcome: 'failed' }),
  });
  const storesOf = {
    redis: storeOf('redis'),
    database: storeOf('database'),
    replica: storeOf('replica'),
  };

  return {
    answered: (method, route = NO_ROUTE, status, seconds) => {
      requestsOf(METHODS.has(method) ? method : 'other', route, status).observe(seconds);
      if (route === LOGIN && method === 'POST') {
        logins.inc({ outcome: loginOutcome(status) });
      }
    },
    refused: (code) => problems.inc({ code }),
    asked: (store, outcome, seconds) => storesOf[store][outcome].observe(seconds),
    watchHashing: (read) => {
      new Gauge({
        name: 'password_hashes',
        help: 'Hashes that run, and that wait for a thread.',
        labelNames: ['state'],
        registers,
        collect() {
          const { running, waiting } = read();
          this.set({ state: 'running' }, running);
          this.set({ state: 'waiting' }, waiting);
        },
      });
    },
    render: async () => ({ type: register.contentType, text: await register.metrics() }),
  };
}
