import { LabError } from '../model/errors.js';
import { endWithStarter } from '../processes/entry/end-with-starter.js';
import { complainWhenIdle } from '../processes/entry/idle-exit.js';
import { ALONGSIDE, registerRun } from '../processes/entry/measuring-runs.js';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * What all benchmarks have in common with the lab. Ends the process where another run measures on this
 * machine, unless `--alongside` is among its words, from which it is taken out.
 *
 * @param name as in package.json, for instance "bench:auth"
 * @returns aborted by Ctrl-C, SIGTERM and a closed terminal, and once npm, which started the benchmark,
 *   is gone. Its reason is a LabError.
 */
export async function beginBenchmark(name: string): Promise<AbortSignal> {
  complainWhenIdle();
  const stopping = new AbortController();
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
    // npm and the terminal may both pass the same Ctrl-C on: a second one changes nothing.
    process.on(signal, () =>
      stopping.abort(new LabError('CANCELLED', 'Stopped before the end.', { exitCode })),
    );
  }
  endWithStarter();
  const at = process.argv.indexOf(ALONGSIDE);
  if (at > 0) process.argv.splice(at, 1);
  try {
    const run = await registerRun(name, at > 0);
    process.once('exit', () => run.end());
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exit(error.exitCode);
  }
  return stopping.signal;
}

/** Says what went wrong, with its code, where the lab knows it. @throws anything else */
export async function endWithCode(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
