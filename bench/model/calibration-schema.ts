/** The shape of calibration.json: how much a strategy differs from itself on one machine (A/A). */
import { z } from 'zod';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

export const noiseFloorSchema = z.object({
  metric: z.string(),
  rounds: count.min(2).describe('Rounds of the A/A run that count.'),
  standardDeviation: amount.describe(
    'Of the logarithm of the ratio between rounds: 0.03 is about 3 %.',
  ),
  byRounds: z.array(
    z.object({
      rounds: count.positive(),
      halfWidth: amount.describe('Of the 95 % interval of a ratio: 0.05 is ±5 %.'),
      detectable: amount.describe(
        'The smallest difference found in four of five runs, as a share.',
      ),
    }),
  ),
  byDifference: z.array(
    z.object({
      difference: amount.describe('As a share.'),
      rounds: count
        .positive()
        .nullable()
        .describe('So many find it in four of five runs; null: more than 200.'),
    }),
  ),
  verdict: z
    .enum(['faster', 'slower', 'equal', 'unsure'])
    .describe('Faster or slower: a winner was named where there is none.'),
});

export const calibrationSchema = z.object({
  schemaVersion: z.literal(1),
  measuredAt: z.iso.datetime(),
  result: z.string().describe('Name of the folder of the A/A run.'),
  machine: z
    .object({ cpuModel: z.string(), cores: count.positive(), node: z.string() })
    .describe('Figures hold for such a machine only.'),
  strategy: z.string(),
  workload: z.string(),
  instances: count.positive(),
  seconds: amount.describe('Length of the measured window; shorter ones scatter more.'),
  noise: z.array(noiseFloorSchema),
});

/** All for one scenario on its own, at 95 % and with 80 % power. */
export type NoiseFloor = z.infer<typeof noiseFloorSchema>;
export type Calibration = z.infer<typeof calibrationSchema>;
