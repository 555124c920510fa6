import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * A reader sees the old file or the new one, never half of one.
 *
 * @throws the error of the file system, after the unfinished file was removed
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (error) {
    // Half a file would take the room that is missing.
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
}
