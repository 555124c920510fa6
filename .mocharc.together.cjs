const all = require('./.mocharc.cjs');
const alone = require('./.mocharc.alone.cjs');

const jobs = 2;
// The global setup starts stores for each worker.
process.env.LAB_TEST_WORKERS = String(jobs);

/** All other tests, two files at a time: mostly they wait for servers to start. */
module.exports = { ...all, ignore: alone.spec, parallel: true, jobs };
