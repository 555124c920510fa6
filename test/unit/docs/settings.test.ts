import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { knownVariables } from '../../../src/config/settings.js';

const ROOT = new URL('../../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

/** What the first column of the table in docs/api.md names. */
function documented(): string[] {
  const [, table = ''] = /^## Environment$([\s\S]*?)^## /m.exec(read('docs/api.md')) ?? [];
  return table
    .split('\n')
    .map((line) => line.split('|')[1] ?? '')
    .flatMap((cell) => [...cell.matchAll(/`([A-Z][A-Z0-9_]*)`/g)])
    .map(([, name = '']) => name);
}

describe('the table of settings in docs/api.md', () => {
  it('has each that an instance, the authority or the prediction server reads', () => {
    expect(documented()).to.include.members(knownVariables());
  });

  it('has each once, and none that nothing reads', () => {
    const names = documented();
    expect(names).to.deep.equal([...new Set(names)]);
    const source = readdirSync(new URL('src/', ROOT), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => read(`src/${path}`))
      .join('\n');
    for (const name of names) {
      expect(source, name).to.match(new RegExp(`\\b${name}\\b`));
    }
  });
});
