/** The shared libraries of programs that were unpacked rather than installed. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../processes/run-command.js';
import type { UnpackContext } from '../store.js';

/** Folders under `folder` that hold shared libraries. */
export async function findLibraryFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return [
    ...new Set(
      entries.filter((name) => /\.so(\.|$)/.test(name)).map((name) => join(folder, dirname(name))),
    ),
  ];
}

/**
 * The libraries that the loader does not find for these programs, by soname.
 *
 * @param folder where they were unpacked, with libraries of their own
 * @param programs paths below it; one that is not there needs nothing
 */
export async function findMissingLibraries(
  folder: string,
  programs: readonly string[],
  { environment, signal }: Pick<UnpackContext, 'environment' | 'signal'>,
): Promise<string[]> {
  const libraryFolders = await findLibraryFolders(folder);
  const missing = new Set<string>();
  for (const program of programs) {
    const { stdout } = await runCommand('ldd', [join(folder, program)], {
      environment: {
        ...environment,
        LC_ALL: 'C',
        ...(libraryFolders.length > 0 && { LD_LIBRARY_PATH: libraryFolders.join(':') }),
      },
      signal,
    });
    for (const soname of parseMissingLibraries(stdout)) missing.add(soname);
  }
  return [...missing];
}

/** The names that ldd reports as "not found". */
export function parseMissingLibraries(lddOutput: string): string[] {
  return [...lddOutput.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1] as string);
}

/**
 * The package of a library among those available. Debian Policy 8.1 derives the one name from the
 * other: libssl.so.3 is in libssl3, liblua5.1.so.0 in liblua5.1-0; "t64" marks those rebuilt in 2024
 * for 64-bit time.
 */
export function packageOfLibrary(soname: string, available: readonly string[]): string | undefined {
  const wanted = soname.replace('.so.', '').toLowerCase();
  const normalise = (name: string) => name.replace(/:.*$/, '').replace(/t64$/, '');
  return available.find((name) => {
    const plain = normalise(name);
    return plain.replaceAll('-', '') === wanted.replaceAll('-', '').replaceAll('_', '');
  });
}
