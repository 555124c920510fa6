const all = require('./.mocharc.cjs');

// Read by test/support/test-redis.ts, here and in the processes that tests start.
process.env.TEST_REDIS ??= 'cluster:3';

const jobs = 2;
// The global setup starts stores for each worker.
process.env.LAB_TEST_WORKERS = String(jobs);

/** Whatever meets Redis, once more on a cluster of three servers. */
const CONTRACT = ['login-cap', 'one-redis', 'opaque', 'session', 'strategies'];
const INTEGRATION = ['login-races', 'login-store', 'mint-logins', 'store-trouble/redis'];

module.exports = {
  ...all,
  spec: [
    'dist/test/attacks/attacks.test.js',
    ...CONTRACT.map((name) => `dist/test/contract/${name}.test.js`),
    ...INTEGRATION.map((name) => `dist/test/integration/${name}.test.js`),
  ],
  parallel: true,
  jobs,
};
