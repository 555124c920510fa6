/** npm run docs:expected: writes what is said of stored results again. Look at the difference: words only. */
import { writeFile } from 'node:fs/promises';
import { EXPECTED_REPORTS } from '../expected-reports.js';

for (const { path, make } of EXPECTED_REPORTS) await writeFile(path, await make());
