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
  // RHEL and its kin name Fedora as what they are like, but not the other way round.
  const family = families.includes('rhel')
    ? 'rhel'
    : families.find((name) => name in redisCommands);
  const command = family && redisCommands[family];
  return command
    ? `Install one with "${command}".`
    : 'Install redis-server or valkey-server with the package manager of this system, or start Docker.';
}

async function readOsRelease(): Promise<string> {
  // os-release(5): /etc first, then /usr/lib.
  return await readFile('/etc/os-release', 'utf8').catch(() =>
    readFile('/usr/lib/os-release', 'utf8').catch(() => ''),
  );
}
