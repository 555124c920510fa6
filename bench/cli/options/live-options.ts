/** The options of lab live, and what stands on its free stage. */
import type { ScenePlan } from '../../live/show/scene.js';
import { LANES_MAX, PEOPLE_MAX } from '../../live/show/show.js';
import { MOST_PER_SECOND } from '../../live/show/show-model.js';
import { usageError } from '../../model/errors.js';
import { PORT_MAX } from '../../processes/ports/held-ports.js';
import { USUAL_LOAD } from '../../stage/requests.js';
import { decimal, integer, listOf, oneOf, type ParsedOptions, text } from '../parse-options.js';
import { cpuShare } from './limit-options.js';

export function liveOptions(strategies: readonly string[]) {
  return {
    strategies: listOf(strategies, 'what stands side by side (session,jwt)'),
    instances: integer(1, 8, 'of each, at the beginning (2)'),
    rate: decimal(1, MOST_PER_SECOND, 'requests a second to each, at the beginning (50)'),
    people: integer(1, PEOPLE_MAX, 'who are logged in at each (12)'),
    'instance-cpu': cpuShare('share of a core that each instance is held to (no limit)'),
    'redis-cpu': cpuShare('share of a core that Redis is held to (no limit)'),
    web: oneOf(['nginx'], 'a web tier before the instances of each (none)'),
    port: integer(1, PORT_MAX, 'of the page, on this machine only (a free one)'),
    lessons: text('FOLDER', 'lessons of your own (docs/lessons)'),
    lesson: text('NAME', 'begins with this lesson'),
  } as const;
}

/** @throws LabError OPTION_INVALID, exit code 2 */
export function freeStageFrom(options: ParsedOptions<ReturnType<typeof liveOptions>>): ScenePlan {
  const names = options.strategies ?? ['session', 'jwt'];
  if (names.length > LANES_MAX) {
    throw usageError('OPTION_INVALID', `--strategies: at most ${LANES_MAX} fit side by side.`);
  }
  return {
    lanes: names.map((name) => ({
      ...{ id: name, strategy: name, set: {}, instances: null, spread: 'sticky' as const },
      ...{ isDelegated: false, load: USUAL_LOAD },
      web: options.web === undefined ? null : ('sticky' as const),
    })),
    instances: options.instances ?? 2,
    instanceCores: options['instance-cpu'] ?? null,
    redisCores: options['redis-cpu'] ?? null,
    rate: options.rate ?? 50,
    atOnce: null,
    people: options.people ?? 12,
    crowd: 0,
    warmUpRequests: options['instance-cpu'] === undefined ? 800 : 4000,
    tokenLifeSeconds: null,
    instrumented: true,
  };
}
