const all = require('./.mocharc.cjs');

// Read by test/support/test-redis.ts, here and in the processes that tests start.
process.env.TEST_REDIS ??= 'cluster:3';

const jobs = 2;
// The global setup starts stores for each worker.
process.env.LAB_TEST_WORKERS = String(jobs);

/**
 * Whatever meets Redis, once more on a cluster of three servers. What stays out, and why:
 *
 * - attacks/hostile-clients: its requests are refused before any store is asked.
 * - login-limits, ended-tokens, password-races: they shut and freeze one gate in front of Redis, and behind one address a
 *   cluster sends its clients in a circle (store-trouble/cluster-behind-proxy). What becomes of a cluster that is away is
 *   in store-trouble/redis; limits, changes of passwords and the ends of tokens are in contract/strategies.
 * - delegation, metrics, store-settings, start: they ask Redis nothing that a cluster answers otherwise, or have the URL of one server.
 * - several-redis and store-trouble/cluster-behind-proxy start clusters of their own, whatever TEST_REDIS says.
 * - attacks/fuzz: each strategy for long, for what a parser does.
 */
const CONTRACT = ['login-cap', 'one-redis', 'opaque', 'session', 'short-lives', 'strategies'];
const INTEGRATION = [
  ...['login-races', 'login-store', 'mint-logins'],
  ...['store-trouble/read-only', 'store-trouble/redis', 'store-trouble/start'],
];

module.exports = {
  ...all,
  spec: [
    ...['attacks', 'odd-worlds'].map((name) => `dist/test/attacks/${name}.test.js`),
    ...CONTRACT.map((name) => `dist/test/contract/${name}.test.js`),
    ...INTEGRATION.map((name) => `dist/test/integration/${name}.test.js`),
  ],
  parallel: true,
  jobs,
};
