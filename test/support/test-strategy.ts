/** npm run test:strategy -- NAME: the contract, the attacks and the fuzzing of one strategy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithStarter } from '../../bench/processes/entry/end-with-starter.js';
import { strategies } from '../../src/auth/registry.js';
import './with-added-strategies.js';

const FILES = [
  'contract/strategies.test.js',
  'contract/short-lives.test.js',
  'attacks/attacks.test.js',
  'attacks/fuzz/fuzz.test.js',
];

endWithStarter();

const [name, ...more] = process.argv.slice(2);
if (name === undefined || !Object.hasOwn(strategies, name)) {
  const what = name === undefined ? 'Which strategy?' : `There is no strategy "${name}".`;
  process.stderr.write(
    `${what} Those of src/auth/registry.ts are: ${Object.keys(strategies).join(', ')}.\n` +
      'Usage: npm run test:strategy -- NAME [options of mocha]\n',
  );
  process.exit(2);
}

const { description } = await (strategies[name] as NonNullable<(typeof strategies)[string]>)();
if (description.control && name !== 'none') {
  process.stderr.write(
    `${name} says control: true, as the strategy that believes everybody does. It would be attacked by nobody here. Set control: false.\n`,
  );
  process.exit(2);
}

const mocha = join(
  dirname(createRequire(import.meta.url).resolve('mocha/package.json')),
  'bin/mocha.js',
);
const child = spawn(
  process.execPath,
  [
    mocha,
    '--no-config',
    ...['--require', fileURLToPath(new URL('./global-setup.js', import.meta.url))],
    ...['--timeout', '20000', '--node-option', 'enable-source-maps'],
    ...more,
    ...FILES.map((file) => fileURLToPath(new URL(`../${file}`, import.meta.url))),
  ],
  { env: { FUZZ_CASES: '400', ...process.env, LAB_TEST_STRATEGY: name }, stdio: 'inherit' },
);
// Ctrl-C reaches mocha by itself, which ends in order.
process.on('SIGINT', () => {});
// Of SIGTERM its first process would tell the second nothing.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGINT'));
const [code] = await once(child, 'exit');
process.exit(code ?? 1);
