const { existsSync } = require('node:fs');
const all = require('./.mocharc.cjs');

const filesIn = (folder, names) => names.map((name) => `dist/test/${folder}/${name}.test.js`);
const compares = [
  'agents',
  'compare',
  'crowd',
  'drill',
  'held-and-sure',
  'interrupt',
  'limits',
  'live',
  'mariadb',
  'store-latency',
  'sustain',
  'targets',
];

/** Tests that look at the clock, or measure: they have the machine for themselves. */
const spec = [
  'dist/test/attacks/fuzz/**/*.test.js',
  ...filesIn('attacks', ['hostile-clients', 'odd-worlds']),
  ...filesIn('contract', ['short-lives']),
  ...filesIn('e2e', [...compares, 'load', 'load-servers', 'web-tier']),
  ...filesIn('integration', ['keys/rotation-under-load', 'leave', 'login-limits']),
  'dist/test/integration/agents/**/*.test.js',
  'dist/test/integration/load/**/*.test.js',
  'dist/test/integration/store-trouble/**/*.test.js',
];

// Mocha only warns where a path leads to no file, and the other group leaves all of these out: a test
// whose name was wrong here would run in neither, unnoticed. (It takes braces for part of a name.)
const missing = spec.filter((path) => !path.includes('*') && !existsSync(path));
if (missing.length > 0) {
  throw new Error(`There are no such tests; build first, or mend the list: ${missing.join(', ')}`);
}

module.exports = { ...all, spec };
