/**
 * What is wrong with manifests by the schemas of the Kubernetes API. kubernetes-models validates values and lets unknown fields
 * pass, so its types are asked too: in a literal, TypeScript takes no field that a type does not have.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './files.js';

interface Manifest {
  apiVersion?: unknown;
  kind?: unknown;
}

const require = createRequire(import.meta.url);
const pathOf = ({ apiVersion, kind }: Manifest) => `kubernetes-models/${apiVersion}/${kind}`;

/** A line for each problem; empty where there is none. */
export function kubernetesProblems(manifests: readonly Manifest[]): string[] {
  return [...manifests.flatMap(invalidValues), ...unknownFields(manifests)];
}

function invalidValues(manifest: Manifest): string[] {
  const Model = require(pathOf(manifest))[String(manifest.kind)] as new (
    data: object,
  ) => { validate(): void };
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [`${manifest.kind}: ${(error as Error).message}`];
  }
}

function unknownFields(manifests: readonly Manifest[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'lab-kubernetes-'));
  try {
    const lines = manifests.map(
      (manifest, index) =>
        `import type { I${manifest.kind} as T${index} } from '${pathOf(manifest)}';\nexport const m${index}: T${index} = ${JSON.stringify(manifest)};`,
    );
    writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
    const options = { noEmit: true, strict: true, skipLibCheck: true, types: [] };
    const paths = { 'kubernetes-models/*': [`${ROOT}node_modules/kubernetes-models/*`] };
    const compilerOptions = { ...options, module: 'preserve', target: 'es2023', paths };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['manifests.ts'] }),
    );
    const tsc = require.resolve('typescript/package.json').replace(/package\.json$/, 'bin/tsc');
    execFileSync(process.execPath, [tsc, '--project', folder], { stdio: 'pipe' });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout?: Buffer };
    if (!stdout) throw error;
    return stdout.toString().trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
