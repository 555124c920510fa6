/** What a watcher may ask for: the body of a POST to hands. */
import { z } from 'zod';
import { FAULTS, type FaultName } from '../../stage/faults/registry.js';
import { MOST_PER_SECOND } from '../show/show-model.js';

const lane = z.string().max(40).nullable().default(null);
const fault = z.enum(Object.keys(FAULTS) as [FaultName, ...FaultName[]]);

export const commandSchema = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('rate'),
    perSecond: z.number().min(0).max(MOST_PER_SECOND),
    lane,
  }),
  z.strictObject({
    do: z.literal('instances'),
    change: z.union([z.literal(1), z.literal(-1)]),
    lane,
  }),
  z.strictObject({ do: z.literal('break'), fault }),
  z.strictObject({ do: z.literal('undo'), fault }),
  z.strictObject({ do: z.literal('nginx'), isThere: z.boolean() }),
  z.strictObject({ do: z.literal('mend-all') }),
  z.strictObject({ do: z.literal('log-in') }),
  z.strictObject({ do: z.literal('lesson'), name: z.string().max(64) }),
  z.strictObject({ do: z.literal('free-stage') }),
  z.strictObject({ do: z.literal('next') }),
  z.strictObject({ do: z.literal('again') }),
  z.strictObject({
    do: z.literal('vote'),
    choice: z.int().min(0).max(9),
    change: z.union([z.literal(1), z.literal(-1)]),
  }),
]);

export type Command = z.infer<typeof commandSchema>;
