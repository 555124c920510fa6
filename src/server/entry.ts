import { StartupError } from './errors.js';

/**
 * Runs the body of an entry file. A failure is one line on standard error, the stable code first,
 * and exit code 1; a fault that nobody foresaw shows its stack.
 */
export async function runEntry(body: () => Promise<void>): Promise<void> {
  process.stdout.on('error', failUnwritten);
  try {
    await body();
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`);
    process.exit(1);
  }
}

/** One line of JSON on standard output: how the lab hears from the service. */
export function printLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** What was asked for did not arrive. A reader that has seen enough (`| head`) closes the pipe. */
function failUnwritten({ code, message }: NodeJS.ErrnoException): void {
  if (code !== 'EPIPE') {
    process.stderr.write(`output_unwritable: standard output: ${message}\n`);
    process.exit(1);
  }
}

function describe(error: unknown): string {
  if (error instanceof StartupError) {
    return `${error.code}: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}`;
  }
  return `internal_error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
