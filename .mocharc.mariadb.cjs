const all = require('./.mocharc.cjs');

// Read by test/support/sql-servers, here and in the processes that tests start.
process.env.TEST_DATABASE = 'mariadb';

/** Whatever meets the database, once more on MariaDB: MARIADB_URL, mariadbd on PATH, or unpacked. */
module.exports = {
  ...all,
  ignore: [],
  spec: [
    'dist/test/contract/{jwt,session,strategies}.test.js',
    'dist/test/integration/{database,login-races,refresh-tokens,seed,start}.test.js',
    'dist/test/integration/keys/{database-keys,rotate-keys}.test.js',
    'dist/test/integration/mariadb/*.test.js',
    'dist/test/integration/store-trouble/{postgres,start}.test.js',
  ],
};
