import type { CallerCheck } from '../../api/principal.js';

/** How the prediction server finds out who is asking. It believes no header before. */
export interface OpenCallerCheck extends CallerCheck {
  /** Resolves when a credential could be checked now; rejects with an AppError otherwise. */
  check(): Promise<void>;
  close(): Promise<void>;
}
