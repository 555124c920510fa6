import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const RULES = ['.dependency-cruiser.cjs', 'layers.json'];

describe('the rules of what may import what', function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'layers-'));
    for (const name of RULES) cpSync(join(ROOT, name), join(folder, name));
    // Where the rules look for the parser.
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    plant('bench/model/fine.ts', 'export interface Fine {}');
    plant(
      'bench/cli/fine.ts',
      "import type { Fine } from '../model/fine.js';\nexport type F = Fine;",
    );
    plant('src/main.ts', 'export const main = 1;');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function plant(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }

  function lint(): { status: number | null; broken: string[] } {
    // As `npm run lint` runs it.
    const { status, stdout } = spawnSync(
      join(ROOT, 'node_modules/.bin/depcruise'),
      ['--config', '.dependency-cruiser.cjs', 'bench', 'src'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(Number(/(\d+) modules/.exec(stdout)?.[1])).to.be.at.least(3);
    const names = [...stdout.matchAll(/^\s*error ([\w-]+):/gm)].map(([, name]) => name as string);
    return { status, broken: [...new Set(names)].sort() };
  }

  it('find nothing where the order is kept', () => {
    expect(lint()).to.deep.equal({ status: 0, broken: [] });
  });

  it('find an import against the order, of a type too', () => {
    plant(
      'bench/model/against.ts',
      "import type { F } from '../cli/fine.js';\nexport type Against = F;",
    );
    const { status, broken } = lint();
    expect(broken).to.deep.equal(['bench-model-imports-only-earlier-layers']);
    expect(status).to.not.equal(0);
  });

  it('find a circle, of types too', () => {
    plant('bench/trial/one.ts', "import type { Two } from './two.js';\nexport type One = Two | 1;");
    plant('bench/trial/two.ts', "import type { One } from './one.js';\nexport type Two = One[];");
    const { status, broken } = lint();
    expect(broken).to.deep.equal(['no-circles']);
    expect(status).to.not.equal(0);
  });

  it('find an import between the two halves, either way', () => {
    plant(
      'bench/cli/across.ts',
      "import { main } from '../../src/main.js';\nexport const m = main;",
    );
    plant(
      'src/across.ts',
      "import type { Fine } from '../bench/model/fine.js';\nexport type A = Fine;",
    );
    expect(lint().broken).to.deep.equal([
      'the-lab-imports-nothing-of-the-service',
      'the-service-imports-nothing-of-the-lab',
    ]);
  });

  it('find an analysis that needs what has measured, and a folder without a place in the order', () => {
    plant('bench/measure/read.ts', 'export const read = 1;');
    plant(
      'bench/report/needs.ts',
      "import { read } from '../measure/read.js';\nexport const r = read;",
    );
    plant('bench/somewhere/else.ts', 'export const e = 1;');
    plant('bench/cli/uses.ts', "import { e } from '../somewhere/else.js';\nexport const u = e;");
    expect(lint().broken).to.deep.equal([
      'analysis-reads-results-alone',
      'every-file-is-in-a-layer',
    ]);
  });
});
