/** lab serve: instances for hands-on use on embedded stores, until Ctrl-C. */
import { randomBytes } from 'node:crypto';
import { armNames } from '../analyse/arms.js';
import { DATABASE_OPTION } from '../compare/database-option.js';
import {
  assertSides,
  assertVariables,
  setOption,
  type VariablesOfSides,
} from '../compare/set-option.js';
import { balanceFrom, balanceOption } from '../compare/web-options.js';
import { DATABASE_PRODUCTS, type DatabaseName } from '../databases.js';
import { integer, listOf, oneOf, parseOptions } from '../options.js';
import { BALANCE_WORDS } from '../report/wording.js';
import type { DescribedStrategy } from '../result/schema.js';
import { type Fleet, startFleet } from '../services/fleet.js';
import type { Balance } from '../services/nginx-configuration.js';
import { withSeededStores } from '../services/seeded-stores.js';
import {
  describeService,
  describeWholeService,
  type SeededData,
} from '../services/service-process.js';
import { planWebTier, type WebTierPlan } from '../services/web-tier-plan.js';
import { curlSteps } from './curl-steps.js';
import type { Verb, VerbContext } from './verb.js';

/** Enough to page through, quick to make. */
const SEEDED = { users: 100, posts: 1000 };
const WITH_WEB = '--web nginx';
/** Of people who try it by hand. */
const CONNECTIONS = 256;

function serveOptions(strategies: readonly string[]) {
  return {
    strategies: listOf(
      strategies,
      'which strategies to start; a name twice starts it twice (session,jwt)',
      {
        repeats: true,
      },
    ),
    instances: integer(1, 64, 'how many instances of each (1)'),
    web: oneOf(['nginx'], 'a web tier before the instances of each (none)'),
    balance: balanceOption(WITH_WEB),
    ...DATABASE_OPTION,
    set: setOption,
  } as const;
}

export const serve: Verb = {
  summary: 'start instances to try by hand; Ctrl-C stops them',
  options: async () => serveOptions((await describeService()).map(({ name }) => name)),
  async run(words, context) {
    const { strategies: known, variables } = await describeWholeService();
    const { options } = parseOptions(words, serveOptions(known.map(({ name }) => name)));
    const asked = options.strategies ?? ['session', 'jwt'];
    assertSides(options.set, asked);
    assertVariables(options.set, variables);
    const strategies = asked.flatMap((name) => known.filter((each) => each.name === name));
    const balance = balanceFrom(options.web !== undefined, options.balance, WITH_WEB);
    const { instances = 1, database, set = {} } = options;
    await serveUntilStopped(strategies, { instances, database, balance, set }, context);
  },
};

interface ServeOptions {
  instances: number;
  database: DatabaseName | undefined;
  balance: Balance | undefined;
  set: VariablesOfSides;
}

async function serveUntilStopped(
  strategies: readonly DescribedStrategy[],
  { instances, database, balance, set }: ServeOptions,
  { signal, stdout }: VerbContext,
): Promise<void> {
  const say = (line: string) => stdout.write(`${line}\n`);
  const fleets: Fleet[] = [];
  await withSeededStores({ ...SEEDED, database, signal, say }, async (ready) => {
    const { stores, guardian, seeded, serviceEnvironment } = ready;
    try {
      const web = balance
        ? await planWebTier(
            { balance, connections: CONNECTIONS },
            { guardian, signal, onMessage: say },
          )
        : undefined;
      const operatorToken = randomBytes(32).toString('base64url');
      const sides = armNames(strategies.map(({ name }) => name));
      for (const [index, strategy] of strategies.entries()) {
        const { name, companions } = strategy;
        const side = sides[index] as string;
        const environment = {
          ...serviceEnvironment,
          OPERATOR_TOKEN: operatorToken,
          // Behind nginx it would be off, and it is printed below.
          DOCS: 'on',
          ...set[side],
        };
        const options = { strategy: name, instances, companions, environment, web, guardian };
        const fleet = await startFleet(options);
        fleets.push(fleet);
        fleet.onLost((what) => say(`${side}: ${what}`));
        // All share a database: whom the last line of one disables must be able to try the others.
        const user = seeded.users[index % seeded.users.length] as SeededUser;
        const { password } = seeded;
        announce({ side, strategy, fleet, web, user, password, operatorToken, say });
      }
      say(`\n${`${DATABASE_PRODUCTS[stores.database.name]}:`.padEnd(11)} ${stores.databaseUrl}`);
      say(`Redis:      ${stores.redisUrl}`);
      say('\nPress Ctrl-C to stop everything.');
      await aborted(signal);
      say('\nStopping.');
    } finally {
      await Promise.all(fleets.map((fleet) => fleet.stop()));
    }
  });
}

interface Announcement {
  side: string;
  strategy: DescribedStrategy;
  fleet: Fleet;
  web: WebTierPlan | undefined;
  user: SeededUser;
  password: string;
  operatorToken: string;
  say: (line: string) => void;
}

type SeededUser = SeededData['users'][number];

function announce({ side, fleet, web, say, ...target }: Announcement): void {
  const { strategy } = target;
  const named = { ...strategy, name: side };
  const instances = fleet.instances.map(({ origin }) => origin).join('  ');
  const origin = fleet.web?.origin ?? (fleet.instances[0]?.origin as string);
  say(`\n${side}: ${web ? origin : instances}`);
  if (web) {
    say(
      `  that is nginx ${web.program.version}; behind it, ${BALANCE_WORDS[web.balance]}: ${instances}`,
    );
  }
  for (const { name, origin, pid } of fleet.companions) {
    say(`  beside them the ${name}: ${origin} (process ${pid})`);
  }
  if (!strategy.sharedByInstances && fleet.instances.length > 1) {
    say(
      web
        ? `  An instance does not know what another gave: ask for /me several times${web.balance === 'sticky' ? ', with the cookie "route" and without' : ''}.`
        : '  An instance does not know what another gave: try it with another address below.',
    );
  }
  say(`  to read and to try in a browser: ${origin}/docs`);
  for (const { what, lines } of curlSteps({ ...target, strategy: named, origin })) {
    say(`  ${what}:`);
    for (const line of lines) say(`    ${line}`);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
