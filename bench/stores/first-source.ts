import { LabError } from '../model/errors.js';

/** A way to have something: null where this machine does not have the way. */
export type Way<Context, Found> = (context: Context) => Promise<Found | null>;

export interface FirstFound<Found> {
  found: Found | null;
  /** Of the ways that this machine has, in order; each has been told of. */
  failures: LabError[];
}

/**
 * Tries ways one after the other until one gives something.
 *
 * @param afterFailure whether a LabError moves on to the next way
 * @throws what is no LabError: a way did not foresee it, and a defect of the lab must be seen; the
 *   signal's reason when it was aborted
 */
export async function firstSource<
  Context extends { signal: AbortSignal; onMessage: (line: string) => void },
  Found,
>(
  ways: readonly Way<Context, Found>[],
  context: Context,
  afterFailure: 'try the next' | 'end' = 'try the next',
): Promise<FirstFound<Found>> {
  const { signal, onMessage } = context;
  const failures: LabError[] = [];
  for (const way of ways) {
    signal.throwIfAborted();
    try {
      const found = await way(context);
      if (found !== null) return { found, failures };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof LabError) || afterFailure === 'end') throw error;
      failures.push(error);
      onMessage(error.message);
    }
  }
  return { found: null, failures };
}

/** The end of a message: what each failed way said, a line each. */
export function triedInWords(failures: readonly LabError[]): string {
  return failures.length === 0
    ? ''
    : `\nTried:${failures.map(({ message }) => `\n- ${message}`).join('')}`;
}
