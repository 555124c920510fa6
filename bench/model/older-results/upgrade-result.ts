/**
 * Results of versions 1 to 5 in the shape of version 6. What versions 2 to 5 added was optional each
 * time, so one step upgrades all of them:
 *
 * 1: the first. 2: strategies carry their whole declaration, and a trial may have an authority.
 * 3: processes may be held to a share of a core, and the load may follow a plan (open loop).
 * 4: a web tier may stand before the instances, and a prediction server beside them; a trial may tell
 * kinds of requests apart, and how late event loops were.
 * 5: the database may be a MariaDB.
 *
 * What a run compared was a name there: "session#2" for the second of a strategy, in `strategy` of every
 * record, with its variables in `config.variables`. A run had one topology, and `config.web` told it.
 */
import { z } from 'zod';
import { SCHEMA_VERSION } from '../result-schema.js';
import { variantsOf } from '../variant.js';

/** Only what has another name or another place in version 6; the rest passes through. */
const olderResultSchema = z.looseObject({
  config: z.looseObject({
    strategies: z.array(z.string()),
    variables: z.record(z.string(), z.record(z.string(), z.string())).optional(),
    web: z.unknown().optional(),
    order: z.array(z.looseObject({ strategy: z.string() })),
  }),
  trials: z.array(z.looseObject({ strategy: z.string() })),
  sustained: z.array(z.looseObject({ strategy: z.string() })).optional(),
  comparisons: z.array(z.looseObject({})),
});

/**
 * @param older a parsed result of version 1 to 5
 * @returns the same in the shape of version 6, for its schema to check
 * @throws ZodError where it is no such result
 */
export function upgradeResult(older: unknown): unknown {
  const { config, trials, sustained, comparisons, ...others } = olderResultSchema.parse(older);
  const { strategies, variables, order, ...settings } = config;
  const topology = config.web ? 'web' : 'direct';
  const inCondition = ({ strategy, ...named }: { strategy: string }) => ({
    variant: strategy,
    ...renamed(named),
    topology,
  });
  return {
    ...others,
    schemaVersion: SCHEMA_VERSION,
    config: {
      ...renamed(settings),
      variants: variantsOf(strategies, variables),
      order: order.map(inCondition),
    },
    trials: trials.map(inCondition),
    ...(sustained && { sustained: sustained.map(inCondition) }),
    comparisons: comparisons.map((comparison) => ({ ...renamed(comparison), topology })),
  };
}

const NEW_NAMES: Readonly<Record<string, string>> = {
  shards: 'loadWorkers',
  turns: 'windows',
  horizon: 'equivalenceMargin',
  familyInterval: 'simultaneousInterval',
};

function renamed(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [NEW_NAMES[name] ?? name, value]),
  );
}
