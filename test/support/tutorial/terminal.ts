/**
 * Types into terminals what a page of the tutorial says: steps in one each, all else in one shell.
 * Ports of the page are replaced by free ones, and put back in what is printed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePorts } from '../../../bench/processes/ports/free-port.js';
import { endWithTests, MARK } from '../cleanup.js';
import { eventually } from '../eventually.js';
import { isTypedToStep } from './page.js';

const START = fileURLToPath(new URL('../../../docs/tutorial/start.js', import.meta.url));
const LAB = fileURLToPath(new URL('../../../bench/cli/main.js', import.meta.url));
/** All that stand in pages. */
const PORTS = ['3000', '3001', '3002', '3003', '8080', '8081'];
const FIRST_WITH_STORES = 4;
/** Unpacking nginx for the first time takes a while. */
const START_PATIENCE_MS = 120_000;
/** HOME has the programs that the lab has unpacked before. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'XDG_CACHE_HOME'];
const END = 'end-of-command-7d1f';

export interface Terminal {
  /** @returns what was printed; for a server until it listens, or has ended */
  type(command: string): Promise<string>;
  /** What all servers printed so far. */
  serverLog(): string;
  /** What lies in the folder in which all was typed: for a reader that of the project. */
  files(): Promise<string[]>;
  close(): Promise<void>;
}

interface Server {
  child: ChildProcess;
  ended: Promise<unknown>;
  printed: string;
}

/** @param variables for instance DATABASE_URL: stores that are used; else a step starts its own */
export async function openTerminal(variables: Record<string, string> = {}): Promise<Terminal> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-tutorial-'));
  const free = await findFreePorts(PORTS.length);
  const ports = new Map(PORTS.map((port, index) => [port, String(free[index])]));
  const environment: Record<string, string> = { ...variables };
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
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
        stdio: ['pipe', 'pipe', 'pipe'],
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

  async function startStep(words: string[], given: Record<string, string>): Promise<string> {
    const [step = ''] = words;
    const alone = words.includes('--alone') || Number(step) < FIRST_WITH_STORES;
    const port = ports.get(step === '8' ? '8080' : '3000') ?? '';
    const server = await start(process.execPath, [START, ...words], {
      INSTANCES: inUse('http://127.0.0.1:3001,http://127.0.0.1:3002'),
      NGINX_PORT: ports.get('8081') ?? '',
      ...((alone || step === '4' || step === '8') && { PORT: port }),
      ...given,
    });
    return printedUntil(server, 0, alone ? 'Listening on' : 'All is up', `step ${step}`);
  }

  /** A line for the step that runs in the first terminal, and what it prints after that. */
  async function typeToStep(line: string): Promise<string> {
    if (line === '^C') return stopLast();
    const server = running().at(-1);
    if (!server) throw new Error(`Nothing runs that "${line}" could be typed to.`);
    const from = server.printed.length;
    server.child.stdin?.write(`${line}\n`);
    return printedUntil(server, from, line.startsWith('stop') ? 'stopped' : 'Listening on', line);
  }

  async function printedUntil(server: Server, from: number, text: string, what: string) {
    let ended = false;
    server.ended.then(() => {
      ended = true;
    });
    // Up to the end of that line.
    const ready = () => server.printed.slice(from).split(text)[1]?.includes('\n') ?? false;
    await eventually(async () => ended || ready(), `${what}: "${text}"`, START_PATIENCE_MS);
    return server.printed.slice(from);
  }

  async function stopLast(): Promise<string> {
    const server = running().at(-1);
    server?.child.kill('SIGINT');
    await server?.ended;
    return '';
  }

  async function run(command: string): Promise<string> {
    if (isTypedToStep(command)) return typeToStep(command);
    const step = /^((?:[A-Z_]+=\S* )*)npm run tutorial -- (\d+.*)$/.exec(command);
    if (step) return startStep((step[2] ?? '').split(' '), assignmentsIn(inUse(step[1] ?? '')));
    const typed = inUse(command).replace('npm run lab --', `node ${LAB}`);
    const output = await shell.run(typed);
    const exported = /^export ([A-Z_]+)=/.exec(command)?.[1];
    if (exported) environment[exported] = (await shell.run(`echo "$${exported}"`)).trim();
    return output;
  }

  return {
    type: async (command) => asShown(await run(command)),
    files: () => readdir(folder),
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

/** One bash for all commands, so that variables stay. */
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
      bash.stdin.write(`${command}\nprintf '%s\\n' ${END}\n`);
      await eventually(async () => printed.includes(`${END}\n`), command, 120_000);
      return printed.slice(0, printed.indexOf(`${END}\n`)).replaceAll('\r', '');
    },
    async close() {
      bash.stdin.end();
      await ended;
    },
  };
}
