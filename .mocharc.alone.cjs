const all = require('./.mocharc.cjs');

/** Tests that look at the clock, or measure: they have the machine for themselves. */
module.exports = {
  ...all,
  spec: [
    'dist/test/attacks/{fuzz/**/*,hostile-clients,odd-worlds}.test.js',
    'dist/test/contract/short-lives.test.js',
    'dist/test/e2e/{compare,held-and-sure,interrupt,limits,load,load-servers,mariadb,sustain,web-tier}.test.js',
    'dist/test/integration/keys/rotation-under-load.test.js',
    'dist/test/integration/{leave,login-limits}.test.js',
    'dist/test/integration/load/**/*.test.js',
    'dist/test/integration/store-trouble/**/*.test.js',
  ],
};
