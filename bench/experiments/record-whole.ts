/**
 * What every run that is no comparison does around its measuring: a folder for the result, a result on disk after every step, so
 * that whatever happens next nothing is lost, and the lab before the processes that it starts.
 */
import { tierOf } from '../model/tiers.js';
import { goFirst } from '../processes/priority.js';
import type { Stores } from '../stores/open.js';
import { createResultFolder, type NamedText } from './result-folder.js';

/** What each of these results begins and ends with. */
interface Whole {
  partial: boolean;
  endedAt: string | null;
}

export interface WholeRun<Result extends Whole> {
  /** Of the result: "drill.json". */
  file: string;
  /** Where the folder of the result is made. */
  outFolder: string;
  /** The result as it begins. @param id of its folder */
  begin(id: string): Result;
  /** The reports of a result, for its folder. */
  render(result: Result): NamedText[];
  signal: AbortSignal;
  /** Measures, writes what it finds into the result, and saves it. @param folder its path */
  measure(result: Result, save: () => Promise<void>, folder: string): Promise<void>;
}

/**
 * When the signal is aborted, what was measured is written, marked partial.
 *
 * @throws LabError when the run fails; the partial result is written before
 */
export async function recordWhole<Result extends Whole>(
  run: WholeRun<Result>,
): Promise<{ result: Result; folder: string }> {
  const folder = await createResultFolder(run.outFolder);
  const result = run.begin(folder.id);
  const save = async () => {
    const own = { name: run.file, text: `${JSON.stringify(result)}\n` };
    await folder.finish([own, ...run.render(result)]);
  };
  await save();
  const goBack = goFirst();
  let failure: unknown;
  try {
    await run.measure(result, save, folder.path);
    result.partial = false;
  } catch (error) {
    failure = error;
  } finally {
    goBack();
  }
  result.endedAt = new Date().toISOString();
  await save();
  if (failure !== undefined && !run.signal.aborted) throw failure;
  return { result, folder: folder.path };
}

/** For a report: which products, and whose. */
export function describeStores({ database, sessionStore }: Stores): Record<string, string> {
  return {
    database: inWords(database),
    redis: inWords(sessionStore),
  };
}

function inWords({
  name,
  version,
  startedBy,
}: Stores['database'] | Stores['sessionStore']): string {
  return `${tierOf(name).label} ${version}, ${startedBy}`;
}
