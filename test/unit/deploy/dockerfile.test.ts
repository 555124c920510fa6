import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { ROOT, readCompose, readText } from './files.js';

interface Stage {
  from: string;
  name: string;
  lines: string[];
}

const stages = readStages(readText('Dockerfile'));
const compose = readCompose({ TOKEN_SECRET: 'unused', DATABASE_PASSWORD: 'unused' });
const built = Object.entries(compose.services).filter(([, { build }]) => build);
const targets = [...new Set(built.map(([, { build }]) => build?.target as string))];

describe('Dockerfile', () => {
  it('has every target that docker-compose.yml builds', () => {
    expect(targets).to.have.members(['app', 'lab']);
    expect(stages.map(({ name }) => name)).to.include.members(targets);
  });

  it('copies only from stages that come before', () => {
    stages.forEach(({ name, from, lines }, index) => {
      const before = stages.slice(0, index).map((stage) => stage.name);
      const sources = lines.flatMap((line) => /^COPY --from=(\S+)/.exec(line)?.[1] ?? []);
      expect(before, name).to.include.members(sources);
      if (!from.includes(':')) expect(before, name).to.include(from);
    });
  });

  it('stands on one pinned image alone', () => {
    expect(stages.map(({ from }) => from).filter((from) => from.includes(':'))).to.deep.equal([
      'node:22-slim',
    ]);
  });

  it('copies only what exists and what .dockerignore lets in', () => {
    const rules = readText('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules[0], 'all is out unless named').to.equal('*');
    const allowed = rules.slice(1).map((rule) => rule.replace(/^!/, ''));
    const copied = stages
      .flatMap(({ lines }) => lines)
      .filter((line) => /^COPY (?!--from)/.test(line))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect([...new Set(copied)]).to.have.members(allowed);
    for (const path of copied) expect(existsSync(ROOT + path), path).to.equal(true);
  });

  it('installs from the lock file, and development dependencies only for building and the lab', () => {
    const installs = stages.flatMap(({ name, lines }) =>
      lines.filter((line) => /\bnpm (ci|i|install)\b/.test(line)).map((line) => ({ name, line })),
    );
    for (const { name, line } of installs) expect(line, name).to.match(/^RUN npm ci /);
    const production = installs.filter(({ line }) => line.includes('--omit=dev'));
    expect(modulesOf('app')).to.equal(production[0]?.name);
    expect(modulesOf('lab')).to.not.equal(production[0]?.name);
  });

  it('runs every target as node', () => {
    for (const target of targets) {
      const users = linesOf(target).filter((line) => line.startsWith('USER '));
      expect(users.at(-1), target).to.equal('USER node');
    }
  });

  it('lets the lab seed, which production refuses', () => {
    expect(linesOf('app').join('\n')).to.include('NODE_ENV=production');
    expect(linesOf('lab').join('\n')).to.not.include('NODE_ENV');
  });

  it('starts programs whose sources exist', () => {
    const commands = [
      ...targets.flatMap((target) => linesOf(target).filter((line) => /^(CMD|ENTRY)/.test(line))),
      ...built.map(([, { command }]) => command?.join(' ') ?? ''),
    ];
    const programs = commands.flatMap((text) => text.match(/dist\/[\w/-]+\.js/g) ?? []);
    expect(programs).to.have.members([
      'dist/src/main.js',
      'dist/bench/cli/main.js',
      'dist/src/migrate.js',
      'dist/src/authority.js',
    ]);
    for (const program of programs) {
      const source = program.replace(/^dist\//, '').replace(/\.js$/, '.ts');
      expect(existsSync(ROOT + source), source).to.equal(true);
    }
  });

  it('gives an instance every package its sources import', () => {
    const { dependencies } = JSON.parse(readText('package.json'));
    const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' });
    const imported = sources
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => [
        ...readText(`src/${path}`).matchAll(/^import (?!type)[^']*'([^'.][^']*)'/gm),
      ])
      .map(([, name]) => name as string)
      .filter((name) => !name.startsWith('node:'));
    expect(imported).to.include.members(['koa', 'pino', 'typeorm']);
    expect(Object.keys(dependencies)).to.include.members(imported.map(packageOf));
  });
});

/** "@koa/bodyparser/x" and "pino/x" without the path inside the package. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function linesOf(name: string): string[] {
  return stages.find((stage) => stage.name === name)?.lines ?? [];
}

/** The stage that an image has its node_modules from. */
function modulesOf(name: string): string | undefined {
  return /--from=(\S+) \S+node_modules/.exec(linesOf(name).join('\n'))?.[1];
}

function readStages(text: string): Stage[] {
  const found: Stage[] = [];
  for (const line of text.split('\n')) {
    const [, from, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (from !== undefined && name !== undefined) found.push({ from, name, lines: [] });
    else if (line !== '' && !line.startsWith('#')) found.at(-1)?.lines.push(line);
  }
  return found;
}
