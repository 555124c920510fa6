/** What a reader must know of the machine and the versions to judge, or repeat, a run. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../model/result-schema.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What the service is made of. */
const SERVES = [
  ...['koa', 'koa-session', 'koa-router', 'ioredis', 'jose', 'typeorm', 'pg', 'mysql2'],
  '@node-rs/argon2',
];
const MEASURES = ['autocannon', 'hdr-histogram-js'];

/**
 * The stores are added once they run.
 *
 * @param serves whether it is this machine's service that is measured
 */
export function describeMachine({ serves = true } = {}): Environment {
  const cores = cpus();
  const status = git('status', '--porcelain', '--untracked-files=no');
  return {
    commit: git('rev-parse', 'HEAD'),
    dirty: status === null ? null : status !== '',
    lab: readVersion('package.json') ?? 'unknown',
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
    cpuModel: cores[0]?.model.trim() || 'unknown',
    cores: Math.max(1, cores.length),
    memoryBytes: totalmem(),
    postgres: null,
    redis: null,
    packages: Object.fromEntries(
      [...(serves ? SERVES : []), ...MEASURES].flatMap((name) => {
        const version = readVersion(`node_modules/${name}/package.json`);
        return version ? [[name, version]] : [];
      }),
    ),
  };
}

/** Of the code that runs here. */
export function labVersion(): { release: string; commit: string | null } {
  return {
    release: readVersion('package.json') ?? 'unknown',
    commit: git('rev-parse', '--short=12', 'HEAD'),
  };
}

/** null when this is no checkout, or git is missing. */
function git(...words: string[]): string | null {
  try {
    return execFileSync('git', words, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

function readVersion(path: string): string | null {
  try {
    return JSON.parse(readFileSync(ROOT + path, 'utf8')).version;
  } catch {
    return null;
  }
}
