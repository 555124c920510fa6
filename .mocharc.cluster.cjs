const all = require('./.mocharc.cjs');

// Read by test/support/test-redis.ts, here and in the processes that tests start.
process.env.TEST_REDIS ??= 'cluster:3';

const jobs = 2;
// The global setup starts stores for each worker.
process.env.LAB_TEST_WORKERS = String(jobs);

/**
 * Whatever meets Redis, once more on a cluster of three servers; what looks at the clock there is in
 * .mocharc.cluster-alone.cjs. What stays out of both, and why:
 *
 * - attacks/hostile-clients: it passes on a cluster, and its requests end before any store is asked.
 * - attacks/fuzz and attacks/web-tier: what they try is refused by the parser, or by nginx.
 * - integration/delegation passes too; contract/strategies has its part that meets Redis.
 * - attacks/predictions, integration/doors and log: one user's logins, as in contract/strategies, and other doors and lines.
 * - integration/metrics, start and store-settings: settings and output of one process. Settings of a cluster are in several-redis.
 * - integration/several-redis and store-trouble/cluster-behind-proxy start clusters of their own, whatever TEST_REDIS says.
 */
const CONTRACT = ['login-cap', 'one-redis', 'opaque', 'session', 'strategies'];
const INTEGRATION = [
  // The longest first, so that no worker is alone with it at the end.
  ...['password-races', 'ended-tokens', 'login-races', 'login-store', 'mint-logins'],
];

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
