import type { Logger } from 'pino';

export interface Housekeeper {
  /** No more work is begun. What is under way is not waited for. */
  close(): void;
}

export interface HousekeepingTask {
  /** For the log. */
  readonly name: string;
  /** Removes a bounded number of rows in one short transaction. @returns how many */
  readonly removeSome: () => Promise<number>;
}

/** Often enough that little piles up between two rounds; a round that finds nothing is one look into an index. */
const EVERY_MS = 10_000;
/** Between two steps of a round: requests that wait for a connection of the pool come first. */
const BETWEEN_STEPS_MS = 20;

/**
 * Removes what has expired, in the background: no request pays for it, or fails with it. Instances that
 * were started together do not work at the same moment, because the interval varies at random. A failure
 * is logged, and the next round tries again. Its timer holds no process alive.
 */
export function startHousekeeper(
  tasks: readonly HousekeepingTask[],
  log: Logger,
  { everyMs = EVERY_MS, random = Math.random } = {},
): Housekeeper {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const after = (ms: number, work: () => void) => {
    if (!closed) {
      timer = setTimeout(work, ms).unref();
    }
  };
  const nextRound = () => after(everyMs * (0.5 + random()), () => void round([...tasks]));

  async function round(rest: readonly HousekeepingTask[]): Promise<void> {
    const [task, ...others] = rest;
    if (task === undefined) {
      nextRound();
      return;
    }
    let removed = 0;
    try {
      removed = await task.removeSome();
    } catch (error) {
      if (!closed) {
        log.warn(
          { task: task.name, error: String(error) },
          'housekeeping failed; tried again later',
        );
      }
    }
    const next = removed > 0 ? rest : others;
    after(BETWEEN_STEPS_MS, () => void round(next));
  }

  nextRound();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
