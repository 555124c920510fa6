const all = require('./.mocharc.cjs');
const { alone } = require('./.mocharc.groups.cjs');

module.exports = { ...all, spec: alone };
