/** How many servers Redis is. */
import { usageError } from '../../model/errors.js';

export type RedisShape =
  | { readonly kind: 'one' }
  /** `replicas` of all masters together, each of another one, in turns. */
  | { readonly kind: 'cluster'; readonly masters: number; readonly replicas: number }
  /** One primary, its replicas, and Sentinels that watch them. */
  | { readonly kind: 'sentinel'; readonly replicas: number };

export const ONE_REDIS: RedisShape = { kind: 'one' };

/** Redis forms no cluster of less than three masters; more than this do not fit beside what is measured. */
const MASTERS = { min: 3, max: 16 };
const REPLICAS_MAX = 16;

/** As it is written: "cluster:3+3". */
export function nameOfShape(shape: RedisShape): string {
  switch (shape.kind) {
    case 'one':
      return 'one';
    case 'cluster':
      return `cluster:${shape.masters}${shape.replicas > 0 ? `+${shape.replicas}` : ''}`;
    case 'sentinel':
      return `sentinel:1+${shape.replicas}`;
  }
}

/** @throws LabError OPTION_INVALID, exit code 2 */
export function parseRedisShape(text: string): RedisShape {
  const [, kind, first = '', more = '0'] =
    /^(cluster|sentinel):(\d{1,3})(?:\+(\d{1,3}))?$/.exec(text) ?? [];
  const servers = Number(first);
  const replicas = Number(more);
  if (text === 'one') return ONE_REDIS;
  if (
    kind === 'cluster' &&
    servers >= MASTERS.min &&
    servers <= MASTERS.max &&
    replicas <= REPLICAS_MAX
  ) {
    return { kind, masters: servers, replicas };
  }
  if (kind === 'sentinel' && servers === 1 && replicas >= 1 && replicas <= REPLICAS_MAX) {
    return { kind, replicas };
  }
  throw usageError(
    'OPTION_INVALID',
    `--redis is one, cluster:MASTERS or cluster:MASTERS+REPLICAS (${MASTERS.min} to ${MASTERS.max} masters), or sentinel:1+REPLICAS; "${text}" is none of them.`,
  );
}
