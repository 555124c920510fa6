/**
 * Entry of the lab: verbs, signals and exit codes. Nothing else ends the process.
 *
 * 0: done. 1: failed. 2: wrong command line. 130, 143: stopped by Ctrl-C or SIGTERM, in order.
 */
import { LabError } from './errors.js';
import { helpOfVerb, helpOfVerbs } from './help.js';
import { usageError } from './options.js';
import { VERBS } from './verbs/registry.js';
import type { Verb } from './verbs/verb.js';

const HELP: readonly string[] = ['help', '--help', '-h'];
const WRONG_COMMAND_LINE = 2;
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const stopping = new AbortController();
let exitCodeOfSignal: number | undefined;

// A reader that has seen enough (`| head`) closes the pipe. That must not end a run half-way.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exit(await main(process.argv.slice(2)));

function listenToSignals(): void {
  for (const [signal, exitCode] of Object.entries(SIGNAL_EXIT_CODES)) {
    process.on(signal, () => {
      // npm and the terminal may both pass the same Ctrl-C on: a second one changes nothing.
      if (stopping.signal.aborted) return;
      exitCodeOfSignal = exitCode;
      process.stderr.write('\nStopping in order; what was measured is kept.\n');
      stopping.abort(new LabError('CANCELLED', 'Stopped before the end.', { exitCode }));
    });
  }
}

async function main(words: readonly string[]): Promise<number> {
  try {
    const [name, ...rest] = words;
    if (name === undefined || HELP.includes(name)) {
      const [asked] = rest;
      const text =
        asked === undefined ? helpOfVerbs(VERBS) : await helpOfVerb(asked, verbNamed(asked));
      process.stdout.write(`${text}
`);
      return name === undefined ? WRONG_COMMAND_LINE : 0;
    }
    const verb = verbNamed(name);
    if (rest.some((word) => HELP.includes(word) && word.startsWith('-'))) {
      process.stdout.write(`${await helpOfVerb(name, verb)}
`);
      return 0;
    }
    const codeElsewhere = (await verb.elsewhere?.(rest)) ?? null;
    if (codeElsewhere !== null) return codeElsewhere;
    listenToSignals();
    await verb.run(rest, {
      signal: stopping.signal,
      stdout: process.stdout,
      stderr: process.stderr,
    });
    return exitCodeOfSignal ?? 0;
  } catch (error) {
    if (exitCodeOfSignal !== undefined) return exitCodeOfSignal;
    return complain(error);
  }
}

function complain(error: unknown): number {
  if (error instanceof LabError) {
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return error.exitCode;
  }
  // Not foreseen: a defect of the lab, so its trace is what a maintainer needs.
  process.stderr.write(`UNEXPECTED: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

/** @throws LabError VERB_UNKNOWN, exit code 2 */
function verbNamed(name: string): Verb {
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!verb) {
    throw usageError(
      'VERB_UNKNOWN',
      `There is no verb "${name}". Allowed: ${Object.keys(VERBS).join(', ')}.`,
    );
  }
  return verb;
}
