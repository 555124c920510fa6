import { strategies } from '../../src/auth/registry.js';
import { TEST_DATABASE } from './sql-servers/sql-server.js';
import './with-added-strategies.js';

/** Set by `npm run test:strategy -- NAME`: that one alone. */
const ONLY_VARIABLE = 'LAB_TEST_STRATEGY';

const only = process.env[ONLY_VARIABLE];
/** Those of the registry that this run is about, whatever the database. */
export const chosenStrategies: typeof strategies = only === undefined ? strategies : choose([only]);

/** On MariaDB one of each carrier: the others meet the database in the same statements. */
const ON_MARIADB = ['session', 'jwt'];

export const strategiesUnderTest: typeof strategies =
  TEST_DATABASE === 'postgres' ? chosenStrategies : choose(ON_MARIADB);

function choose(names: readonly string[]): typeof strategies {
  return Object.fromEntries(Object.entries(strategies).filter(([name]) => names.includes(name)));
}
