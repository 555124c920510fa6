import type { Logger } from 'pino';
import { NoAnswer } from './no-answer.js';

export interface CircuitOptions {
  /** How the log calls the other side. */
  readonly name: string;
  /** So many failures in a row open it. */
  readonly failuresToOpen: number;
  /** Asks for a sign of life; rejects without one. */
  readonly probe: () => Promise<void>;
  /** Gives up what is under way. Called as it opens, unless the other side answers and only refuses. */
  readonly giveUp: (why: NoAnswer) => Promise<void>;
  readonly log: Logger;
}

export interface Circuit {
  /** Why nobody is asked now; undefined: ask. */
  away(): NoAnswer | undefined;
  succeeded(): void;
  failed(failure: NoAnswer): void;
  close(): void;
}

const PROBE_EVERY_MS = 100;
/** Who answers with 500 or more is alive, and asks for rest. */
const REST_MS = 1000;

/**
 * Remembers that another server is away, so that it costs one wait and not one for each request. No
 * request is spent to find out whether it is back: a probe does that, and nobody waits for it.
 */
export function createCircuit(options: CircuitOptions): Circuit {
  const { name, failuresToOpen, probe, giveUp, log } = options;
  let away: NoAnswer | undefined;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function probeIn(ms: number): void {
    if (!closed) {
      timer = setTimeout(probeNow, ms).unref();
    }
  }

  async function probeNow(): Promise<void> {
    try {
      await probe();
    } catch {
      probeIn(PROBE_EVERY_MS);
      return;
    }
    away = undefined;
    // It is alive; whether it can do its work, the next answer says.
    failures = failuresToOpen - 1;
    log.info(`${name} back`);
  }

  return {
    away: () => away,
    succeeded: () => {
      failures = 0;
    },
    failed: (failure) => {
      failures += 1;
      if (failures < failuresToOpen || away !== undefined || closed) {
        return;
      }
      away = new NoAnswer('away', failure.message, failure);
      log.warn({ error: failure.message }, `${name} away`);
      if (failure.reason === 'refused') {
        probeIn(REST_MS);
      } else {
        // A probe before the sockets are closed would be one more than there may be.
        void giveUp(away).then(() => probeIn(0));
      }
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
