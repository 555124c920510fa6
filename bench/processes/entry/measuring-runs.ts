/**
 * Runs that measure on this machine, each as a file that names its process. Two at once take CPU time from
 * each other, so figures of both are wrong, and nothing in them shows it.
 */
import { rmSync } from 'node:fs';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../model/errors.js';
import { makeFolder } from '../folders/make-folder.js';
import { LAB_NAME } from '../lab-name.js';
import { isRunning, readStartTime } from '../process-identity.js';

/** Of every verb and benchmark that measures. */
export const ALONGSIDE = '--alongside';

const runSchema = z.object({
  pid: z.int().positive(),
  /** With the pid it names one process for ever: what a killed run left behind is told apart. */
  startTime: z.string(),
  what: z.string().describe('As it is typed: "lab compare", "bench:auth".'),
  folder: z.string().describe('In which it was started.'),
  since: z.iso.datetime(),
});

export type MeasuringRun = z.infer<typeof runSchema>;

export interface RegisteredRun {
  /** Others that measure at this moment. */
  others(): Promise<MeasuringRun[]>;
  end(): void;
}

/**
 * Registers this process. Where the folder cannot be had, others are not seen, and the run goes on.
 *
 * @param alongside whether to measure although others do
 * @throws LabError ANOTHER_RUN
 */
export async function registerRun(
  what: string,
  alongside: boolean,
  parent: string = tmpdir(),
): Promise<RegisteredRun> {
  const folder = join(parent, `${LAB_NAME}-runs`);
  const mine = {
    ...{ pid: process.pid, startTime: readStartTime(process.pid) ?? '', what },
    ...{ folder: process.cwd(), since: new Date().toISOString() },
  };
  const path = join(folder, `${mine.pid}.json`);
  try {
    // For every user of the machine, as the folder of temporary files is (sticky).
    if (await makeFolder(folder)) await chmod(folder, 0o1777);
    await rm(path, { force: true });
    // Another user must not lead the write elsewhere by a link.
    await writeFile(path, JSON.stringify(mine), { flag: 'wx' });
  } catch {
    return { others: async () => [], end: () => {} };
  }
  const registered: RegisteredRun = {
    others: async () => (await runsIn(folder)).filter(({ pid }) => pid !== mine.pid),
    end: () => {
      try {
        rmSync(path, { force: true });
      } catch {
        // It names an ended process: the next look removes it.
      }
    },
  };
  if (alongside) return registered;
  // Registered before the look: of two that start at once, the later one gives way.
  const earlier = (await registered.others()).filter((other) => isEarlier(other, mine))[0];
  if (!earlier) return registered;
  registered.end();
  throw new LabError(
    'ANOTHER_RUN',
    `${inWords(earlier)} measures on this machine since ${earlier.since}, and two at once spoil each other's figures. Wait for its end, or measure nevertheless with ${ALONGSIDE}.`,
  );
}

/** "lab compare (process 4711, started in /home/ada/lab)" */
export function inWords({ what, pid, folder }: MeasuringRun): string {
  return `${what} (process ${pid}, started in ${folder})`;
}

function isEarlier(other: MeasuringRun, mine: MeasuringRun): boolean {
  return other.since === mine.since ? other.pid < mine.pid : other.since < mine.since;
}

/** Those that still run; what ended ones left behind is removed. */
async function runsIn(folder: string): Promise<MeasuringRun[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^\d+\.json$/.test(name));
  const found = await Promise.all(
    names.map(async (name): Promise<MeasuringRun[]> => {
      const path = join(folder, name);
      const run = await readFile(path, 'utf8')
        .then((text) => runSchema.parse(JSON.parse(text)))
        .catch(() => null);
      if (run && isRunning(run.pid, run.startTime)) return [run];
      // One that is being written is not whole yet, so only what names an ended process goes.
      if (run) await rm(path, { force: true }).catch(() => {});
      return [];
    }),
  );
  return found.flat();
}
