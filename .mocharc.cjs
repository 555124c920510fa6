/** All tests, one file at a time. `npm test` runs the same in two groups, and is faster. */
module.exports = {
  require: ['dist/test/support/global-setup.js'],
  spec: ['dist/test/**/*.test.js'],
  timeout: 20000,
  slow: 2000,
  'forbid-only': true,
  'node-option': ['enable-source-maps'],
};
