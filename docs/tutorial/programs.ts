/** Which programs a step consists of, beside its stores. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNginx } from '../../bench/fleet/web-tier/nginx-program.js';
import { LabError } from '../../bench/model/errors.js';
import type { Guardian } from '../../bench/processes/guardian/guardian.js';
import { programEnvironment } from '../../bench/processes/server-program.js';
import type { Program } from './group.js';

const START = fileURLToPath(new URL('./start.js', import.meta.url));
const DEFAULT_INSTANCES = 'http://127.0.0.1:3001,http://127.0.0.1:3002';
/** From the compiled file to where it is written. */
const NGINX_CONFIGURATION = new URL('../../../docs/tutorial/steps/08-nginx.conf', import.meta.url);

/** What step 8 lets one choose. */
export interface StepOptions {
  /** The step that stands behind the web server. */
  app: number;
  /** Whether nginx is started too. */
  nginx: boolean;
}

export interface Surroundings {
  /** Of this terminal, and where the stores are. */
  environment: NodeJS.ProcessEnv;
  guardian: Guardian;
  signal: AbortSignal;
  say: (name: string, line: string) => void;
}

/** In the order of their start. @throws LabError NGINX_NOT_FOUND */
export async function programsOf(
  step: number,
  { app, nginx }: StepOptions,
  surroundings: Surroundings,
): Promise<Program[]> {
  const { environment } = surroundings;
  const { INSTANCES = DEFAULT_INSTANCES } = environment;
  // The servers of step 7 must have the same key, so it is made here, once.
  const { TOKEN_SECRET = randomBytes(32).toString('base64url') } = environment;
  const shared = { ...environment, INSTANCES, TOKEN_SECRET };
  if (step === 4) return [stepProgram('server', 4, shared)];

  const ports = portsOfServers(environment);
  const servers = ports.map((PORT, index) =>
    stepProgram(`server-${index + 1}`, step === 8 ? app : step, { ...shared, PORT }),
  );
  if (step !== 8) return servers;
  const web = stepProgram('web', 8, shared);
  return [...servers, web, ...(nginx ? [await nginxProgram(ports, surroundings)] : [])];
}

/** @throws LabError SETTING_INVALID */
export function portsOfServers({ INSTANCES = DEFAULT_INSTANCES }: NodeJS.ProcessEnv): string[] {
  return INSTANCES.split(',').map((url) => {
    const port = /^http:\/\/127\.0\.0\.1:(\d{1,5})$/.exec(url)?.[1];
    if (port !== undefined) return port;
    throw new LabError(
      'SETTING_INVALID',
      `INSTANCES says where the servers shall listen, and must look like ${DEFAULT_INSTANCES}.`,
      { exitCode: 2 },
    );
  });
}

function stepProgram(name: string, step: number, environment: NodeJS.ProcessEnv): Program {
  const words = ['--enable-source-maps', START, String(step), '--alone'];
  return { name, command: process.execPath, words, environment };
}

/** nginx writes into a folder of its own, so that nothing is left in this one. */
async function nginxProgram(
  ports: readonly string[],
  { environment, guardian, signal, say }: Surroundings,
): Promise<Program> {
  const onMessage = (line: string) => say('nginx', line);
  const found = await findNginx({ environment, guardian, user: null, onMessage, signal });
  const port = Number(environment.NGINX_PORT ?? 8081);
  const folder = await mkdtemp(join(tmpdir(), 'lab-tutorial-nginx-'));
  guardian.watchFolder(folder);
  const file = join(folder, 'nginx.conf');
  await writeFile(file, withPorts(await readFile(NGINX_CONFIGURATION, 'utf8'), port, ports));
  return {
    name: 'nginx',
    command: found.command,
    words: ['-p', folder, '-e', 'stderr', '-c', file],
    environment: programEnvironment(found),
    silentPort: port,
  };
}

/** The file has those of the page; INSTANCES and NGINX_PORT may say others. */
function withPorts(configuration: string, port: number, instances: readonly string[]): string {
  const servers = instances.map((instance) => `    server 127.0.0.1:${instance};`).join('\n');
  return configuration
    .replace('listen 127.0.0.1:8081;', `listen 127.0.0.1:${port};`)
    .replace(/^ {4}server 127\.0\.0\.1:3001;\n {4}server 127\.0\.0\.1:3002;$/m, servers);
}
