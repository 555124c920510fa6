/** lab live: a running system on a page, hands to break it, and lessons. */
import { fileURLToPath } from 'node:url';
import { assertLimits } from '../../experiments/compare/assert-limits.js';
import { describeService, describeWholeService } from '../../fleet/service-commands.js';
import { loadLessons } from '../../live/lessons/load-lessons.js';
import { openLive } from '../../live/open-live.js';
import { usageError } from '../../model/errors.js';
import { rerunInDelegatedGroup } from '../../processes/cpu-limits/delegated-rerun.js';
import { nearest } from '../../text/nearest.js';
import { freeStageFrom, liveOptions } from '../options/live-options.js';
import { nodeOptionsFrom } from '../options/node-options.js';
import { settableOf } from '../options/set-option.js';
import { parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

const LESSONS = fileURLToPath(new URL('../../../../docs/lessons', import.meta.url));

export const live: Verb = {
  holds: true,
  summary: 'a page for the wall: strategies under load, hands to break them, lessons',
  // Under systemd a user gets control groups, which lessons hold servers by, by starting the lab anew.
  elsewhere: () => rerunInDelegatedGroup(),
  options: async () => liveOptions((await describeService()).map(({ name }) => name)),
  async run(words, { signal, stdout }) {
    const { strategies, variables } = await describeWholeService();
    const names = strategies.map(({ name }) => name);
    const { options } = parseOptions(words, liveOptions(names));
    const freeStage = freeStageFrom(options);
    const { instanceCores, redisCores } = freeStage;
    // Lessons say on the page that they go on without; what was asked for by an option must be had.
    if (instanceCores !== null || redisCores !== null) {
      const cpuLimits = { application: instanceCores, redis: redisCores };
      await assertLimits({ cpuLimits, database: 'postgres' }, process.env);
    }
    const lessons = await loadLessons(options.lessons ?? LESSONS, {
      ...{ strategies: names, variables: settableOf(variables) },
    });
    const known = lessons.map(({ name }) => name);
    const { lesson } = options;
    if (lesson !== undefined && !known.includes(lesson)) {
      const near = nearest(lesson, known);
      const meant = near ? ` (did you mean ${near}?)` : '';
      throw usageError(
        'LESSON_UNKNOWN',
        `There is no lesson "${lesson}"${meant}. There are ${known.join(', ')}.`,
      );
    }
    const say = (line: string) => stdout.write(`${line}\n`);
    await openLive({
      ...{ strategies, lessons, firstLesson: lesson ?? null, freeStage },
      ...{ port: options.port ?? 0, nodeOptions: nodeOptionsFrom(undefined), signal, say },
      onOpen(address) {
        say('\nOpen this on this machine (whoever has the address can press the buttons):');
        say(`\n  ${address}\n`);
        say('Press Ctrl-C to stop everything.');
      },
    });
  },
};
