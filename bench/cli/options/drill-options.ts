/** The options of lab drill, and the conditions that fail a build. */
import { summariseDrill, type VariantSummary } from '../../analyse/drills/summarise-drill.js';
import { DRILL_NAMES, DRILLS, type DrillName } from '../../experiments/drill/drills.js';
import type { DrillResult } from '../../model/drill-schema.js';
import { usageError } from '../../model/errors.js';
import { faultNamed } from '../../stage/faults/registry.js';
import {
  nameOfPostgresShape,
  ONE_POSTGRES,
  type PostgresShape,
} from '../../stores/postgres/shape.js';
import { nameOfShape, type RedisShape } from '../../stores/redis/shape.js';
import { nearest } from '../../text/nearest.js';
import { decimal, integer, listOf, text } from '../parse-options.js';
import { POSTGRES_OPTION } from './postgres-option.js';
import { REDIS_OPTION } from './redis-option.js';

/** Those of which docs/drills.md tells. */
export const DRILLED_STRATEGIES = [
  ...['session', 'session-memory', 'session-cookie', 'jwt', 'jwt-denylist', 'jwt-cached', 'opaque'],
] as const;

export function drillOptions(strategies: readonly string[]) {
  return {
    all: { flag: true, help: `all of them: ${DRILL_NAMES.join(', ')}` },
    strategies: listOf(
      strategies,
      'which strategies to break (seven: session, its two kin, jwt, its two kin, opaque)',
    ),
    repetitions: integer(1, 100, 'of each drill (5)'),
    ...REDIS_OPTION,
    ...POSTGRES_OPTION,
    instances: integer(2, 16, 'of each strategy (2)'),
    rate: decimal(1, 2000, 'requests a second to each strategy (50)'),
    out: text('FOLDER', 'where the results are kept (results/drills)'),
    'fail-on': text(
      'CONDITIONS',
      "end with exit code 1 when one holds: 'any.redis-kill.recover>2s'",
    ),
    json: { flag: true, help: 'the result as JSON on standard output, all else on standard error' },
  } as const;
}

/** @throws LabError DRILL_MISSING, DRILL_UNKNOWN, DRILL_UNAVAILABLE, exit code 2 */
export function drillsNamed(
  names: readonly string[],
  all: boolean,
  redis: RedisShape,
  postgres: PostgresShape = ONE_POSTGRES,
): DrillName[] {
  if (all && names.length > 0) {
    throw usageError('OPTION_INVALID', '--all means every drill, so name none beside it.');
  }
  if (all) return DRILL_NAMES.filter((name) => whyNot(name, redis, postgres) === null);
  if (names.length === 0) {
    throw usageError(
      'DRILL_MISSING',
      `Name a drill, for instance: npm run lab -- drill redis-freeze. There are ${DRILL_NAMES.join(', ')}. Or take --all.`,
    );
  }
  return [...new Set(names)].map((name) => {
    const known = DRILL_NAMES.find((each) => each === name);
    if (known) {
      const reason = whyNot(known, redis, postgres);
      if (reason === null) return known;
      throw usageError('DRILL_UNAVAILABLE', `${known} ${reason}`);
    }
    const near = nearest(name, DRILL_NAMES);
    throw usageError(
      'DRILL_UNKNOWN',
      `There is no drill "${name}"${near ? ` (did you mean ${near}?)` : ''}. There are ${DRILL_NAMES.join(', ')}.`,
    );
  });
}

/** Why a drill cannot be done with such stores; null: it can. */
function whyNot(name: DrillName, redis: RedisShape, postgres: PostgresShape): string | null {
  const { stage, fault } = DRILLS[name];
  const { needs } = faultNamed(fault);
  const replicas = redis.kind === 'one' ? 0 : redis.replicas;
  const named = `Redis is ${nameOfShape(redis)} here`;
  if (needs === 'replicas' && replicas === 0) {
    return `needs a Redis with replicas, and ${named}: take --redis cluster:3+3, or --redis sentinel:1+2.`;
  }
  if (needs === 'cluster' && redis.kind !== 'cluster') {
    return `needs a Redis Cluster, and ${named}: take --redis cluster:3+3.`;
  }
  if (needs === 'database-replica' && postgres.kind === 'one') {
    return `needs a PostgreSQL with a replica, and PostgreSQL is ${nameOfPostgresShape(postgres)} here: take --postgres primary:1+1.`;
  }
  if (stage === 'instrumented' && redis.kind !== 'one') {
    return `leads the way to Redis through a proxy, and several servers send their clients past it (${named}).`;
  }
  return null;
}

