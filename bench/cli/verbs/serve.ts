/** lab serve: instances for hands-on use on embedded stores, until Ctrl-C. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportedSettings } from '../../fleet/exported-settings.js';
import {
  type Fleet,
  type FleetOptions,
  listenersOf,
  serviceCompanion,
  startFleet,
} from '../../fleet/fleet.js';
import { withSeededStores } from '../../fleet/seeded-stores.js';
import {
  describeService,
  describeWholeService,
  type SeededData,
} from '../../fleet/service-commands.js';
import type { Balance } from '../../fleet/web-tier/nginx-configuration.js';
import { planWebTier, type WebTierPlan } from '../../fleet/web-tier/plan.js';
import type { DatabaseName } from '../../model/databases.js';
import { usageError } from '../../model/errors.js';
import type { DescribedStrategy } from '../../model/result-schema.js';
import { tierOf } from '../../model/tiers.js';
import { type Variant, variantsOf } from '../../model/variant.js';
import { holdPorts, PORT_MAX } from '../../processes/ports/held-ports.js';
import { BALANCE_WORDS } from '../../report/wording.js';
import type { RedisShape } from '../../stores/redis/shape.js';
import { DATABASE_OPTION } from '../options/database-option.js';
import { REDIS_OPTION, redisFrom } from '../options/redis-option.js';
import { assertVariables, assertVariants, setOption } from '../options/set-option.js';
import { balanceFrom, balanceOption } from '../options/web-options.js';
import { integer, listOf, oneOf, parseOptions } from '../parse-options.js';
import { curlSteps } from './curl-steps.js';
import { hasKeyboard, KEYS_IN_WORDS, readServeKeys, type ServedFleet } from './serve-keys.js';
import type { Verb, VerbContext } from './verb.js';

/** Enough to page through, quick to make. */
const SEEDED = { users: 100, posts: 1000 };
const WITH_WEB = '--web nginx';
/** Of people who try it by hand. */
const CONNECTIONS = 256;
/**
 * The same in every run, so that what was printed once holds on a slide. Instances listen on loopback
 * alone. Whoever reads this knows them, so they are for practice only. base64url of 32 random bytes, as
 * the service asks for.
 */
const SECRETS = {
  TOKEN_SECRET: 'EGey9tZj8-H3yHkEL8ASHGZ62VpV_7QOSIDLPCOsUeQ',
  AUTHORITY_SECRET: 'c7VIqB1unidtJyscPWBf1MmsrIVdNK2WtLs9CAV_OBg',
  OPERATOR_TOKEN: 'iFfO_q83fQT2Az7TEYkIWsNmHCejtimlcCBnXFuz2KU',
};
/** Of the shell. */
const FIRST_COOKIE_ALONE = 'COOKIE=$(echo "$COOKIE" | cut -d" " -f1)';
const ROTATE_KEYS = fileURLToPath(new URL('../../../src/rotate-keys.js', import.meta.url));

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
    port: integer(
      1,
      PORT_MAX,
      'the first port; each further server takes the one after it (free ports)',
    ),
    ...DATABASE_OPTION,
    ...REDIS_OPTION,
    set: setOption,
  } as const;
}

export const serve: Verb = {
  holds: true,
  summary: 'start instances to try by hand; Ctrl-C stops them',
  options: async () => serveOptions((await describeService()).map(({ name }) => name)),
  async run(words, context) {
    const { strategies: known, variables } = await describeWholeService();
    const { options } = parseOptions(words, serveOptions(known.map(({ name }) => name)));
    const asked = options.strategies ?? ['session', 'jwt'];
    const variants = variantsOf(asked, options.set);
    assertVariants(options.set, variants);
    assertVariables(options.set, variables);
    const started = variants.flatMap((variant) =>
      known
        .filter(({ name }) => name === variant.strategy)
        .map((strategy) => ({ variant, strategy })),
    );
    const balance = balanceFrom(options.web !== undefined, options.balance, WITH_WEB);
    const { instances = 1, port, database } = options;
    const redis = redisFrom(options);
    await serveUntilStopped(started, { instances, port, database, redis, balance }, context);
  },
};

interface ServeOptions {
  instances: number;
  port: number | undefined;
  database: DatabaseName | undefined;
  redis: RedisShape;
  balance: Balance | undefined;
}

