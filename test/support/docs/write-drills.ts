/**
 * npm run docs:drills -- results/drills/<id>: puts the figures of a run of all drills into docs/drills.md. Of further
 * runs that are named, the drills replace those of the first, or come beside them; those that there are no more are left out.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DRILL_NAMES } from '../../../bench/experiments/drill/drills.js';
import { drillResultSchema } from '../../../bench/model/drill-schema.js';
import { renderDrillTables } from '../../../bench/report/drills/render-drills.js';

const BEGIN = '<!-- made by npm run docs:drills -->';
const END = '<!-- end -->';

const [folder, ...further] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Name the folder of a run: npm run docs:drills -- results/drills/<id>\n');
  process.exit(2);
}
const page = new URL('../../../../docs/drills.md', import.meta.url);
const read = (path: string) =>
  drillResultSchema.parse(JSON.parse(readFileSync(join(path, 'drill.json'), 'utf8')));
const first = read(folder);
const all = [...further.toReversed().flatMap((path) => read(path).drills), ...first.drills];
const result = {
  ...first,
  drills: DRILL_NAMES.flatMap((name) => all.find((drill) => drill.name === name) ?? []),
};
const text = readFileSync(page, 'utf8');
const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
writeFileSync(
  page,
  `${text.slice(0, from + BEGIN.length)}\n\n${renderDrillTables(result)}\n\n${text.slice(to)}`,
);
