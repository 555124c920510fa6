/** A show with its page: stores, stage, server, until it is told to end. */
import { withSeededStores } from '../fleet/seeded-stores.js';
import { LabError } from '../model/errors.js';
import type { DescribedStrategy } from '../model/result-schema.js';
import { findProvenLimiter } from '../processes/cpu-limits/prove-limiter.js';
import { goFirst } from '../processes/priority.js';
import { databases, sessionStores } from '../stores/registry.js';
import { assertNoneGiven } from '../stores/store.js';
import type { Lesson } from './lessons/lesson-schema.js';
import { openTeacher } from './lessons/teach.js';
import type { Command } from './server/command.js';
import { startLiveServer } from './server/live-server.js';
import { buildPage } from './server/page-files.js';
import type { ScenePlan } from './show/scene.js';
import { CROWD_MAX, openShow } from './show/show.js';

export interface LiveOptions {
  strategies: readonly DescribedStrategy[];
  lessons: readonly Lesson[];
  /** What it begins with; null: the free stage. */
  firstLesson: string | null;
  /** What stands there where no lesson is given. */
  freeStage: ScenePlan;
  port: number;
  nodeOptions: readonly string[];
  signal: AbortSignal;
  say(line: string): void;
  /** The page can be opened. */
  onOpen(address: string): void;
}

const POSTS = 200;
/** Hands of a room full of people; more are a mistake. */
const MOST_WAITING = 8;
/** Of those whom scenes may hold; each is tried before a scene relies on it. */
const TRIED_SHARES = [0.05];

/** Resolves when the signal is aborted and everything has ended. @throws LabError of what cannot start */
export async function openLive(options: LiveOptions): Promise<void> {
  const { strategies, lessons, freeStage, nodeOptions, signal, say } = options;
  assertNoneGiven([databases.postgres, sessionStores.redis], process.env);
  const page = await buildPage();
  const seed = { users: CROWD_MAX, posts: POSTS, database: 'postgres' as const };
  await withSeededStores({ ...seed, signal, say }, async (stores) => {
    const { guardian } = stores;
    const found = await findProvenLimiter(TRIED_SHARES, { guardian });
    const goBack = goFirst();
    let watchers = () => 0;
    const show = openShow({
      ...{ stores, strategies, nodeOptions, signal, limiter: found.limiter },
      whyNoLimiter: found.limiter ? null : `${found.why}. ${found.advice}`,
      watchers: () => watchers(),
    });
    show.setLessons(lessons.map(({ name, claim, title }) => ({ name, claim, title })));
    let before: Promise<void> = Promise.resolve();
    let waiting = 0;
    let generation = 0;

    /** One after the other: hands that cross each other leave something broken. */
    function inTurn(work: () => Promise<void>): Promise<void> {
      if (waiting >= MOST_WAITING) {
        throw new LabError(
          'TOO_MANY_HANDS',
          'Many hands wait for their turn: try again in a moment.',
        );
      }
      waiting += 1;
      const mine = generation;
      const turn = before
        .then(() => {
          signal.throwIfAborted();
          if (mine !== generation) throw new LabError('OVERTAKEN', 'All was mended meanwhile.');
          return work();
        })
        .finally(() => {
          waiting -= 1;
        });
      before = turn.catch(() => {});
      return turn;
    }
    /** What waits is given up, and the round that runs. */
    function overtake(): void {
      generation += 1;
      teacher.cancel();
    }
    const teacher = openTeacher(show, lessons, inTurn, signal);

    async function obey(command: Command): Promise<void> {
      switch (command.do) {
        case 'vote':
          return teacher.vote(command.choice, command.change);
        case 'rate':
          return show.setRate(command.perSecond, command.lane);
        case 'next': {
          // The run takes a minute: whoever asked is answered at once, the page shows how it goes, and hands go on.
          const run = teacher.next();
          return Promise.race([run, afterAMoment(run)]);
        }
        case 'again':
          return teacher.again();
        case 'instances':
          return inTurn(() =>
            show.during(command.change > 0 ? 'instance starts' : 'instance leaves', () =>
              show.changeInstances(command.change, command.lane),
            ),
          );
        case 'nginx':
          return inTurn(() => show.during('nginx', () => show.setWeb(command.isThere)));
        case 'break':
          return inTurn(() => show.during('fault', () => show.apply(command.fault)));
        case 'undo':
          return inTurn(() => show.during('undo', () => show.undo(command.fault)));
        case 'mend-all':
          overtake();
          return inTurn(() => show.during('mending', () => show.undoAll()));
        case 'log-in':
          return inTurn(() => show.during('logins', () => show.logIn()));
        case 'lesson':
          overtake();
          return inTurn(() => show.during('scene', () => teacher.begin(command.name)));
        case 'free-stage':
          overtake();
          return inTurn(async () => {
            teacher.leave();
            await show.during('scene', () => show.setScene(freeStage));
          });
      }
    }

    const server = await startLiveServer({ port: options.port, page, log: show.log, obey });
    watchers = server.watchers;
    try {
      options.onOpen(server.address);
      const first = options.firstLesson;
      await obey(first === null ? { do: 'free-stage' } : { do: 'lesson', name: first });
      say('The stage is set.');
      await aborted(signal);
      say('\nStopping.');
    } finally {
      await server.stop();
      // What is under way ends by the signal.
      overtake();
      await before;
      await show.stop();
      found.limiter?.close();
      goBack();
    }
  });
}

/** Failures of what goes on longer are told on the page. */
async function afterAMoment(run: Promise<void>): Promise<void> {
  run.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 150));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
