import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { BALANCES, nginxConfiguration } from '../../../bench/fleet/web-tier/nginx-configuration.js';
import { BODY_BYTES_MAX } from '../../../src/api/body.js';
import {
  ask,
  type ComposeService,
  readCompose,
  readConstant,
  readText,
  skipBecause,
  toSeconds,
} from './files.js';

const PATH = 'deploy/nginx/nginx.conf';
/** The first open-source nginx that knows `resolve` of an upstream server (its CHANGES file). */
const RESOLVE_SINCE = [1, 27, 3];

interface Directive {
  name: string;
  words: string[];
  /** Of a block; empty for others. */
  inner: Directive[];
}

const tree = parseConfiguration(readText(PATH));
const { services } = readCompose({ TOKEN_SECRET: 'unused', DATABASE_PASSWORD: 'unused' });
const app = services.app as ComposeService;
const nginx = services.nginx as ComposeService;

describe('nginx configuration', () => {
  it('is read to its end, all braces closed', () => {
    expect(tree.map(({ name }) => name)).to.include.members(['events', 'http']);
    const text = readText(PATH);
    expect(() => parseConfiguration(text.replace(/\}\s*$/, ''))).to.throw('not closed');
    expect(() => parseConfiguration(`${text}}`)).to.throw('closed twice');
  });

  it('is accepted by nginx', function () {
    const version = /nginx\/(\d+)\.(\d+)\.(\d+)/.exec(ask('nginx', '-v') ?? '');
    if (version === null) return skipBecause(this, 'there is no nginx here');
    const old = isBefore(version.slice(1).map(Number), RESOLVE_SINCE);
    const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
    try {
      // An old nginx would look `app` up at once and knows no `resolve`; all else is as it is.
      // Standard output is a socket here, which cannot be opened by its path; in a container it can.
      const text = readText(PATH)
        .replaceAll('/tmp/', `${folder}/`)
        .replace('/dev/stdout', `${folder}/access.log`);
      const path = join(folder, 'nginx.conf');
      writeFileSync(path, old ? text.replace('app:3000 resolve', '127.0.0.1:3000') : text);
      execFileSync('nginx', ['-t', '-q', '-p', folder, '-c', path], { stdio: 'pipe' });
    } finally {
      rmSync(folder, { recursive: true });
    }
    if (old && this.test) this.test.title += ` (${version[0]}, so without "resolve")`;
  });

  it('passes requests on to every instance, at the port instances listen on', () => {
    expect(valuesOf('proxy_pass')).to.deep.equal(['http://app']);
    const upstream = find('upstream')[0];
    expect(upstream?.words).to.deep.equal(['app']);
    expect(valuesOf('server', upstream?.inner)).to.deep.equal([
      `app:${app.environment?.PORT} resolve`,
    ]);
    expect(app.networks?.some((network) => nginx.networks?.includes(network))).to.equal(true);
  });

  it('asks the DNS of the engine again within seconds, with an nginx that can', () => {
    const [address, valid] = find('resolver')[0]?.words ?? [];
    expect(address).to.equal('127.0.0.11');
    expect(toSeconds(valid?.replace('valid=', ''))).to.be.at.most(5);
    expect(find('zone', find('upstream')[0]?.inner), 'resolve needs a zone').to.have.lengthOf(1);
    const [major = 0, minor = 0] = (/:(\d+)\.(\d+)/.exec(nginx.image ?? '') ?? [])
      .slice(1)
      .map(Number);
    // The image follows the last patch of its line, so 1.27 stands for its end.
    expect(isBefore([major, minor, 99], RESOLVE_SINCE)).to.equal(false);
  });

  it('keeps connections to instances, and gives them up before an instance does', () => {
    const upstream = find('upstream')[0]?.inner;
    expect(Number(valuesOf('keepalive', upstream)[0])).to.be.at.least(16);
    const keptMs = toSeconds(valuesOf('keepalive_timeout', upstream)[0]) * 1000;
    expect(keptMs).to.be.lessThan(readConstant('src/server/listen.ts', 'KEEP_ALIVE_MS'));
    expect(valuesOf('proxy_http_version')).to.deep.equal(['1.1']);
    expect(headers()).to.include({ Connection: '""' });
  });

  it('tells instances who asked and how, and lets no client say it', () => {
    expect(headers()).to.include({
      Host: '$http_host',
      'X-Forwarded-For': '$remote_addr',
      'X-Forwarded-Host': '$http_host',
      'X-Forwarded-Proto': '$scheme',
    });
  });

  it('says of a client and to a client what the nginx that the lab measures says', () => {
    for (const balance of BALANCES) {
      const measured = parseConfiguration(
        nginxConfiguration({
          port: 8080,
          upstreams: ['127.0.0.1:3000'],
          balance,
          workers: 1,
          connections: 1,
          folder: '/tmp',
        }),
      );
      for (const name of ['proxy_set_header', 'proxy_hide_header', 'proxy_next_upstream']) {
        expect(valuesOf(name), name).to.deep.equal(valuesOf(name, measured));
      }
      for (const name of ['client_max_body_size', 'client_body_buffer_size', 'server_tokens']) {
        expect(valuesOf(name), name).to.deep.equal(valuesOf(name, measured));
      }
      expect(valuesOf('add_header', measured)).to.include.members(valuesOf('add_header'));
      // Below `alert`, request lines are written.
      for (const each of [tree, measured]) {
        const [http] = find('http', each);
        expect(valuesOf('error_log', http?.inner).join()).to.match(/ alert$/);
      }
    }
  });

  it('leaves it to instances to refuse a body that is too large', () => {
    const [, megabytes] = /^(\d+)m$/.exec(valuesOf('client_max_body_size')[0] ?? '') ?? [];
    expect(Number(megabytes) * 1024 ** 2).to.be.greaterThan(2 * BODY_BYTES_MAX);
  });

  it('never sends a request a second time that may have changed something', () => {
    const [conditions] = valuesOf('proxy_next_upstream');
    expect(conditions?.split(' ')).to.have.members(['error', 'timeout']);
    expect(Number(valuesOf('proxy_next_upstream_tries')[0])).to.be.within(1, 3);
  });

  it('listens where the port is published and where its health is asked', () => {
    const [port] = valuesOf('listen');
    expect(nginx.ports?.map((published) => published.split(':').at(-1))).to.deep.equal([port]);
    const location = find('location').find(({ words }) => words[0] === '=')?.words[1];
    expect(nginx.healthcheck?.test.at(-1)).to.equal(`http://127.0.0.1:${port}${location}`);
  });

  it('is mounted where nginx looks for it, for reading only', () => {
    expect(nginx.volumes).to.deep.equal([`./${PATH}:/etc/nginx/nginx.conf:ro`]);
  });

  it('writes nowhere but into /tmp', () => {
    const paths = ['pid', 'client_body_temp_path', 'proxy_temp_path'].flatMap((name) =>
      valuesOf(name),
    );
    expect(paths).to.have.lengthOf(3);
    for (const path of paths) expect(path).to.match(/^\/tmp\//);
  });

  it('finishes what is in flight before it is killed', () => {
    const shutdown = toSeconds(valuesOf('worker_shutdown_timeout')[0]);
    expect(shutdown).to.be.lessThan(toSeconds(nginx.stop_grace_period));
  });
});

