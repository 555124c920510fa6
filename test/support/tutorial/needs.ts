import { findOnPath } from '../../../bench/processes/find-on-path.js';

/** Skips a test on a machine that lacks a program, and says so: mocha shows the name alone. */
export function needs(test: Mocha.Context, ...programs: string[]): void {
  const missing = programs.filter((program) => findOnPath(program, process.env) === null);
  if (missing.length === 0) return;
  process.stdout.write(`    skipped: ${missing.join(' and ')} not on the PATH (apt-get install)\n`);
  test.skip();
}
