/** The kinds of server processes that a run had, in the order in which a request meets them. */
import { DATABASE_PRODUCTS, databaseOf } from '../model/databases.js';
import type { ProcessKind, Result } from '../model/result-schema.js';

export type ServerKind = Exclude<ProcessKind, 'loadGenerator'>;

export interface Server {
  kind: ServerKind;
  /** For people. */
  label: string;
}

/**
 * Instances, Redis and the database belong to every run; the others are there where a trial had one. To
 * show another kind is a line here and its colour in charts/palette.ts.
 */
export function serversOf({ config, trials }: Pick<Result, 'config' | 'trials'>): Server[] {
  const database = databaseOf(config);
  const optional = (kind: ServerKind, label: string): Server[] =>
    trials.some(({ processes }) => processes.some((each) => each.kind === kind))
      ? [{ kind, label }]
      : [];
  return [
    ...optional('web', 'Web tier'),
    { kind: 'application', label: 'Application' },
    { kind: 'redis', label: 'Redis' },
    { kind: database, label: DATABASE_PRODUCTS[database] },
    ...optional('authority', 'Authority'),
    ...optional('prediction', 'Prediction server'),
  ];
}
