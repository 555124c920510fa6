/** The shape of drill.json: what each variant answered while something was broken. */
import { z } from 'zod';
import { OUTCOMES, type Outcome } from './outcomes.js';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const outcomeSchema = z
  .enum(OUTCOMES)
  .describe(
    'Of an answer. Wrongly accepted: the login had been ended before the request was sent. Resurrected: the same, by an instance that had refused it since. Wrongly refused: the login was good. Unavailable: no answer in time, or one that says "not now" (408, 429, 5xx).',
  );

const counts = z.record(outcomeSchema, count);

/** Who is asking, a new post, and a login by somebody who has just come. */
export const REQUEST_KINDS = ['read', 'write', 'login'] as const;

export const DRILL_VERDICTS = ['held', 'deviated', 'inconclusive'] as const;

const readings = z.object({
  verdict: z
    .enum(DRILL_VERDICTS)
    .describe(
      'Held: the steady state held from the fault to the end. Inconclusive: the unbroken control deviated, or nothing was steady before the fault, so nothing can be said.',
    ),
  why: z.string().nullable().describe('What deviated, or why nothing can be said.'),
  outcomes: counts.describe('Of all answers from the fault to the end.'),
  byKind: z
    .record(z.enum(REQUEST_KINDS), z.object({ answers: count, missing: count }))
    .describe(
      'Requests of each kind from the fault to the end, and how many of them were unavailable.',
    ),
  firstWrongSeconds: amount
    .nullable()
    .describe('From the fault to the first answer that was not right; null: there was none.'),
  lastWrongSeconds: amount.nullable(),
  detectSeconds: amount
    .nullable()
    .describe('From the fault until an instance said that it is not ready; null: none did.'),
  recoverSeconds: amount.describe('From the undo to the last answer that was not right.'),
  p99Ms: amount.nullable().describe('Of the answered requests from the fault to the end.'),
  lostLogins: count.describe(
    'Logins that were still refused at the end, though nobody ended them.',
  ),
  lostWrites: count.describe('Posts that were acknowledged and are not in the database.'),
  doors: z
    .array(
      z.object({
        instance: count.describe('0: whichever the web tier chose.'),
        isWhereItEnded: z.boolean().describe('The logout was asked for at this instance.'),
        openSeconds: amount.describe(
          'From the acknowledged end to the last question that was answered as if the login were good.',
        ),
        isOpenAtTheEnd: z.boolean(),
      }),
    )
    .optional()
    .describe(
      'Each instance, asked every 10 ms with the login that was ended; only where it was so asked.',
    ),
  refreshTokens: z
    .object({
      presented: count,
      lost: count.describe('Good ones that were refused: their owners have to log in anew.'),
      acceptedAgain: count.describe('Spent or ended ones that were exchanged all the same.'),
      openedAgain: count.describe('Access tokens given for those that then let somebody in.'),
      unanswered: count.describe('Not within 5 s.'),
    })
    .optional()
    .describe(
      'After a failover of the database each refresh token is presented until that is answered; only of strategies that have them.',
    ),
  series: z
    .array(z.array(count))
    .describe(
      'Answers in each 100 ms of the plan, from the beginning: one number for each outcome, in the order of the outcomes.',
    ),
});

const repetition = z.object({
  faultMs: amount.describe('From the beginning of the record to the fault, as the next ones are.'),
  undoMs: amount,
  endMs: amount,
  variants: z.record(z.string(), readings).describe('By variant; the control among them.'),
});

const drill = z.object({
  name: z.string(),
  question: z.string(),
  fault: z.string(),
  undo: z.string(),
  repetitions: z.array(repetition),
});

export const drillResultSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  partial: z.boolean().describe('Cut short.'),
  command: z.string().describe('Does the same again.'),
  machine: z.object({ cpuModel: z.string(), cores: count.positive(), node: z.string() }),
  stores: z.record(z.string(), z.string()).describe('What served as each of them.'),
  variants: z.array(z.object({ id: z.string(), strategy: z.string() })),
  control: z.string().describe('The variant on stores of its own, which nothing is done to.'),
  instances: count.positive().describe('Of each variant.'),
  ratePerSecond: amount.describe('Requests to each variant, by a plan, whatever the answers do.'),
  patienceMs: amount.describe('A request that is not answered by then has no answer.'),
  tokenLifeSeconds: amount.describe('Of access tokens, in drills that wait for their end.'),
  configuredLifeSeconds: amount
    .describe('Of access tokens where nobody says otherwise, and in drills of clocks.')
    .default(300),
  bucketMs: amount.describe('Length of one step of a series.'),
  steadyState: z
    .object({ errorShare: amount, p99Ms: amount })
    .describe('At most so much; and no answer is wrong.'),
  drills: z.array(drill),
});

export type RequestKind = (typeof REQUEST_KINDS)[number];
export type OutcomeCounts = Record<Outcome, number>;
export type DrillVerdict = (typeof DRILL_VERDICTS)[number];
export type DrillReadings = z.infer<typeof readings>;
export type DrillRepetition = z.infer<typeof repetition>;
export type DrillRecord = z.infer<typeof drill>;
export type DrillResult = z.infer<typeof drillResultSchema>;
