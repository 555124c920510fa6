const all = require('./.mocharc.cjs');

// Read by test/support/test-redis.ts, here and in the processes that tests start.
process.env.TEST_REDIS ??= 'cluster:3';

/** Of the tests that have the machine for themselves, those that meet Redis: once more on a cluster of three servers. */
module.exports = {
  ...all,
  spec: [
    'dist/test/attacks/odd-worlds.test.js',
    'dist/test/contract/short-lives.test.js',
    'dist/test/integration/login-limits.test.js',
    ...['read-only', 'redis', 'start'].map(
      (name) => `dist/test/integration/store-trouble/${name}.test.js`,
    ),
  ],
};
