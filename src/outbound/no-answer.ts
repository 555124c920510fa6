/**
 * `broken`: the connection could not be made, or ended before the answer did; asked again it may work.
 * `late`: the time was over. `refused`: an answer of 500 or more, or a longer one than is read.
 * `away`: it was not asked, because it is known not to answer. `unsent`: what was asked is no HTTP, or
 * this process is leaving.
 */
export type NoAnswerReason = 'broken' | 'late' | 'refused' | 'away' | 'unsent';

/** Why there is no answer that could be used. The message is for the operator. */
export class NoAnswer extends Error {
  readonly reason: NoAnswerReason;

  constructor(reason: NoAnswerReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'NoAnswer';
    this.reason = reason;
  }
}
