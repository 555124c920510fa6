const all = require('./.mocharc.cjs');
const { alone, long } = require('./.mocharc.groups.cjs');

const jobs = 2;
// The global setup starts stores for each worker.
process.env.LAB_TEST_WORKERS = String(jobs);

/** All other tests, two files at a time: many of them wait for servers to start. */
module.exports = { ...all, ignore: [...alone, ...long], parallel: true, jobs };