/** What a condition looks at: counts of all repetitions together, and the worst of what is no count of answers. */
const FIGURES = {
  wrong: ({ outcomes }) =>
    outcomes['wrongly-accepted'] + outcomes.resurrected + outcomes['wrongly-refused'],
  accepted: ({ outcomes }) => outcomes['wrongly-accepted'] + outcomes.resurrected,
  refused: ({ outcomes }) => outcomes['wrongly-refused'],
  unavailable: ({ outcomes }) => outcomes.unavailable + outcomes.unexpected,
  logins: ({ lostLogins }) => lostLogins?.most ?? 0,
  writes: ({ lostWrites }) => lostWrites,
  recover: ({ recoverSeconds }) => recoverSeconds?.most ?? 0,
  p99: ({ p99Ms }) => p99Ms?.most ?? 0,
} as const satisfies Record<string, (summary: VariantSummary) => number>;

type FigureName = keyof typeof FIGURES;
const UNITS: Readonly<Partial<Record<FigureName, string>>> = { recover: 's', p99: 'ms' };

export interface DrillCondition {
  text: string;
  /** null: any. */
  variant: string | null;
  drill: DrillName;
  figure: FigureName;
  limit: number;
}

const FORM = `the form is <strategy or any>.<drill>.<${Object.keys(FIGURES).join('|')}>>N, with s after recover and ms after p99`;

/** @throws LabError CONDITION_INVALID, exit code 2, that names the part and what is wrong with it */
export function parseDrillConditions(
  given: string,
  drills: readonly DrillName[],
  variants: readonly string[],
): DrillCondition[] {
  return given.split(',').map((part) => {
    const condition = part.replaceAll(/\s/g, '');
    const invalid = (why: string) =>
      usageError('CONDITION_INVALID', `--fail-on: "${condition}" cannot be read: ${why}; ${FORM}.`);
    const parts = /^([^.>]+)\.([^.>]+)\.([^.>]+)>(\d{1,9}(?:\.\d+)?)(s|ms)?$/.exec(condition);
    if (!parts) throw invalid('it has another form');
    const [, variant = '', drillName, figureName, limit, unit] = parts;
    const drill = drills.find((name) => name === drillName);
    if (!drill) throw invalid(`"${drillName}" is none of the drills of this run`);
    if (variant !== 'any' && !variants.includes(variant)) {
      throw invalid(`"${variant}" is none of the strategies of this run`);
    }
    const figure = (Object.keys(FIGURES) as FigureName[]).find((name) => name === figureName);
    if (!figure) throw invalid(`"${figureName}" is no figure`);
    if (unit !== UNITS[figure]) {
      throw invalid(UNITS[figure] ? `${figure} is in ${UNITS[figure]}` : `${figure} is a count`);
    }
    return {
      ...{ text: condition, variant: variant === 'any' ? null : variant },
      ...{ drill, figure, limit: Number(limit) },
    };
  });
}

export interface JudgedConditions {
  /** A sentence each. */
  broken: string[];
  /** What they look at and no repetition could tell: a gate must not pass over it. */
  undecided: string[];
}

export function judgeDrillConditions(
  conditions: readonly DrillCondition[],
  { drills }: Pick<DrillResult, 'drills'>,
): JudgedConditions {
  const judged: JudgedConditions = { broken: [], undecided: [] };
  for (const { text: condition, variant, drill, figure, limit } of conditions) {
    const record = drills.find(({ name }) => name === drill);
    const summaries = record ? summariseDrill(record) : [];
    const meant = summaries.filter((each) =>
      variant === null ? each.variant !== 'control' : each.variant === variant,
    );
    if (meant.length === 0) judged.undecided.push(`${condition} (not run)`);
    for (const summary of meant) {
      const value = FIGURES[figure](summary);
      if (summary.verdict === 'inconclusive') {
        judged.undecided.push(`${condition} (${summary.variant}: ${summary.why})`);
      } else if (value > limit) {
        const unit = UNITS[figure] ?? '';
        judged.broken.push(`${condition} (${summary.variant}: ${Number(value.toFixed(2))}${unit})`);
      }
    }
  }
  return judged;
}
