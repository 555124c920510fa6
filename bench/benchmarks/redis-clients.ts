/**
 * npm run bench:redis-clients -- --repetitions 5: what the options of a Redis client are worth when Redis fails. Each
 * set of options is a client that asks every 20 ms; Redis is killed, or frozen, under all of them at once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { integer, parseOptions } from '../cli/parse-options.js';
import { markdownTable } from '../report/markdown.js';
import { ascending, median } from '../statistics/quantile.js';
import { withStores } from '../stores/open.js';
import { handsOf, type StoreHands } from '../stores/store.js';
import { left, right, type Table, table } from '../text/blocks.js';
import { beginBenchmark, endWithCode } from './begin-benchmark.js';
import { CLIENT_OPTIONS } from './redis-client-options.js';

const OPTIONS = {
  repetitions: integer(1, 100, 'of each fault (5)'),
} as const;

const ASK_EVERY_MS = 20;
const STEADY_MS = 500;
const BROKEN_MS = 3000;
const WATCH_MS = 9000;
/** Of commands without an answer; more of them say nothing more. */
const MOST_WAITING = 2000;

interface BenchFault {
  name: string;
  breakIt(hands: StoreHands): Promise<void>;
  mend(hands: StoreHands): Promise<void>;
}

const FAULTS: readonly BenchFault[] = [
  {
    name: `killed, started again after ${BROKEN_MS / 1000} s`,
    breakIt: (hands) => hands.kill(),
    mend: (hands) => hands.start(),
  },
  {
    name: `frozen for ${BROKEN_MS / 1000} s`,
    breakIt: async (hands) => hands.signal('SIGSTOP'),
    mend: async (hands) => hands.signal('SIGCONT'),
  },
];

/** Of one client and one repetition; moments in milliseconds since the fault. */
interface Seen {
  longestWaitMs: number;
  failed: number;
  /** The first success after Redis was there again; null: none came. */
  recoveredMs: number | null;
  /** Commands that had neither an answer nor an error at the end. */
  hung: number;
}

const signal = await beginBenchmark('bench:redis-clients');
await endWithCode(() => main(process.argv.slice(2)));

async function main(words: readonly string[]): Promise<void> {
  const { repetitions = 5 } = parseOptions(words, OPTIONS).options;
  const rows: string[][] = [];
  await withStores({ signal }, async ({ redisUrl, sessionStore }) => {
    const hands = handsOf(sessionStore, 'Redis', 'REDIS_URL');
    for (const fault of FAULTS) {
      const seen = new Map<string, Seen[]>();
      for (let number = 1; number <= repetitions; number++) {
        signal.throwIfAborted();
        for (const [name, one] of await breakOnce(redisUrl, hands, fault)) {
          seen.set(name, [...(seen.get(name) ?? []), one]);
        }
        process.stdout.write(`${fault.name}: ${number} of ${repetitions}\n`);
      }
      for (const [name, all] of seen) rows.push([fault.name, name, ...figuresOf(all)]);
    }
  });
  const [drawn] = table(
    'Median of the repetitions, and least to most',
    [
      ...[left('Redis'), left('client'), right('longest wait of a command')],
      ...[right('commands failed'), right('answers again after'), right('never settled')],
    ],
    rows,
    2,
  );
  process.stdout.write(
    `\nA command every ${ASK_EVERY_MS} ms from each client, ioredis, ${repetitions} repetitions. "Answers again after" counts from the moment at which Redis was there again.\n\n${markdownTable(drawn as Table)}\n`,
  );
}

async function breakOnce(
  url: string,
  hands: StoreHands,
  { breakIt, mend }: BenchFault,
): Promise<Map<string, Seen>> {
  const clients = CLIENT_OPTIONS.map(({ name, options, patch }) => ({
    name,
    asker: startAsking(url, options, patch),
  }));
  try {
    await delay(STEADY_MS);
    for (const { asker } of clients) asker.begin();
    await breakIt(hands);
    await delay(BROKEN_MS);
    await mend(hands);
    const mendedMs = performance.now();
    for (const { asker } of clients) asker.mended(mendedMs);
    await delay(WATCH_MS);
    return new Map(clients.map(({ name, asker }) => [name, asker.end()]));
  } finally {
    for (const { asker } of clients) asker.close();
  }
}

function startAsking(url: string, options: RedisOptions, patch?: (client: Redis) => void) {
  const client = new Redis(url, options);
  client.on('error', () => {});
  patch?.(client);
  let isRecording = false;
  let mendedMs = Number.POSITIVE_INFINITY;
  const waiting = new Map<number, number>();
  const seen: Seen = { longestWaitMs: 0, failed: 0, recoveredMs: null, hung: 0 };
  let count = 0;
  const ask = async () => {
    if (waiting.size >= MOST_WAITING) return;
    const number = count++;
    const sentMs = performance.now();
    waiting.set(number, sentMs);
    let isFailed = false;
    await client.get('a key that is not there').catch(() => {
      isFailed = true;
    });
    waiting.delete(number);
    if (!isRecording) return;
    const nowMs = performance.now();
    seen.longestWaitMs = Math.max(seen.longestWaitMs, nowMs - sentMs);
    if (isFailed) seen.failed += 1;
    else if (nowMs >= mendedMs) seen.recoveredMs ??= nowMs - mendedMs;
  };
  const timer = setInterval(() => void ask(), ASK_EVERY_MS);
  return {
    begin() {
      isRecording = true;
    },
    mended(atMs: number) {
      mendedMs = atMs;
    },
    end(): Seen {
      const oldest = Math.min(...waiting.values());
      const nowMs = performance.now();
      const hung = [...waiting.values()].filter((sentMs) => nowMs - sentMs > 1000).length;
      const longest = waiting.size > 0 ? nowMs - oldest : 0;
      return { ...seen, hung, longestWaitMs: Math.max(seen.longestWaitMs, longest) };
    },
    close() {
      clearInterval(timer);
      client.disconnect();
    },
  };
}

function figuresOf(all: readonly Seen[]): string[] {
  const seconds = (values: number[]) =>
    values.length === 0
      ? 'not within 9 s'
      : `${range(
          values.map((ms) => ms / 1000),
          2,
        )} s`;
  return [
    seconds(all.map(({ longestWaitMs }) => longestWaitMs)),
    range(
      all.map(({ failed }) => failed),
      0,
    ),
    seconds(all.flatMap(({ recoveredMs }) => recoveredMs ?? [])),
    range(
      all.map(({ hung }) => hung),
      0,
    ),
  ];
}

function range(values: readonly number[], digits: number): string {
  const sorted = ascending(values);
  const [least, most] = [sorted[0] as number, sorted.at(-1) as number].map((each) =>
    each.toFixed(digits),
  );
  return `${median(sorted).toFixed(digits)} (${least} to ${most})`;
}
