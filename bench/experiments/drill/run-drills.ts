/** Drills one after the other, on a stage that is started anew only where a drill needs another kind of it. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { BUCKET_MS } from '../../analyse/drills/judge-repetition.js';
import { type SeededStores, withSeededStores } from '../../fleet/seeded-stores.js';
import { describeMachine } from '../../measure/environment.js';
import type { DrillRecord, DrillResult } from '../../model/drill-schema.js';
import type { DescribedStrategy } from '../../model/result-schema.js';
import { CROWD } from '../../stage/faults/logout-thousand.js';
import { FAULTS } from '../../stage/faults/registry.js';
import { CONTROL_ID, openStage, type Stage } from '../../stage/stage.js';
import type { PostgresShape } from '../../stores/postgres/shape.js';
import type { RedisShape } from '../../stores/redis/shape.js';
import { databases, sessionStores } from '../../stores/registry.js';
import { assertNoneGiven } from '../../stores/store.js';
import { describeStores, recordWhole } from '../record-whole.js';
import type { NamedText } from '../result-folder.js';
import { DRILLS, type Drill, type DrillName, type StageKind } from './drills.js';
import { lanesOf, prepare, runRepetition } from './run-repetition.js';

export interface DrillsInput {
  names: readonly DrillName[];
  repetitions: number;
  redis: RedisShape;
  postgres: PostgresShape;
  strategies: readonly DescribedStrategy[];
  control: DescribedStrategy;
  instances: number;
  perSecond: number;
  nodeOptions: readonly string[];
  /** Of an access token where nobody says otherwise. */
  configuredLifeSeconds: number;
  /** Does the same again. */
  command: string;
  outFolder: string;
  /** Of the result, each time that a drill is over. */
  render(result: DrillResult): NamedText[];
  signal: AbortSignal;
  say(line: string): void;
}

/** At each lane. */
const PEOPLE = 20;
/** Beside them, at each lane. */
const NEWCOMERS = 4;
/** All of them log in anew for each repetition, and the first token must not be old when the last one is there. */
const PEOPLE_WITH_SHORT_TOKENS = 6;
const POSTS = 100;
const PATIENCE_MS = 2000;
/** Of the access tokens of a stage with short ones. */
const TOKEN_LIFE_SECONDS = 7;
/** At most one answer in a hundred is missing, and one in a hundred takes longer than this; none is wrong. */
const STEADY_STATE = { errorShare: 0.01, p99Ms: 500 };
const KINDS: readonly StageKind[] = ['plain', 'instrumented', 'short-tokens', 'behind-nginx'];

export interface RanDrills {
  result: DrillResult;
  folder: string;
}

/**
 * When the signal is aborted, what was drilled is written, marked partial.
 *
 * @throws LabError when the run fails; the partial result is written before
 */
