import { accessSync, constants } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { adviseNginx, lookForNginx } from '../../fleet/web-tier/nginx-program.js';
import { wallsOf } from '../../load/crowd/plan-crowd.js';
import { readCrowdMachine } from '../../load/crowd/read-machine.js';
import { availableMemory } from '../../processes/available-memory.js';
import { findCpuControl } from '../../processes/cpu-limits/delegation.js';
import { readOpenFileLimit } from '../../processes/open-files.js';
import type { Finding } from './finding.js';
import { inspectStores } from './inspect-stores.js';
import {
  judgeCores,
  judgeCpuLimits,
  judgeCrowd,
  judgeMemory,
  judgeNode,
  judgeOpenFiles,
  judgeTempFolder,
} from './judge.js';

/** As lab crowd lets users ask unless told. */
const CROWD_GAP_SECONDS = 20;
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
    judgeMemory(availableMemory(), totalmem()),
    ...(await inspectStores(environment)),
    judgeOpenFiles(await readOpenFileLimit()),
    judgeCrowd(wallsOf(await readCrowdMachine(), CROWD_GAP_SECONDS)),
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

/** Only runs with a web tier need it. */
async function inspectNginx(environment: NodeJS.ProcessEnv): Promise<Finding> {
  const found = await lookForNginx(environment);
  if (found !== null) return { topic: 'nginx', status: 'ok', found };
  return {
    topic: 'nginx',
    status: 'warning',
    found: 'not on PATH, and no apt to unpack it with',
    advice: `--topology web and --web nginx cannot be used. ${await adviseNginx()}`,
  };
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
