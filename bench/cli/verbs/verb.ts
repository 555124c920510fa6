import type { OptionTable } from '../parse-options.js';

export interface VerbContext {
  /** Aborted by Ctrl-C; the verb then ends in order. */
  signal: AbortSignal;
  /** Others that measure at this moment, in words; none unless --alongside was given. */
  alongside(): Promise<string[]>;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

export interface Verb {
  summary: string;
  /** What stands after the verb, for help. */
  positionals?: string;
  /**
   * Whether it measures, and what becomes of the figures: such a run wants the machine for itself
   * (processes/entry/measuring-runs.ts).
   */
  measures?: 'kept' | 'printed';
  /**
   * Whether it starts what has to be stopped in order, without measuring. Any other verb is ended at
   * once by a signal, whatever it waits for.
   */
  holds?: true;
  /** For help. */
  options(): Promise<OptionTable>;
  /**
   * Asked first, before the lab listens to signals: whether the work is done by another process of
   * the lab. A number is its exit code; null: go on here.
   */
  elsewhere?(words: readonly string[]): Promise<number | null>;
  /** Resolves when the work is done. @throws LabError with the exit code to end with */
  run(words: readonly string[], context: VerbContext): Promise<void>;
}
