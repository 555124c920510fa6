import { LabError } from '../errors.js';
import { endWithStarter } from '../services/end-with-starter.js';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Aborted by Ctrl-C, SIGTERM and a closed terminal, and once npm, which started the benchmark, is gone.
 * Its reason is a LabError.
 */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const [name, exitCode] of Object.entries(EXIT_CODES)) {
    // npm and the terminal may both pass the same Ctrl-C on: a second one changes nothing.
    process.on(name, () =>
      stopping.abort(new LabError('CANCELLED', 'Stopped before the end.', { exitCode })),
    );
  }
  endWithStarter();
  return stopping.signal;
}
