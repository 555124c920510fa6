/**
 * An error the lab knows how to explain. `message` says what to do; `code` is stable, so scripts and
 * tests can rely on it; `exitCode` is what the command line ends with (1 a failed run, 2 a wrong
 * option, 130 interrupted).
 */
export class LabError extends Error {
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LabError';
    this.code = code;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Of a command line that cannot be meant, or cannot be had. */
export function usageError(code: string, message: string): LabError {
  return new LabError(code, message, { exitCode: 2 });
}
