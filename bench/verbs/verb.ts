import type { OptionTable } from '../options.js';

export interface VerbContext {
  /** Aborted by Ctrl-C; the verb then ends in order. */
  signal: AbortSignal;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

export interface Verb {
  summary: string;
  /** What stands after the verb, for help. */
  positionals?: string;
  /** For help. */
  options(): Promise<OptionTable>;
  /** Resolves when the work is done. @throws LabError with the exit code to end with */
  run(words: readonly string[], context: VerbContext): Promise<void>;
}