function find(name: string, within: readonly Directive[] = tree): Directive[] {
  return within.flatMap((directive) => [
    ...(directive.name === name ? [directive] : []),
    ...find(name, directive.inner),
  ]);
}

function valuesOf(name: string, within?: readonly Directive[]): string[] {
  return find(name, within)
    .filter(({ inner }) => inner.length === 0)
    .map(({ words }) => words.join(' '));
}

function headers(): Record<string, string> {
  return Object.fromEntries(find('proxy_set_header').map(({ words }) => words));
}

function isBefore(version: readonly number[], other: readonly number[]): boolean {
  const index = other.findIndex((number, place) => number !== version[place]);
  return index !== -1 && (version[index] ?? 0) < (other[index] ?? 0);
}

/** Words, quoted words, `;` and braces: all the grammar there is. @throws on unbalanced braces */
function parseConfiguration(text: string): Directive[] {
  const tokens = text.match(/#.*|'[^']*'|"[^"]*"|[;{}]|[^\s;{}'"#]+/g) ?? [];
  const root: Directive[] = [];
  const open: Directive[][] = [root];
  let words: string[] = [];
  for (const token of tokens.filter((each) => !each.startsWith('#'))) {
    if (token === '}') {
      open.pop();
      if (open.length === 0) throw new Error('a block is closed twice');
    } else if (token === ';' || token === '{') {
      const [name = '', ...rest] = words;
      const directive: Directive = { name, words: rest, inner: [] };
      open.at(-1)?.push(directive);
      if (token === '{') open.push(directive.inner);
      words = [];
    } else {
      words.push(token);
    }
  }
  if (open.length > 1 || words.length > 0) throw new Error('a block or directive is not closed');
  return root;
}