export async function runDrills(input: DrillsInput): Promise<RanDrills> {
  const { strategies, control, instances, perSecond, signal, say } = input;
  assertNoneGiven([databases.postgres, sessionStores.redis], process.env);
  // A clock that is wrong matters to tokens that live as long as they do by default.
  const tokenLives: Readonly<Record<StageKind, number | null>> = {
    plain: null,
    instrumented: input.configuredLifeSeconds,
    'short-tokens': TOKEN_LIFE_SECONDS,
    'behind-nginx': null,
  };
  const { cpuModel, cores, node } = describeMachine();
  return recordWhole({
    ...{ file: 'drill.json', outFolder: input.outFolder, render: input.render, signal },
    begin: (id): DrillResult => ({
      ...{ schemaVersion: 1, id, startedAt: new Date().toISOString(), endedAt: null },
      ...{ partial: true, command: input.command, machine: { cpuModel, cores, node }, stores: {} },
      variants: strategies.map(({ name }) => ({ id: name, strategy: name })),
      control: control.name,
      ...{ instances, ratePerSecond: perSecond, patienceMs: PATIENCE_MS },
      configuredLifeSeconds: input.configuredLifeSeconds,
      ...{ tokenLifeSeconds: TOKEN_LIFE_SECONDS, bucketMs: BUCKET_MS, steadyState: STEADY_STATE },
      drills: [],
    }),
    measure: (result, save, folder) =>
      withTwoSets(
        Math.max(CROWD, strategies.length * (PEOPLE + NEWCOMERS)),
        input,
        async (stores, controlStores) => {
          result.stores = describeStores(stores.stores);
          for (const kind of KINDS) {
            const names = input.names.filter((name) => DRILLS[name].stage === kind);
            if (names.length === 0) continue;
            say(`Starting ${strategies.length + 1} lanes of ${instances} instances`);
            const stage = await openStage({
              lanes: strategies.map((strategy) => ({
                ...{ id: strategy.name, strategy },
                web: kind === 'behind-nginx' ? 'sticky' : undefined,
              })),
              control: { strategy: control, stores: controlStores },
              ...{ instances, perSecond, stores, signal, holder: null },
              ...{ patienceMs: PATIENCE_MS, nodeOptions: input.nodeOptions },
              newcomers: NEWCOMERS,
              people: kind === 'short-tokens' ? PEOPLE_WITH_SHORT_TOKENS : PEOPLE,
              tokenLifeSeconds: tokenLives[kind],
              instrumented: kind === 'instrumented',
            });
            try {
              await warmUp(stage, signal);
              for (const name of names) {
                await drillOn(stage, name, { ...input, stores, controlStores }, result, folder);
                await save();
              }
            } finally {
              await stage.stop();
            }
          }
        },
      ),
  });
}

/** Those that faults may touch, and those of the control. */
function withTwoSets(
  users: number,
  { redis, postgres, signal, say }: Pick<DrillsInput, 'redis' | 'postgres' | 'signal' | 'say'>,
  use: (stores: SeededStores, controlStores: SeededStores) => Promise<void>,
): Promise<void> {
  const options = { posts: POSTS, database: 'postgres' as const, signal, say };
  return withSeededStores({ ...options, users, redis, postgres }, (stores) =>
    withSeededStores({ ...options, users: PEOPLE + NEWCOMERS, say: () => {} }, (controlStores) =>
      use(stores, controlStores),
    ),
  );
}

const WARM_UP_MS = 6000;

/** New processes are slow, and would look unsteady. */
async function warmUp(stage: Stage, signal: AbortSignal): Promise<void> {
  await prepare(stage, signal);
  const all = lanesOf(stage);
  for (const lane of all) {
    lane.beginRecord();
    lane.begin();
  }
  await delay(WARM_UP_MS, undefined, { signal });
  await Promise.all(all.map((lane) => lane.pause()));
  for (const lane of all) lane.takeRecord();
}

async function drillOn(
  stage: Stage,
  name: DrillName,
  input: DrillsInput & { stores: SeededStores; controlStores: SeededStores },
  result: DrillResult,
  folder: string,
): Promise<void> {
  const drill: Drill = DRILLS[name];
  const { title, undoTitle } = FAULTS[drill.fault];
  const record: DrillRecord = {
    ...{ name, question: drill.question, fault: title },
    ...{ undo: undoTitle ?? 'there is nothing to undo', repetitions: [] },
  };
  result.drills.push(record);
  const lines: string[] = [];
  for (let number = 1; number <= input.repetitions; number++) {
    const { repetition, events } = await runRepetition(stage, drill, {
      ...{ stores: input.stores, controlStores: input.controlStores },
      ...{ steadyState: result.steadyState, signal: input.signal },
    });
    record.repetitions.push(repetition);
    for (const [lane, seen] of Object.entries(events)) {
      lines.push(...seen.map((event) => JSON.stringify({ repetition: number, lane, ...event })));
    }
    const seen = result.variants.map(
      ({ id }) => `${id} ${repetition.variants[id]?.verdict ?? 'not run'}`,
    );
    const ofControl = repetition.variants[CONTROL_ID];
    const doubt = ofControl?.verdict === 'held' ? '' : ` (control: ${ofControl?.why})`;
    input.say(`${name} ${number}/${input.repetitions}: ${seen.join(', ')}${doubt}`);
  }
  await writeFile(join(folder, `events-${name}.ndjson.gz`), gzipSync(`${lines.join('\n')}\n`));
}
