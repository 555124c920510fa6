/**
 * The web tier: nginx before the instances of one fleet, with a configuration and a folder of its own.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../../model/errors.js';
import {
  makePrivateFolder,
  makeRunFolder,
  removeRunFolder,
} from '../../processes/folders/run-folder.js';
import type { Guardian } from '../../processes/guardian/guardian.js';
import { findFreePort } from '../../processes/ports/free-port.js';
import { type ServerProcess, startServerProcess } from '../../processes/server-process.js';
import { programEnvironment } from '../../processes/server-program.js';
import { nginxConfiguration } from './nginx-configuration.js';
import { askNginx, type NginxProgram } from './nginx-program.js';
import type { WebTierPlan } from './plan.js';

export interface WebTier {
  /** Of the first process, which started the workers. */
  pid: number;
  origin: string;
  workers: number;
  /** Resolves when it has ended, by whatever cause: with "SIGKILL" or "code 1". */
  ended: Promise<string>;
  /** New workers with these instances take over, and the old ones finish what they have (SIGHUP, "nginx -s reload"). */
  reload(origins: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/**
 * For the instances behind it. They believe what nginx says of the client; and since this nginx speaks
 * plain HTTP on loopback, cookies go without Secure: no browser would send them back.
 */
export const BEHIND_WEB_TIER = { TRUST_PROXY: 'on', COOKIE_SECURE: 'off' } as const;

const READY_WITHIN_MS = 10_000;

/**
 * @param origins of the instances, in their order
 * @param fixedPort where to listen; a free port unless given
 * @throws LabError WEB_TIER_FAILED; nothing is left running then
 */
export async function startWebTier(
  plan: WebTierPlan,
  origins: readonly string[],
  guardian: Guardian,
  fixedPort?: number,
): Promise<WebTier> {
  const { program } = plan;
  const runFolder = await makeRunFolder(guardian, program.user, process.env);
  const removeFolder = () => removeRunFolder(runFolder, guardian);
  try {
    const folder = await makePrivateFolder(runFolder, 'web', program.user);
    const { server, port, configure } = await startOnPort(
      ...([plan, origins, folder, guardian, fixedPort] as const),
    );
    return {
      pid: server.pid,
      origin: `http://127.0.0.1:${port}`,
      workers: plan.workers,
      ended: server.ended,
      async reload(others) {
        await configure(others);
        if (!server.hasEnded()) process.kill(server.pid, 'SIGHUP');
      },
      async stop() {
        await server.stop();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function startOnPort(
  plan: WebTierPlan,
  origins: readonly string[],
  folder: string,
  guardian: Guardian,
  fixedPort: number | undefined,
): Promise<{
  server: ServerProcess;
  port: number;
  configure(origins: readonly string[]): Promise<void>;
}> {
  const { program, ...asked } = plan;
  for (let attempt = 1; ; attempt++) {
    const port = fixedPort ?? (await findFreePort());
    const file = join(folder, `nginx-${attempt}.conf`);
    const configure = (some: readonly string[]) => {
      const upstreams = some.map((origin) => new URL(origin).host);
      return writeFile(file, nginxConfiguration({ ...asked, port, upstreams, folder }));
    };
    await configure(origins);
    const server = await startServerProcess(
      {
        name: 'nginx',
        command: program.command,
        args: [...earlyLog(program), '-p', folder, '-c', file],
        cwd: folder,
        environment: programEnvironment(program),
        logFile: join(folder, `start-${attempt}.log`),
        user: program.user,
        // SIGTERM is its fast way out: requests under way are cut off, and at the end there are none.
        stopSignals: [{ signal: 'SIGTERM', waitMs: 2000 }],
      },
      guardian,
    );
    // Workers outlive a first process that was killed, and go on serving.
    server.ended.then(() => killGroup(server.pid));
    const problem = await untilReady(server, port);
    if (problem === null) return { server, port, configure };
    await server.stop();
    if (attempt < 5 && /Address already in use/i.test(problem)) continue;
    throw new LabError('WEB_TIER_FAILED', `nginx ${problem}`);
  }
}

/** Null once it accepts connections, else what went wrong. */
async function untilReady(server: ServerProcess, port: number): Promise<string | null> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    if (server.hasEnded()) return `ended while it started: ${await server.readLog()}`;
    // By way of an instance, which does not count these.
    const answered = await fetch(`http://127.0.0.1:${port}/livez`, {
      headers: { Connection: 'close' },
      signal: AbortSignal.timeout(2000),
    }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (answered) return null;
    if (performance.now() > deadline) {
      return `did not answer within ${READY_WITHIN_MS / 1000} s: ${await server.readLog()}`;
    }
    await delay(15);
  }
}

/** At once when the leader ends: the system gives its number away only when no process of the group is left. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: none is left, which is the rule
  }
}

/**
 * Until it has read its configuration, nginx writes to a log of the system's, which is not the lab's to
 * write. The option is from 1.19.5 on.
 */
function earlyLog({ version }: NginxProgram): string[] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const knows = major > 1 || minor > 19 || (minor === 19 && patch >= 5);
  return knows ? ['-e', 'stderr'] : [];
}

/**
 * Asks nginx itself whether it takes a configuration. Tests ask: a run learns it from the start.
 * @returns null, or what is wrong
 */
export async function checkConfiguration(
  program: NginxProgram,
  file: string,
  folder: string,
): Promise<string | null> {
  const args = [...earlyLog(program), '-t', '-q', '-p', folder, '-c', file];
  const { exitCode, stderr } = await askNginx(program, args);
  return exitCode === 0 ? null : stderr.trim();
}
