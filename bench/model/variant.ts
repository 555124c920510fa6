/** What a run compares: a strategy, perhaps with environment variables of its own. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { targetSchema } from './target.js';

export const variantSchema = z.object({
  id: z
    .string()
    .describe(
      'Its name in this run: the strategy’s, with #2 after it for the second of a strategy.',
    ),
  strategy: z
    .string()
    .nullable()
    .describe('As the registry names it; null: a target that does not say.'),
  environment: z
    .record(z.string(), z.string())
    .describe('Variables that its instances had beyond those of the others.'),
  target: targetSchema.optional(),
});

export type Variant = z.infer<typeof variantSchema>;

/** By the id of a variant. */
export type Environments = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * The variants of a run, in the order asked for: "session", and "session#2" where a strategy is named
 * a second time. Ids are for people and for the command line; what a variant is stands in its fields.
 *
 * @param strategies names; the same one twice is an A/A run
 */
export function variantsOf(
  strategies: readonly string[],
  environments: Environments = {},
): Variant[] {
  const seen = new Map<string, number>();
  return strategies.map((strategy) => {
    const times = (seen.get(strategy) ?? 0) + 1;
    seen.set(strategy, times);
    const id = times === 1 ? strategy : `${strategy}#${times}`;
    return { id, strategy, environment: { ...environments[id] } };
  });
}

/**
 * Set for a variant as if it were a variable of it: flags of Node for its processes, in place of those of the
 * run. NODE_OPTIONS takes only some of the flags of V8.
 */
export const NODE_FLAGS = 'NODE_FLAGS';

/** What stands for no flag at all. */
export const NO_FLAGS = 'none';

export function flagsIn(text: string): string[] {
  return text === NO_FLAGS ? [] : text.split(/\s+/).filter((word) => word !== '');
}

/** Each once, in the order asked for. */
export function strategiesOf(variants: readonly Pick<Variant, 'strategy'>[]): string[] {
  return [...new Set(variants.flatMap(({ strategy }) => strategy ?? []))];
}

/** @throws Error where the run has no such variant */
export function variantWith(id: string, variants: readonly Variant[]): Variant {
  const variant = variants.find((known) => known.id === id);
  if (!variant) throw new Error(`the run has no variant ${id}`);
  return variant;
}

/**
 * Whether a difference between them is noise: variables of one variant make it another program, and of two
 * deployments nobody knows.
 */
export function isSameProgram(one: Variant, other: Variant): boolean {
  if (one.target || other.target) return false;
  return one.strategy === other.strategy && isDeepStrictEqual(one.environment, other.environment);
}

/** The variant of the control, which others are set against; undefined where the run has none. */
export function controlOf(
  variants: readonly Variant[],
  strategies: readonly { name: string; control: boolean }[],
): Variant | undefined {
  return variants.find((variant) => isControl(variant, strategies));
}

/** @param strategies as the service describes them */
export function isControl(
  { strategy }: Pick<Variant, 'strategy'>,
  strategies: readonly { name: string; control: boolean }[],
): boolean {
  return strategies.some(({ name, control }) => control && name === strategy);
}
