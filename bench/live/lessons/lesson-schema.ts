/** The shape of a lesson file: docs/lessons.md tells it to those who write one. */
import { z } from 'zod';
import { BALANCES } from '../../fleet/web-tier/nginx-configuration.js';
import { OUTCOMES } from '../../model/outcomes.js';
import {
  FAULTS_OF_SINGLE_SERVERS,
  type FaultName,
  faultNamed,
} from '../../stage/faults/registry.js';
import { READS, SOMETIMES, USUAL_LOAD } from '../../stage/requests.js';
import type { ScenePlan } from '../show/scene.js';
import { CROWD_MAX, LANES_MAX, PEOPLE_MAX } from '../show/show.js';
import { MOST_PER_SECOND } from '../show/show-model.js';

const namesOf = <Name extends string>(table: Readonly<Record<Name, unknown>>) =>
  Object.keys(table) as [Name, ...Name[]];

const words = z
  .strictObject({ en: z.string().min(1), ko: z.string().min(1) })
  .describe('A text in both languages.');
const laneName = z.string().regex(/^[\w#.-]{1,32}$/, 'up to 32 letters, digits and -');

const lane = z.strictObject({
  id: laneName,
  strategy: z.string().describe('As npm run lab -- strategies prints them.'),
  set: z
    .record(
      z.string().regex(/^[A-Z][A-Z0-9_]*$/),
      z.coerce
        .string()
        .max(1000)
        .regex(/^\P{Cc}*$/u, 'text without control characters'),
    )
    .default({})
    .describe('Settings of the service, for this lane.'),
  instances: z.int().min(1).max(8).optional(),
  spread: z
    .enum(['sticky', 'any'])
    .default('sticky')
    .describe('Whether a request comes to the instance that knows the login, or to any.'),
  web: z.enum(BALANCES).nullable().default(null).describe('nginx before the instances.'),
  delegated: z
    .boolean()
    .default(false)
    .describe('Third parties ask, to whom people have handed the right to write posts only.'),
  reads: z.enum(namesOf(READS)).default(USUAL_LOAD.reads).describe('What is mostly asked for.'),
  sometimes: z.enum(namesOf(SOMETIMES)).default(USUAL_LOAD.sometimes),
  every: z
    .int()
    .min(2)
    .max(1000)
    .default(USUAL_LOAD.every)
    .describe('One request in so many is of the other kind.'),
});

const rate = z.number().min(0).max(MOST_PER_SECOND);

const scene = z.strictObject({
  lanes: z.array(lane).min(1).max(LANES_MAX),
  instances: z.int().min(1).max(8).default(1).describe('Of each lane.'),
  instanceCores: z.number().min(0.01).max(4).nullable().default(null),
  redisCores: z.number().min(0.01).max(4).nullable().default(null),
  rate: rate.default(50).describe('Requests a second to each lane.'),
  atOnce: z
    .int()
    .min(1)
    .max(500)
    .nullable()
    .default(null)
    .describe(
      'Requests of a lane that wait for an answer, at most, for each of its instances: then nobody asks until one has come, so a limit shows as fewer answers and not as failures.',
    ),
  people: z.int().min(1).max(PEOPLE_MAX).default(12).describe('Logged in at each lane.'),
  crowd: z
    .int()
    .min(0)
    .max(CROWD_MAX)
    .default(0)
    .describe(
      'So many more, whose logins are made without passwords; none for a strategy whose instances each know their own logins.',
    ),
  tokenLifeSeconds: z.int().min(5).max(86_400).nullable().default(null),
});

const lanes = laneName.optional().describe('One lane; all unless it is named.');

/** What a round does, one after the other. */
const action = z.union([
  z.strictObject({ wait: z.number().min(0).max(60).describe('Seconds.') }),
  z.strictObject({ rate, lane: lanes }),
  z.strictObject({ add: z.int().min(1).max(7).describe('Instances.'), lane: lanes }),
  z.strictObject({ remove: z.int().min(1).max(7), lane: lanes }),
  z.strictObject({ break: z.enum(FAULTS_OF_SINGLE_SERVERS as [FaultName, ...FaultName[]]) }),
  z.strictObject({ undo: z.enum(FAULTS_OF_SINGLE_SERVERS as [FaultName, ...FaultName[]]) }),
  z.strictObject({ mend: z.literal('all') }),
  z.strictObject({
    count: z.literal('from here').describe('Counts begin anew: what came before is left out.'),
  }),
]);

/** What the counts of a round have to be if it went as told. */
const expectation = z.strictObject({
  lane: laneName,
  figure: z
    .enum([...OUTCOMES, 'failed', 'p99', 'microseconds', 'bytes'])
    .describe(
      'A count of answers by outcome, or failed (unavailable and unexpected); p99 in milliseconds; CPU microseconds of the servers of a lane, or bytes of the body, for an answer.',
    ),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  lessThan: laneName
    .optional()
    .describe('It is less by a fifth or more than the same of that lane.'),
});

const round = z.strictObject({
  what: words.describe('What we do.'),
  question: words.describe('What do you expect?'),
  choices: z.array(words).min(2).max(4),
  answer: z
    .int()
    .min(1)
    .max(4)
    .optional()
    .describe('The choice, counted from 1, that comes true if it goes as told.'),
  run: z.array(action).min(1).max(40),
  why: words.describe('What was to be seen, and why it is so.'),
  columns: z
    .array(z.enum(['microseconds', 'bytes']))
    .max(2)
    .default([])
    .describe('What is told beside the outcomes and the latency, for an answer.'),
  expect: z.array(expectation).max(12).default([]),
});

export const lessonSchema = z.strictObject({
  claim: z.string().regex(/^[A-Z]\d$/, 'a claim of docs/claims.md, as S3'),
  title: words,
  intro: words,
  scene,
  rounds: z.array(round).min(1).max(6),
});

export type LessonFile = z.infer<typeof lessonSchema>;
export type LessonAction = z.infer<typeof action>;
export type LessonExpectation = z.infer<typeof expectation>;

export interface Lesson extends LessonFile {
  /** Of its file. */
  name: string;
}

/** Where code that is not compiled yet would cost more than what is to be seen. */
const WARM_UP_REQUESTS = { measured: 4000, usual: 800 };

export function sceneOfLesson({ scene: asked, rounds }: LessonFile): ScenePlan {
  const broken = rounds.flatMap(({ run }) =>
    run.flatMap((each) => ('break' in each ? [each.break] : [])),
  );
  const isMeasured =
    asked.instanceCores !== null || rounds.some(({ columns }) => columns.includes('microseconds'));
  return {
    ...asked,
    warmUpRequests: isMeasured ? WARM_UP_REQUESTS.measured : WARM_UP_REQUESTS.usual,
    instrumented: broken.some((fault) => faultNamed(fault).needs === 'instruments'),
    lanes: asked.lanes.map(({ reads, sometimes, every, instances, delegated, ...own }) => ({
      ...{ ...own, isDelegated: delegated },
      instances: instances ?? null,
      load: { reads, sometimes, every },
    })),
  };
}
