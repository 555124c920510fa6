/**
 * npm run bench:cleanup -- --times 20: whether a lab that is killed in the middle of a drill leaves anything behind.
 * Starts a drill, kills the lab by SIGKILL at a random moment, waits, and looks for its processes and folders.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { integer, parseOptions } from '../cli/parse-options.js';
import { DRILL_NAMES } from '../experiments/drill/drills.js';
import { seededRandom } from '../model/random.js';
import { descendantsOf } from '../processes/process-family.js';
import { isRunning, readStat } from '../processes/process-identity.js';
import { countOf } from '../text/count-of.js';
import { beginBenchmark, endWithCode } from './begin-benchmark.js';

const OPTIONS = {
  times: integer(1, 1000, 'how often the lab is killed (20)'),
  seed: integer(0, 2 ** 31, 'of the moments and the drills (1)'),
} as const;

const CLI = fileURLToPath(new URL('../cli/main.js', import.meta.url));
/** Before the first fault the lab starts its stores and lanes. */
const EARLIEST_MS = 3000;
const LATEST_MS = 30_000;
const PATIENCE_MS = 15_000;
/** Of the lab's folders of a run. */
const FOLDERS = /^session-token-lab/;

const signal = await beginBenchmark('bench:cleanup');
await endWithCode(() => main(process.argv.slice(2)));

async function main(words: readonly string[]): Promise<void> {
  const { options } = parseOptions(words, OPTIONS);
  const { times = 20, seed = 1 } = options;
  const random = seededRandom(seed);
  let leftAtAll = 0;
  let frozenAtAll = 0;
  for (let number = 1; number <= times; number++) {
    signal.throwIfAborted();
    const drill = DRILL_NAMES[Math.floor(random() * DRILL_NAMES.length)] as string;
    const afterMs = EARLIEST_MS + random() * (LATEST_MS - EARLIEST_MS);
    const { processes, frozen, left, folders } = await killOne(drill, afterMs);
    leftAtAll += left.length + folders.length;
    frozenAtAll += frozen;
    process.stdout.write(
      `${number} of ${times}: ${drill}, killed after ${(afterMs / 1000).toFixed(1)} s with ${countOf(processes, 'process', 'processes')} (${frozen} frozen): ${left.length === 0 && folders.length === 0 ? 'nothing left' : `LEFT ${[...left, ...folders].join(', ')}`}\n`,
    );
  }
  process.stdout.write(
    `\nKilled ${times} times, ${frozenAtAll} processes stood still at that moment, ${leftAtAll} processes and folders were left.\n`,
  );
}

async function killOne(drill: string, afterMs: number) {
  const out = await mkdtemp(join(tmpdir(), 'lab-cleanup-'));
  const before = await foldersOfRuns();
  const words = ['drill', drill, '--strategies', 'session,jwt,opaque', '--out', out, '--alongside'];
  const lab = spawn(process.execPath, [CLI, ...words], { stdio: 'ignore' });
  const ended = once(lab, 'exit');
  try {
    await Promise.race([delay(afterMs), ended]);
    const found = descendantsOf(lab.pid as number).map((pid) => ({ pid, stat: readStat(pid) }));
    const frozen = found.filter(({ stat }) => stat?.state === 'T').length;
    lab.kill('SIGKILL');
    await ended;
    const running = () =>
      found
        .filter(({ pid, stat }) => isRunning(pid, stat?.startTime ?? null))
        .map(({ stat }) => stat?.name ?? '?');
    const giveUpMs = performance.now() + PATIENCE_MS;
    while (running().length > 0 && performance.now() < giveUpMs) await delay(100);
    const folders = (await foldersOfRuns()).filter((name) => !before.includes(name));
    return { processes: found.length, frozen, left: running(), folders };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function foldersOfRuns(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => FOLDERS.test(name));
}
