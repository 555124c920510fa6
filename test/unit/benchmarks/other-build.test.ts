import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { programsOfBuilds } from '../../../bench/benchmarks/auth/other-build.js';

const STRATEGIES = [
  { name: 'jwt', companions: [] },
  { name: 'opaque', companions: ['authority'] },
];

describe('two builds side by side', () => {
  let build: string;
  let entries: string;

  beforeEach(() => {
    build = mkdtempSync(join(tmpdir(), 'other-build-'));
    entries = join(build, 'dist', 'src');
    mkdirSync(entries, { recursive: true });
    writeFileSync(join(entries, 'main.js'), '');
  });
  afterEach(() => rmSync(build, { recursive: true }));

  it('have companions of their own', () => {
    writeFileSync(join(entries, 'authority.js'), '');
    const programs = programsOfBuilds(STRATEGIES, [build]);
    expect(programs.map(({ name }) => name)).to.deep.equal([
      'jwt',
      `jwt of ${build}`,
      'opaque',
      `opaque of ${build}`,
    ]);
    const [ours, theirs] = programs.slice(2).map(({ companions }) => companions);
    expect(theirs).to.deep.equal([{ name: 'authority', script: join(entries, 'authority.js') }]);
    expect(ours?.[0]?.script)
      .to.match(/authority\.js$/)
      .and.not.equal(theirs?.[0]?.script);
  });

  it('are refused where a program is missing, by its name', () => {
    expect(() => programsOfBuilds(STRATEGIES, [build]))
      .to.throw(/authority\.js is missing/)
      .with.property('code', 'OPTION_INVALID');
  });
});
