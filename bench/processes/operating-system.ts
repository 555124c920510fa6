import { readFile } from 'node:fs/promises';

/** What an advice depends on. */
export interface System {
  platform: NodeJS.Platform;
  /** ID and ID_LIKE of os-release(5), most specific first: ["ubuntu", "debian"]. Empty elsewhere. */
  families: string[];
  /** VERSION_ID, or VERSION_CODENAME where a rolling release has no number. */
  version: string;
}

export async function readSystem(): Promise<System> {
  const text = process.platform === 'linux' ? await readOsRelease() : '';
  return { platform: process.platform, ...parseOsRelease(text) };
}

export function parseOsRelease(text: string): Pick<System, 'families' | 'version'> {
  const fields = new Map(
    text.split('\n').flatMap((line) => {
      const [, key, value] = /^([A-Z_]+)=["']?(.*?)["']?\s*$/.exec(line) ?? [];
      return key !== undefined && value !== undefined ? [[key, value] as const] : [];
    }),
  );
  const names = `${fields.get('ID') ?? ''} ${fields.get('ID_LIKE') ?? ''}`;
  return {
    families: names.split(' ').filter((name) => name !== ''),
    version: fields.get('VERSION_ID') ?? fields.get('VERSION_CODENAME') ?? 'rolling',
  };
}

/** The command that installs Redis, or Valkey where a distribution has replaced it, by family. */
const redisCommands: Record<string, string> = {
  debian: 'sudo apt-get install redis-server',
  ubuntu: 'sudo apt-get install redis-server',
  fedora: 'sudo dnf install valkey',
  rhel: 'sudo dnf install redis || sudo dnf install valkey',
  centos: 'sudo dnf install redis || sudo dnf install valkey',
  suse: 'sudo zypper install redis',
  alpine: 'sudo apk add redis',
  arch: 'sudo pacman -S valkey',
};

/** A sentence with the exact command for this system. */
export function redisAdvice({ platform, families }: System): string {
  if (platform === 'darwin') return 'Install one with "brew install redis".';
  if (platform === 'win32') {
    return 'Start Docker Desktop and run the lab again, or run the lab inside WSL, or install Memurai and set REDIS_URL=redis://127.0.0.1:6379.';
  }
  const command = commandFor(redisCommands, families);
  return command
    ? `Install one with "${command}".`
    : 'Install redis-server or valkey-server with the package manager of this system, or start Docker.';
}

/** The lab calls it by its path and starts it by itself: a service that the package enables is not needed. */
const nginxCommands: Record<string, string> = {
  debian: 'sudo apt-get install nginx-light',
  ubuntu: 'sudo apt-get install nginx-light',
  fedora: 'sudo dnf install nginx-core',
  rhel: 'sudo dnf install nginx',
  centos: 'sudo dnf install nginx',
  suse: 'sudo zypper install nginx',
  alpine: 'sudo apk add nginx',
  arch: 'sudo pacman -S nginx',
};

/** A sentence with the exact command for this system. */
export function nginxAdvice({ platform, families }: System): string {
  if (platform === 'darwin') return 'Install it with "brew install nginx".';
  if (platform === 'win32') return 'Run the lab inside WSL, where nginx is a package.';
  const command = commandFor(nginxCommands, families);
  return command
    ? `Install it with "${command}".`
    : 'Install nginx with the package manager of this system.';
}

function commandFor(
  commands: Readonly<Record<string, string>>,
  families: readonly string[],
): string | undefined {
  // RHEL and its kin name Fedora as what they are like, but not the other way round.
  const family = families.includes('rhel') ? 'rhel' : families.find((name) => name in commands);
  return family === undefined ? undefined : commands[family];
}

async function readOsRelease(): Promise<string> {
  // os-release(5): /etc first, then /usr/lib.
  return await readFile('/etc/os-release', 'utf8').catch(() =>
    readFile('/usr/lib/os-release', 'utf8').catch(() => ''),
  );
}
