const all = require('./.mocharc.cjs');

// Read by test/support/sql-servers, here and in the processes that tests start.
process.env.TEST_DATABASE = 'mariadb';

const jobs = 2;
// The global setup starts stores for each worker.
process.env.LAB_TEST_WORKERS = String(jobs);

/** Whatever meets the database, once more on MariaDB: MARIADB_URL, mariadbd on PATH, or unpacked. */
const CONTRACT = ['jwt', 'session', 'strategies'];
const INTEGRATION = [
  ...[
    'database',
    'expired-rows',
    'idempotency-keys',
    'login-races',
    'lost-updates',
    'password-races',
    'refresh-tokens',
  ],
  ...['seed', 'start', 'keys/database-keys', 'keys/rotate-keys'],
  ...['store-trouble/postgres', 'store-trouble/start', 'store-trouble/read-only'],
];

module.exports = {
  ...all,
  spec: [
    ...CONTRACT.map((name) => `dist/test/contract/${name}.test.js`),
    ...INTEGRATION.map((name) => `dist/test/integration/${name}.test.js`),
  ],
  parallel: true,
  jobs,
};
