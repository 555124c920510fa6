import { LabError } from '../model/errors.js';

/**
 * What the lab itself asks a server of the run, as fetch() does it.
 *
 * @throws LabError NO_ANSWER where none comes: the server ended, or does not answer in time; the reason
 *   of the signal where the caller ended it
 */
export async function fetchAnswer(
  url: string,
  { signal, ...request }: RequestInit & { signal?: AbortSignal | undefined } = {},
): Promise<Response> {
  try {
    // A redirect may lead to a server that nobody has asked for: its status is an answer as any other.
    return await fetch(url, { redirect: 'manual', ...request, ...(signal && { signal }) });
  } catch (error) {
    // Patience that has run out is no answer; any other reason is the caller's.
    if (signal?.aborted && signal.reason?.name !== 'TimeoutError') throw signal.reason;
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message || cause.name : message;
    throw new LabError(
      'NO_ANSWER',
      `${request.method ?? 'GET'} ${url} was not answered: ${why}. The server ended, or hangs.`,
      { cause: error },
    );
  }
}
