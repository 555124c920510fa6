import { strategies } from '../../src/auth/registry.js';
import { TEST_DATABASE } from './sql-servers/sql-server.js';

/** On MariaDB one of each carrier: the others meet the database in the same statements. */
const ON_MARIADB = ['session', 'jwt'];

export const strategiesUnderTest: typeof strategies =
  TEST_DATABASE === 'postgres'
    ? strategies
    : Object.fromEntries(Object.entries(strategies).filter(([name]) => ON_MARIADB.includes(name)));
