/**
 * npm run docs:crowd -- results/crowds/<id> …: puts the figures of these runs into docs/crowd.md, in the order of their
 * users.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CrowdResult, crowdResultSchema } from '../../../bench/model/crowd-schema.js';
import { crowdTables } from '../../../bench/report/crowd/render-crowd.js';

const BEGIN = '<!-- made by npm run docs:crowd -->';
const END = '<!-- end -->';

const folders = process.argv.slice(2);
if (folders.length === 0) {
  process.stderr.write('Name the folders of runs: npm run docs:crowd -- results/crowds/<id> …\n');
  process.exit(2);
}
const read = (folder: string): CrowdResult =>
  crowdResultSchema.parse(JSON.parse(readFileSync(join(folder, 'crowd.json'), 'utf8')));
const results = folders.map(read).sort((one, other) => one.users - other.users);
const page = new URL('../../../../docs/crowd.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
writeFileSync(
  page,
  `${text.slice(0, from + BEGIN.length)}\n\n${crowdTables(results)}\n\n${text.slice(to)}`,
);
