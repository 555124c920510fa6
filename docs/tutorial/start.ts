/**
 * npm run tutorial -- N: starts a step of the tutorial; from step 4 on with its stores and servers, all by
 * one command (together.ts). --alone starts one server of the step and nothing else.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endWithStarter } from '../../bench/processes/entry/end-with-starter.js';
import { runTogether } from './together.js';

endWithStarter();

const FOLDER = new URL('./steps/', import.meta.url);
const FIRST_WITH_STORES = 4;
/** These start two servers or more, and so are not told one port. */
const SEVERAL = [5, 6, 7];
/** What can stand behind the web server of step 8. */
const BEHIND = ['5', '6', '7'];

const steps = readdirSync(FOLDER).filter((name) => /^\d\d-.*\.js$/.test(name));

// A page shows what can go wrong, and a trace through Node's own code would hide it.
process.on('uncaughtException', (error) => {
  console.error(error.message);
  process.exit(1);
});

const problem = await start(process.argv.slice(2));
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 2;
}

/** @returns what is wrong with the command, if anything is */
async function start(words: string[]): Promise<string | undefined> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(words);
  } catch (error) {
    return (error as Error).message;
  }
  const { alone = false, nginx = false, app } = parsed.values;
  const [wanted = '', ...more] = parsed.positionals;
  const number = Number(wanted);
  const file = steps.find((name) => Number(name.slice(0, 2)) === number);
  if (wanted === '' || file === undefined || more.length > 0) {
    const names = steps.map((name) => `  ${Number(name.slice(0, 2))}  ${name.slice(3, -3)}`);
    return `Say which step: npm run tutorial -- 1\n${names.join('\n')}`;
  }
  if ((nginx || app !== undefined) && (number !== 8 || alone)) {
    return '--nginx and --app belong to step 8: npm run tutorial -- 8 --nginx';
  }
  if (app !== undefined && !BEHIND.includes(app)) {
    return `--app says which step stands behind the web server: ${BEHIND.join(', ')}.`;
  }
  if (alone || number < FIRST_WITH_STORES) {
    await import(new URL(file, FOLDER).href);
    return undefined;
  }
  if (SEVERAL.includes(number) && process.env.PORT !== undefined) {
    return `Step ${number} starts two servers, so PORT does not say which. One server alone: PORT=3003 npm run tutorial -- ${number} --alone`;
  }
  process.exit(await runTogether(number, { app: Number(app ?? 6), nginx }));
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      alone: { type: 'boolean' },
      app: { type: 'string' },
      nginx: { type: 'boolean' },
    },
  });
}
