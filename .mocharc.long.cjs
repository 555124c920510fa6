const all = require('./.mocharc.cjs');
const { long } = require('./.mocharc.groups.cjs');

module.exports = { ...all, spec: long };
