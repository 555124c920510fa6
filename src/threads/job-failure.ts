/**
 * `full`: too many wait. `late`: it waited too long, or nobody waits for it any longer; it was not begun.
 * `died`: its thread could not start, or ended. `closed`: the pool was.
 */
export type JobFailureReason = 'full' | 'late' | 'died' | 'closed';

/** Why a job has no answer. What a job itself throws is another error. */
export class JobFailure extends Error {
  readonly reason: JobFailureReason;

  constructor(reason: JobFailureReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'JobFailure';
    this.reason = reason;
  }
}
