const { existsSync } = require('node:fs');

const under = (folder, names) => names.map((name) => `dist/test/${folder}/${name}.test.js`);

/** They look at the clock, or their figures must be right: they have the machine for themselves. */
const alone = [
  ...under('attacks', ['fuzz/**/*', 'hostile-clients', 'odd-worlds']),
  ...under('contract', ['short-lives']),
  ...under('e2e', ['compare']),
  ...under('integration', ['keys/rotation-under-load', 'load/**/*', 'login-limits']),
  // How fast a service gives up a store that does not answer.
  ...under('integration', ['store-trouble/**/*']),
];

/**
 * Whole runs of the lab, with all that they start, and what is left of them in the end: one at a time too. Each file takes up to three
 * minutes, most of them by waiting for what it measures.
 */
const long = [
  ...under('e2e', [
    'agents',
    'crowd',
    'drill',
    'interrupt',
    'live',
    'serve',
    'targets',
    'web-tier',
  ]),
  ...under('e2e', [
    'docs-page',
    'held-and-sure',
    'limits',
    'load-servers',
    'store-latency',
    'sustain',
  ]),
  ...under('e2e', ['end-with-npm', 'mariadb', 'test-strategy']),
  ...under('integration', ['agents/**/*', 'services/machines', 'services/redis-cluster-form']),
];

// Mocha only warns where a path leads to no file, and the other groups leave all of these out: a test
// whose name was wrong here would run in none, unnoticed.
const missing = [...alone, ...long].filter((path) => !path.includes('*') && !existsSync(path));
if (missing.length > 0) {
  throw new Error(`There are no such tests; build first, or mend the list: ${missing.join(', ')}`);
}

module.exports = { alone, long };
