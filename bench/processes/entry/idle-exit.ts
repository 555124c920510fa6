/**
 * Node ends with code 13 and without a word when nothing is left that could settle the promise that an
 * entry file waits for. That is a defect of the lab, and is said.
 */

/** "Unsettled Top-Level Await" (Node.js, process exit codes). */
const UNSETTLED = 13;

/** Call it at the start of an entry file. Such an end has code 1 then, and a sentence. */
export function complainWhenIdle(): void {
  process.once('exit', (code) => {
    // Which of the two tells depends on the version of Node.js.
    if (code !== UNSETTLED && process.exitCode !== UNSETTLED) return;
    process.stderr.write(
      'STALLED: The lab waits for something that cannot come any more, so it ends here without a result. This is a defect of the lab: please report it with the command.\n',
    );
    process.exitCode = 1;
  });
}
