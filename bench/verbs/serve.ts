/** lab serve: instances for hands-on use on embedded stores, until Ctrl-C. */
import { integer, listOf, parseOptions } from '../options.js';
import { type Fleet, startFleet } from '../services/fleet.js';
import { withSeededStores } from '../services/seeded-stores.js';
import { describeService, type SeededData } from '../services/service-process.js';
import { curlLines } from './curl-lines.js';
import type { Verb, VerbContext } from './verb.js';

/** Enough to page through, quick to make. */
const SEEDED = { users: 100, posts: 1000 };

function serveOptions(strategies: readonly string[]) {
  return {
    strategies: listOf(strategies, 'which strategies to start (session,jwt)'),
    instances: integer(1, 64, 'how many instances of each (1)'),
  } as const;
}

export const serve: Verb = {
  summary: 'start instances to try by hand; Ctrl-C stops them',
  options: async () => serveOptions((await describeService()).map(({ name }) => name)),
  async run(words, context) {
    const names = (await describeService()).map(({ name }) => name);
    const { options } = parseOptions(words, serveOptions(names));
    const strategies = options.strategies ?? ['session', 'jwt'];
    await serveUntilStopped(strategies, options.instances ?? 1, context);
  },
};

async function serveUntilStopped(
  strategies: readonly string[],
  instances: number,
  { signal, stdout }: VerbContext,
): Promise<void> {
  const say = (line: string) => stdout.write(`${line}\n`);
  const fleets: Fleet[] = [];
  await withSeededStores({ ...SEEDED, signal, say }, async (ready) => {
    const { stores, guardian, seeded, serviceEnvironment } = ready;
    try {
      for (const strategy of strategies) {
        const environment = serviceEnvironment;
        const fleet = await startFleet({ strategy, instances, environment, guardian });
        fleets.push(fleet);
        fleet.onLost((what) => say(`${strategy}: ${what}`));
        announce(strategy, fleet, seeded, say);
      }
      say(`\nPostgreSQL: ${stores.databaseUrl}\nRedis:      ${stores.redisUrl}`);
      say('\nPress Ctrl-C to stop everything.');
      await aborted(signal);
      say('\nStopping.');
    } finally {
      await Promise.all(fleets.map((fleet) => fleet.stop()));
    }
  });
}

function announce(
  strategy: string,
  fleet: Fleet,
  seeded: SeededData,
  say: (line: string) => void,
): void {
  say(`\n${strategy}: ${fleet.instances.map((instance) => instance.origin).join('  ')}`);
  const origin = fleet.instances[0]?.origin as string;
  const email = seeded.users[0]?.email as string;
  for (const line of curlLines(strategy, origin, email, seeded.password)) say(`  ${line}`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
