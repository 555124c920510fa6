/**
 * The entries of the service as one file each and what they share, for tests that start many. Of what starting an instance
 * costs, two thirds are Node's looking for a thousand modules; the code that runs is the same. The lab, and so every test that
 * goes through it, starts the files as they are built.
 */
import { rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const VARIABLE = 'LAB_TEST_BUNDLE';
const DIST = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = join(DIST, 'src');

/** For this run and what it starts; gone with this process, also where it fails. */
export async function bundleService(): Promise<void> {
  if (process.env[VARIABLE] !== undefined) return;
  // Below the project, since packages are looked for from there.
  const folder = join(DIST, `bundled-${process.pid}`);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const names = (await readdir(SOURCE)).filter((name) => name.endsWith('.js'));
  await build({
    entryPoints: names.map((name) => join(SOURCE, name)),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // One has a native part, and modules of the other ask for each other in a circle.
    external: ['@node-rs/argon2', 'undici'],
    plugins: [keepAddresses, leaveOutMissing],
    banner: {
      js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(${JSON.stringify(pathToFileURL(join(SOURCE, 'main.js')).href)});`,
    },
    logLevel: 'error',
  });
  process.env[VARIABLE] = folder;
}

/** @param name as in `main`. @returns the file to start, bundled where that was done */
export function entryOf(name: string): string {
  const folder = process.env[VARIABLE];
  return folder === undefined ? builtEntryOf(name) : join(folder, `${name}.js`);
}

/** @returns the file as it was built */
export function builtEntryOf(name: string): string {
  return join(SOURCE, `${name}.js`);
}

/** Scripts of threads and files of the model are found from where a module was. */
const keepAddresses: Plugin = {
  name: 'keep addresses',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]src[\\/].*\.js$/ }, async ({ path }) => {
      if (!path.startsWith(SOURCE)) return undefined;
      const text = await readFile(path, 'utf8');
      const address = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll('import.meta.url', address), loader: 'js' };
    });
  },
};

/** Drivers of databases that nobody has installed: asked for by TypeORM where one is chosen. */
const leaveOutMissing: Plugin = {
  name: 'leave out what is missing',
  setup(bundle) {
    bundle.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      if (kind !== 'require-call') return undefined;
      try {
        createRequire(importer).resolve(path);
        return undefined;
      } catch {
        return { path, external: true };
      }
    });
  },
};
