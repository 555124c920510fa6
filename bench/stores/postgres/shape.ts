/** How many servers PostgreSQL is. */
import { usageError } from '../../model/errors.js';

export type PostgresShape =
  | { readonly kind: 'one' }
  /** One primary and replicas that follow it by streaming replication, without being waited for. */
  | { readonly kind: 'primary'; readonly replicas: number };

export const ONE_POSTGRES: PostgresShape = { kind: 'one' };

/** Each is a whole PostgreSQL beside what is measured. */
const REPLICAS_MAX = 4;

/** As it is written: "primary:1+1". */
export function nameOfPostgresShape(shape: PostgresShape): string {
  return shape.kind === 'one' ? 'one' : `primary:1+${shape.replicas}`;
}

/** @throws LabError OPTION_INVALID, exit code 2 */
export function parsePostgresShape(text: string): PostgresShape {
  if (text === 'one') return ONE_POSTGRES;
  const [, more = ''] = /^primary:1\+(\d{1,3})$/.exec(text) ?? [];
  const replicas = Number(more);
  if (replicas >= 1 && replicas <= REPLICAS_MAX) return { kind: 'primary', replicas };
  throw usageError(
    'OPTION_INVALID',
    `--postgres is one, or primary:1+REPLICAS (1 to ${REPLICAS_MAX} replicas); "${text}" is neither.`,
  );
}
