/** Keys of lab serve, and a line that says each second what is going on. */
import { readFileSync } from 'node:fs';
import { clearLine, cursorTo } from 'node:readline';
import type { Fleet } from '../../fleet/fleet.js';
import { fetchAnswer } from '../../load/fetch-answer.js';
import { LabError } from '../../model/errors.js';
import { usageOf } from '../../processes/process-usage.js';
import type { StoreHands } from '../../stores/store.js';

export interface ServedFleet {
  id: string;
  fleet: Fleet;
}

export interface ServeKeysOptions {
  fleets: readonly ServedFleet[];
  /** null where Redis is not a process of the lab's own. */
  redis: StoreHands | null;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  say(line: string): void;
}

/** For a person; said before the keys are read. */
export const KEYS_IN_WORDS = 'Keys: r takes Redis down and up, + and - start and stop an instance.';

const LINE_EVERY_MS = 1000;
const PATIENCE_MS = 500;

/**
 * Whether somebody sits at a keyboard before this. A process in the background that reads its terminal would be stopped by the
 * system (SIGTTIN, POSIX.1-2017, 11.1.4).
 */
export function hasKeyboard(stdin: NodeJS.ReadStream): boolean {
  if (!stdin.isTTY) return false;
  if (process.platform !== 'linux') return true;
  // After the name in brackets: state, parent, process group, session, terminal, the group in front of it (proc(5)).
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return fields[2] === fields[5];
}

/** Reads keys until it is stopped. A line of figures is kept on a terminal only: elsewhere it would fill a file. */
export function readServeKeys(options: ServeKeysOptions): { stop(): void } {
  const { fleets, redis, stdin, stdout, say } = options;
  const meter = createMeter(fleets);
  let isRedisUp = true;
  let before: Promise<void> = Promise.resolve();
  let isAsking = false;

  async function act(key: string): Promise<void> {
    switch (key) {
      case 'r':
        if (!redis) return tell('Redis is not a process of the lab: it stays as it is.');
        if (isRedisUp) await redis.kill();
        else await redis.start();
        isRedisUp = !isRedisUp;
        return tell(isRedisUp ? 'Redis is up again, and empty.' : 'Redis is down.');
      case '+':
      case '=':
        return changeAll((fleet) => fleet.grow());
      case '-':
        return changeAll((fleet) => fleet.shrink());
      default:
    }
  }
  async function changeAll(change: (fleet: Fleet) => Promise<void>): Promise<void> {
    for (const { id, fleet } of fleets) {
      if (fleet.web) {
        tell(`${id}: nginx was told of its instances at the start; their number stays.`);
        continue;
      }
      await change(fleet);
      tell(`${id}: ${fleet.instances.map(({ origin }) => origin).join('  ')}`);
    }
  }
  function tell(line: string): void {
    wipe();
    say(line);
  }
  function wipe(): void {
    if (!stdout.isTTY) return;
    cursorTo(stdout, 0);
    clearLine(stdout, 0);
  }
  function hear(text: string): void {
    for (const key of text) {
      // A terminal that sends single keys makes no signal of Ctrl-C.
      if (key === '\u0003') process.kill(process.pid, 'SIGINT');
      before = before
        .then(() => act(key))
        .catch((error: Error) => {
          const code = error instanceof LabError ? `${error.code}: ` : '';
          tell(`${code}${error.message}`);
        });
    }
  }
  async function showLine(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    const line = await meter();
    isAsking = false;
    if (isStopped) return;
    wipe();
    const shown = `${line}  Redis ${isRedisUp ? 'up' : 'DOWN'}`;
    stdout.write(shown.slice(0, Math.max(20, (stdout.columns || 80) - 1)));
  }

  let isStopped = false;
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.on('data', hear);
  const timer = stdout.isTTY ? setInterval(() => void showLine(), LINE_EVERY_MS) : undefined;
  return {
    stop() {
      isStopped = true;
      clearInterval(timer);
      wipe();
      stdin.off('data', hear);
      stdin.setRawMode(false);
      // Else it would keep the lab from ending.
      stdin.pause();
    },
  };
}

/** @returns requests a second and cores of each variant, since it was last asked */
function createMeter(fleets: readonly ServedFleet[]): () => Promise<string> {
  const known = new Map<number, { completed: number; cpuSeconds: number; atMs: number }>();
  return async () => {
    const parts = await Promise.all(
      fleets.map(async ({ id, fleet }) => {
        const each = await Promise.all(
          fleet.instances.map(async ({ pid, origin }) => {
            const [completed, usage] = await Promise.all([completedOf(origin), usageOf(pid)]);
            const now = { completed, cpuSeconds: usage?.cpuSeconds ?? 0, atMs: performance.now() };
            const last = known.get(pid);
            known.set(pid, now);
            const seconds = last ? (now.atMs - last.atMs) / 1000 : 1;
            return last
              ? {
                  // The question itself is not counted by the service.
                  requests: Math.max(0, now.completed - last.completed) / seconds,
                  cores: Math.max(0, now.cpuSeconds - last.cpuSeconds) / seconds,
                }
              : { requests: 0, cores: 0 };
          }),
        );
        const sum = (figure: 'requests' | 'cores') =>
          each.reduce((total, one) => total + one[figure], 0);
        return `${id} ×${each.length} ${Math.round(sum('requests'))}/s ${sum('cores').toFixed(2)} cores`;
      }),
    );
    return parts.join('  ');
  };
}

async function completedOf(origin: string): Promise<number> {
  try {
    const answer = await fetchAnswer(`${origin}/counters`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const { requests } = (await answer.json()) as { requests?: { completed?: number } };
    return requests?.completed ?? 0;
  } catch {
    // It is dead, or busy: the line goes on without it.
    return 0;
  }
}
