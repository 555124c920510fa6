import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  inCommon,
  openBuild,
  programsOfBuilds,
} from '../../../bench/benchmarks/auth/other-build.js';

const STRATEGIES = [
  { name: 'jwt', companions: [] },
  { name: 'opaque', companions: ['authority'] },
];

const NAMES = STRATEGIES.map(({ name }) => name);

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
    const programs = programsOfBuilds(STRATEGIES, [{ build, strategies: NAMES }]);
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
    expect(() => programsOfBuilds(STRATEGIES, [{ build, strategies: NAMES }]))
      .to.throw(/authority\.js is missing/)
      .with.property('code', 'OPTION_INVALID');
  });

  it('are compared in what both have', () => {
    const programs = programsOfBuilds(STRATEGIES, [{ build, strategies: ['jwt'] }]);
    expect(programs.map(({ name }) => name)).to.deep.equal(['jwt', `jwt of ${build}`]);
  });

  it('say by themselves which strategies they have', async () => {
    const line = JSON.stringify({ strategies: [{ name: 'jwt', summary: 'of another age' }] });
    writeFileSync(join(entries, 'describe.js'), `console.log(${JSON.stringify(line)});`);
    expect(await openBuild(build)).to.deep.equal({ build, strategies: ['jwt'] });
  });

  it('are refused where one is no build', async () => {
    const error = await openBuild(build).catch((reason) => reason);
    expect(error).to.include({ code: 'OPTION_INVALID' });
    expect(error.message).to.match(/there is no build, .*describe\.js is missing/);
  });
});

describe('a build that lacks a strategy', () => {
  const OLD = { build: '../old', strategies: ['session', 'jwt'] };
  const NEW = { build: '../new', strategies: ['jwt', 'opaque', 'session'] };

  it('is named in one line, with what it lacks, and compared in the rest', () => {
    expect(inCommon(['jwt', 'opaque', 'refresh'], [OLD, NEW], false)).to.deep.equal({
      builds: [
        { build: '../old', strategies: ['jwt'] },
        { build: '../new', strategies: ['jwt', 'opaque'] },
      ],
      lines: [
        '../old has no opaque or refresh: left out there.',
        '../new has no refresh: left out there.',
      ],
    });
  });

  it('is an error where that strategy was named', () => {
    expect(() => inCommon(['jwt', 'opaque'], [OLD], true))
      .to.throw('--strategies: ../old has no opaque.')
      .with.property('code', 'OPTION_INVALID');
  });

  it('is an error where nothing is left', () => {
    expect(() => inCommon(['opaque'], [OLD], false))
      .to.throw('--against ../old: it has no strategy to compare.')
      .with.property('code', 'OPTION_INVALID');
  });
});