async function serveUntilStopped(
  started: readonly { variant: Variant; strategy: DescribedStrategy }[],
  { instances, port, database, redis: shape, balance }: ServeOptions,
  { signal, stdout }: VerbContext,
): Promise<void> {
  const say = (line: string) => stdout.write(`${line}\n`);
  const exported = exportedSettings(process.env);
  const variants = started.map(({ variant: { id, environment }, strategy }) => {
    const own = {
      ...SECRETS,
      SESSION_COOKIE_NAME: id.replace('#', '.'),
      // Behind nginx it would be off, and it is printed below.
      DOCS: 'on',
      ...exported.settings,
      ...environment,
    };
    const companions = strategy.companions.map(serviceCompanion);
    const listeners = listenersOf({ instances, companions, environment: own, web: !!balance });
    return { id, strategy, own, companions, listeners };
  });
  const users = variants.flatMap(({ id, listeners }) => listeners.map((each) => `${each} ${id}`));
  if (port !== undefined) assertPortsExist(port, users.length);
  const ports = port === undefined ? undefined : await holdPorts(port, users);
  const fleets: ServedFleet[] = [];
  try {
    await withSeededStores({ ...SEEDED, database, redis: shape, signal, say }, async (ready) => {
      const { stores, guardian, seeded, serviceEnvironment } = ready;
      try {
        const web = balance
          ? await planWebTier(
              { balance, connections: CONNECTIONS },
              { guardian, signal, onMessage: say },
            )
          : undefined;
        for (const [index, { id, strategy, own, companions, listeners }] of variants.entries()) {
          const environment: Record<string, string> = { ...serviceEnvironment, ...own };
          const routeCookie = `route_${id.replaceAll(/\W/g, '_')}`;
          const options: FleetOptions = {
            strategy: strategy.name,
            instances,
            companions,
            environment,
            web: web && { ...web, routeCookie },
            guardian,
            ports: await ports?.take(listeners.length),
          };
          const fleet = await startFleet(options);
          fleets.push({ id, fleet });
          fleet.onLost((what) => say(`${id}: ${what}`));
          // All share a database: whom the lines of one shut out must be able to try the others.
          const user = seeded.users[index % seeded.users.length] as SeededUser;
          announce({
            id,
            strategy,
            fleet,
            web,
            user,
            password: seeded.password,
            environment,
            say,
          });
        }
        say(`\n${`${tierOf(stores.database.name).label}:`.padEnd(11)} ${stores.databaseUrl}`);
        say(`Redis:      ${stores.redisUrl}`);
        say(
          '\nUsers, their password, the operator token and TOKEN_SECRET are the same in every run.',
        );
        say('The servers listen on 127.0.0.1 only.');
        const taken = Object.keys(exported.settings);
        if (taken.length > 0) say(`Taken from your environment: ${taken.join(', ')}.`);
        if (exported.ignored.length > 0) say(`Ignored there: ${exported.ignored.join(', ')}.`);
        const redis = stores.sessionStore.hands ?? null;
        const { stdin } = process;
        const keyboard = hasKeyboard(stdin);
        say(keyboard ? `\n${KEYS_IN_WORDS}` : '');
        say('Press Ctrl-C to stop everything.');
        const keys = keyboard ? readServeKeys({ fleets, redis, stdin, stdout, say }) : null;
        await aborted(signal);
        keys?.stop();
        say('\nStopping.');
      } finally {
        await Promise.all(fleets.map(({ fleet }) => fleet.stop()));
      }
    });
  } finally {
    await ports?.release();
  }
}

/** @throws LabError OPTION_INVALID */
function assertPortsExist(first: number, count: number): void {
  if (first + count - 1 <= PORT_MAX) return;
  throw usageError(
    'OPTION_INVALID',
    `--port ${first} is too high: ${count} servers need a port each, and the last port is ${PORT_MAX}. Take ${PORT_MAX - count + 1} at most.`,
  );
}

interface Announcement {
  /** Of the variant. */
  id: string;
  strategy: DescribedStrategy;
  fleet: Fleet;
  web: WebTierPlan | undefined;
  user: SeededUser;
  password: string;
  environment: Record<string, string>;
  say: (line: string) => void;
}

type SeededUser = SeededData['users'][number];

function announce({ id, fleet, web, say, ...target }: Announcement): void {
  const { strategy, environment } = target;
  const origins = fleet.instances.map(({ origin }) => origin);
  const origin = fleet.web?.origin ?? (origins[0] as string);
  say(`\n${id}: ${web ? origin : origins.join('  ')}`);
  if (web) {
    say(
      `  that is nginx ${web.program.version}; behind it, ${BALANCE_WORDS[web.balance]}: ${origins.join('  ')}`,
    );
  }
  for (const { name, origin, pid } of fleet.companions) {
    say(`  beside them the ${name}: ${origin} (process ${pid})`);
  }
  if (web && !strategy.sharedByInstances && origins.length > 1) {
    say('  An instance does not know what another gave: ask for /me several times.');
    if (web.balance === 'sticky') say(`  Then without the cookie of nginx: ${FIRST_COOKIE_ALONE}`);
  }
  if (environment.DOCS !== 'off') say(`  to read and to try in a browser: ${origin}/docs`);
  if (strategy.needs.includes('tokenSecret') || environment.TOKEN_KEYS) {
    const name = environment.TOKEN_KEYS ? 'TOKEN_KEYS' : 'TOKEN_SECRET';
    say(`  To change its key, start again with another ${name} (docs/keys.md).`);
  }
  const steps = curlSteps({
    ...target,
    origin,
    others: web ? [] : origins.slice(1),
    spread: !!web && web.balance !== 'sticky' && origins.length > 1,
    rotateKeys: `node ${pathFromHere(ROTATE_KEYS)}`,
  });
  for (const { what, lines, answers } of steps) {
    say(`  ${what}${answers ? ` (${answers.join(' or ')})` : ''}:`);
    for (const line of lines) say(line.replaceAll(/^/gm, '    '));
  }
}

function pathFromHere(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? `'${file}'` : path;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
