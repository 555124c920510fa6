/** npm run tutorial -- N: starts one step of the tutorial. */
import { readdirSync } from 'node:fs';
import { endWithStarter } from '../../bench/services/end-with-starter.js';

endWithStarter();

const FOLDER = new URL('./steps/', import.meta.url);
const [wanted = ''] = process.argv.slice(2);
const steps = readdirSync(FOLDER).filter((name) => /^\d\d-.*\.js$/.test(name));
const step = steps.find((name) => Number(name.slice(0, 2)) === Number(wanted));

// A page shows what can go wrong, and a trace through Node's own code would hide it.
process.on('uncaughtException', (error) => {
  console.error(error.message);
  process.exit(1);
});

if (wanted === '' || step === undefined) {
  const names = steps.map((name) => `  ${Number(name.slice(0, 2))}  ${name.slice(3, -3)}`);
  console.error(`Say which step: npm run tutorial -- 1\n${names.join('\n')}`);
  process.exitCode = 2;
} else await import(new URL(step, FOLDER).href);
