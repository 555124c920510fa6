/**
 * Types into terminals what a page of the tutorial says: servers in one each, all else in one shell.
 * Ports of the page are replaced by free ones, and put back in what is printed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../../bench/services/free-port.js';
import type { NginxProgram } from '../../../bench/services/nginx-program.js';
import { programEnvironment } from '../../../bench/services/program.js';
import { endWithTests, MARK } from '../cleanup.js';
import { eventually } from '../eventually.js';
import { TUTORIAL } from './page.js';

const START = fileURLToPath(new URL('../../../docs/tutorial/start.js', import.meta.url));
const LAB = fileURLToPath(new URL('../../../bench/cli.js', import.meta.url));
/** All that stand in pages. */
const PORTS = ['3000', '3001', '3002', '8080', '8081'];
const END = 'end-of-command-7d1f';

export interface Terminal {
  /** @returns what was printed; for a server until it listens, or has ended */
  type(command: string): Promise<string>;
  /** What all servers printed so far. */
  serverLog(): string;
  close(): Promise<void>;
}

interface Server {
  child: ChildProcess;
  ended: Promise<unknown>;
  printed: string;
}

/**
 * @param variables for instance DATABASE_URL, as the page has the reader paste it
 * @param nginx what the command "nginx" of a page starts
 */
export async function openTerminal(
  variables: Record<string, string>,
  nginx?: NginxProgram,
): Promise<Terminal> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-tutorial-'));
  const ports = new Map<string, string>();
  for (const port of PORTS) ports.set(port, String(await findFreePort()));
  const environment: Record<string, string> = { PATH: process.env.PATH ?? '', ...variables };
  const servers: Server[] = [];
  const running = () => servers.filter(({ child }) => child.exitCode === null && !child.killed);
  const shell = openShell(folder, environment);
  const inUse = (text: string) => text.replace(/\b\d{4}\b/g, (port) => ports.get(port) ?? port);
  const asShown = (text: string) =>
    [...ports].reduce((shown, [page, used]) => shown.replaceAll(used, page), text);

  async function start(file: string, words: string[], more: Record<string, string>) {
    const child = endWithTests(
      spawn(file, words, {
        cwd: folder,
        env: { ...environment, ...more, ...MARK },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const server: Server = { child, ended: once(child, 'close'), printed: '' };
    servers.push(server);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        server.printed += text;
      });
    }
    return server;
  }

  async function startStep(step: string, given: Record<string, string>): Promise<string> {
    const port = given.PORT ?? ports.get(step === '8' ? '8080' : '3000') ?? '';
    const instances = inUse('http://127.0.0.1:3001,http://127.0.0.1:3002');
    const server = await start(process.execPath, [START, step], {
      INSTANCES: instances,
      ...given,
      PORT: port,
    });
    let ended = false;
    server.ended.then(() => {
      ended = true;
    });
    const ready = async () => ended || server.printed.includes('Listening on');
    await eventually(ready, `step ${step} starts`, 15_000);
    return server.printed;
  }

  /** As a copy: with the ports in use, and with folders of its own. */
  async function startNginx(): Promise<string> {
    if (!nginx) throw new Error('The page starts nginx, and none was given.');
    const page = await readFile(new URL('steps/08-nginx.conf', TUTORIAL), 'utf8');
    const file = join(folder, 'nginx.conf');
    await writeFile(file, inUse(page));
    const words = ['-p', folder, '-e', 'stderr', '-c', file];
    const { PATH: _shell, ...libraries } = programEnvironment(nginx) as Record<string, string>;
    const server = await start(nginx.command, words, libraries);
    const port = Number(ports.get('8081'));
    await eventually(() => answers(port), `nginx listens (${server.printed})`);
    return server.printed;
  }

  async function stopLast(): Promise<string> {
    const server = running().at(-1);
    server?.child.kill('SIGINT');
    await server?.ended;
    return '';
  }

  async function run(command: string): Promise<string> {
    if (command === '^C') return stopLast();
    const step = /^((?:[A-Z_]+=\S* )*)npm run tutorial -- (\d+)$/.exec(command);
    if (step) return startStep(step[2] ?? '', assignmentsIn(inUse(step[1] ?? '')));
    if (command.startsWith('nginx ')) return startNginx();
    const typed = inUse(command).replace('npm run lab --', `node ${LAB}`);
    const output = await shell.run(typed);
    const exported = /^export ([A-Z_]+)=/.exec(command)?.[1];
    if (exported) environment[exported] = (await shell.run(`echo "$${exported}"`)).trim();
    return output;
  }

  return {
    type: async (command) => asShown(await run(command)),
    serverLog: () => asShown(servers.map(({ printed }) => printed).join('')),
    async close() {
      for (const { child } of running()) child.kill('SIGTERM');
      await Promise.all(servers.map(({ ended }) => ended));
      await shell.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function assignmentsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .trim()
      .split(' ')
      .filter((part) => part !== '')
      .map((part) => part.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
}

/** One bash for all commands, so that variables and cookie jars stay. */
function openShell(folder: string, environment: Record<string, string>) {
  const bash = endWithTests(
    spawn('bash', ['--noprofile', '--norc'], {
      cwd: folder,
      env: { ...environment, ...MARK },
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
  const ended = once(bash, 'close');
  let printed = '';
  bash.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  // In a terminal curl shows no progress; here it would, as it does not print to one.
  bash.stdin.write('exec 2>&1\ncurl() { command curl -sS "$@"; }\n');
  return {
    async run(command: string): Promise<string> {
      printed = '';
      bash.stdin.write(`${command}\nprintf '\\n%s\\n' ${END}\n`);
      await eventually(async () => printed.includes(`\n${END}\n`), command, 120_000);
      return printed.slice(0, printed.indexOf(`\n${END}\n`)).replaceAll('\r', '');
    },
    async close() {
      bash.stdin.end();
      await ended;
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
