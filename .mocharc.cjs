/** All tests on PostgreSQL, one file at a time. The scripts of package.json run them in groups, and are faster. */
module.exports = {
  require: ['dist/test/support/global-setup.js'],
  spec: ['dist/test/**/*.test.js'],
  timeout: 20000,
  slow: 2000,
  'forbid-only': true,
  'node-option': ['enable-source-maps'],
};
