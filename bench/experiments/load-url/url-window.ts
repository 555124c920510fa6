import type { Breach } from '../../measure/validity.js';
import type { Trial } from '../../model/result-schema.js';

/** What was seen of a server in one window. */
export interface UrlWindow {
  requests: number;
  throughputRps: number;
  /** null when nothing was answered. */
  latencyMs: Trial['latencyMs'];
  /** Answers by HTTP status. */
  statuses: Record<string, number>;
  /** Requests without an answer. */
  failures: number;
  firstFailure: string | null;
  /** CPU time of the load generator as a share of one core; null where the system does not tell. */
  generatorCores: number | null;
  /** CPU time of whoever listens on the port, for each answer; null where it cannot be seen. */
  serverCpuMicroseconds: number | null;
  /** Of all cores together; null where the system does not tell. */
  busyShare: number | null;
  /** Also those just before and after the window. */
  answers: number;
  /** Connections that the server ended as it said in an answer, and without saying so. */
  announcedCloses: number;
  silentCloses: number;
  /** Answers that another one followed, by status; not counted as requests. */
  interim: Record<number, number>;
  /** Rules of validity that it breaks. */
  breaches: readonly Breach[];
}
