/**
 * Entry of the lab: verbs, signals and exit codes. Nothing else ends the process.
 *
 * 0: done. 1: failed, also where what it printed could not be written. 2: wrong command line. 130, 143: stopped by Ctrl-C or SIGTERM, in order.
 */
import { setMaxListeners } from 'node:events';
import { LabError, usageError } from '../model/errors.js';
import { endWithStarter } from '../processes/entry/end-with-starter.js';
import { complainWhenIdle } from '../processes/entry/idle-exit.js';
import { ALONGSIDE, inWords, registerRun } from '../processes/entry/measuring-runs.js';
import { storageError } from '../processes/folders/storage-error.js';
import { didYouMean } from '../text/nearest.js';
import { helpOfVerb, helpOfVerbs } from './help.js';
import { VERBS } from './verbs/registry.js';
import type { Verb } from './verbs/verb.js';

const HELP: readonly string[] = ['help', '--help', '-h'];
const WRONG_COMMAND_LINE = 2;
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const stopping = new AbortController();
// One for each process under way, of which a crowd has more than the ten that Node takes for a leak.
setMaxListeners(0, stopping.signal);
let exitCodeOfSignal: number | undefined;

/** The first write that failed, on a full disk for instance. */
let unwritten: NodeJS.ErrnoException | undefined;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) closes the pipe. That must not end a run half-way.
    if (error.code !== 'EPIPE') unwritten ??= error;
  });
}

endWithStarter();
complainWhenIdle();
const exitCode = await main(process.argv.slice(2));
await allWritten();
process.exit(exitCodeAfterWrites(exitCode));

/** Whether a write failed is known only after it: without the wait the process would end before. */
async function allWritten(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
  // An error is told after the callback of its write.
  await new Promise((resolve) => setImmediate(resolve));
}

/** A write that failed is a failure, whatever was found out: the reader did not get it. */
function exitCodeAfterWrites(code: number): number {
  if (!unwritten) return code;
  const { message } = unwritten;
  process.stderr.write(
    `OUTPUT_UNWRITABLE: What was printed could not be written: ${message}. Make room, or print to another place.\n`,
  );
  return code === 0 ? 1 : code;
}

function listenToSignals(verb: Verb): void {
  for (const [signal, exitCode] of Object.entries(SIGNAL_EXIT_CODES)) {
    process.on(signal, () => {
      // npm and the terminal may both pass the same Ctrl-C on: a second one changes nothing.
      if (stopping.signal.aborted) return;
      exitCodeOfSignal = exitCode;
      const kept = verb.measures === 'kept' ? '; what was measured is kept' : '';
      process.stderr.write(`\nStopping in order${kept}.\n`);
      stopping.abort(new LabError('CANCELLED', 'Stopped before the end.', { exitCode }));
    });
  }
}

async function main(words: readonly string[]): Promise<number> {
  try {
    const [name, ...rest] = words;
    if (name === undefined || HELP.includes(name)) {
      const asked = rest.find((word) => !HELP.includes(word));
      const text =
        asked === undefined
          ? await helpOfVerbs(VERBS)
          : await helpOfVerb(asked, await verbNamed(asked));
      process.stdout.write(`${text}
`);
      return name === undefined ? WRONG_COMMAND_LINE : 0;
    }
    const verb = await verbNamed(name);
    if (rest.some((word) => HELP.includes(word) && word.startsWith('-'))) {
      process.stdout.write(`${await helpOfVerb(name, verb)}
`);
      return 0;
    }
    const codeElsewhere = (await verb.elsewhere?.(rest)) ?? null;
    if (codeElsewhere !== null) return codeElsewhere;
    if (verb.measures || verb.holds) listenToSignals(verb);
    const run = verb.measures ? await registerRun(`lab ${name}`, rest.includes(ALONGSIDE)) : null;
    try {
      await verb.run(verb.measures ? rest.filter((word) => word !== ALONGSIDE) : rest, {
        signal: stopping.signal,
        alongside: async () => ((await run?.others()) ?? []).map(inWords),
        stdout: process.stdout,
        stderr: process.stderr,
      });
    } finally {
      run?.end();
    }
    return exitCodeOfSignal ?? 0;
  } catch (error) {
    if (exitCodeOfSignal !== undefined) return exitCodeOfSignal;
    return complain(error);
  }
}

function complain(error: unknown): number {
  const told = error instanceof LabError ? error : storageError(error);
  if (told) {
    process.stderr.write(`${told.code}: ${told.message}\n`);
    return told.exitCode;
  }
  // Not foreseen: a defect of the lab, so its trace is what a maintainer needs.
  process.stderr.write(`UNEXPECTED: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

/** @throws LabError VERB_UNKNOWN, exit code 2 */
async function verbNamed(name: string): Promise<Verb> {
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!load) {
    throw usageError(
      'VERB_UNKNOWN',
      `There is no verb "${name}". ${didYouMean(name, Object.keys(VERBS))}Allowed: ${Object.keys(VERBS).join(', ')}.`,
    );
  }
  return load();
}
