import { readdirSync, readFileSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { LAYERS, MADE_PARTS, withPart } from '../../support/docs/made-parts.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

describe('parts of pages that are made from the code', () => {
  for (const part of MADE_PARTS) {
    it(`${part.page} has the ${part.name} as it is: run npm run docs:parts`, () => {
      const text = readFileSync(`${ROOT}docs/${part.page}`, 'utf8');
      expect(text).to.equal(withPart(text, part));
    });
  }

  for (const half of ['src', 'bench'] as const) {
    it(`layers.json says of every folder of ${half}/ what it is for, and of no other`, () => {
      const files = readdirSync(`${ROOT}${half}`, { recursive: true, encoding: 'utf8' });
      const folders = new Set(
        files
          .filter((file) => file.endsWith('.ts'))
          .flatMap((file) => ancestorsOf(dirname(file).split(sep))),
      );
      expect(Object.keys(LAYERS[half]).sort()).to.deep.equal([...folders].sort());
    });
  }
});

/** a/b/c: "a", "a/b", "a/b/c"; none for the half itself. */
function ancestorsOf(parts: readonly string[]): string[] {
  return parts[0] === '.' ? [] : parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
