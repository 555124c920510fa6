import { parentPort } from 'node:worker_threads';

/** What a thread sends back for each job. */
export type JobAnswer<Answer> =
  | { readonly value: Answer; readonly error?: undefined }
  | { readonly error: string };

/** The end of a thread's script: it does what it is sent, one job after the other. */
export function serveJobs<Job, Answer>(work: (job: Job) => Answer): void {
  const port = parentPort;
  if (port === null) {
    throw new TypeError('this is the script of a thread');
  }
  const send = (answer: JobAnswer<Answer>) => port.postMessage(answer);
  port.on('message', (job: Job) => {
    try {
      send({ value: work(job) });
    } catch (error) {
      send({ error: error instanceof Error ? error.message : String(error) });
    }
  });
}
