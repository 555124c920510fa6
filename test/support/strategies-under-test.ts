import { strategies } from '../../src/auth/registry.js';
import { TEST_DATABASE } from './sql-servers/sql-server.js';
import { TEST_REDIS } from './test-redis.js';
import './with-added-strategies.js';

/** Set by `npm run test:strategy -- NAME`: that one alone. */
const ONLY_VARIABLE = 'LAB_TEST_STRATEGY';

const only = process.env[ONLY_VARIABLE];
/** Those of the registry that this run is about, whatever the database. */
export const chosenStrategies: typeof strategies = only === undefined ? strategies : choose([only]);

/** On MariaDB one of each carrier: the others meet the database in the same statements. */
const ON_MARIADB = ['session', 'jwt'];

/**
 * On a cluster those that keep something in Redis (`opaque` by its authority), which a test holds against the declarations,
 * and `jwt` for all that do not. These (`session-memory`, `session-cookie`, `none`, and every other JWT, `jwt-cached`
 * too, which remembers in its own process) only count logins there, in code that is no strategy's.
 */
export const ON_CLUSTER: readonly string[] = ['session', 'jwt', 'jwt-denylist', 'opaque'];

export const strategiesUnderTest: typeof strategies =
  TEST_DATABASE !== 'postgres'
    ? choose(ON_MARIADB)
    : TEST_REDIS.kind === 'one'
      ? chosenStrategies
      : choose(ON_CLUSTER);

function choose(names: readonly string[]): typeof strategies {
  return Object.fromEntries(Object.entries(strategies).filter(([name]) => names.includes(name)));
}
