/** Which system this is, and which of its commands installs something. */
import { readFile } from 'node:fs/promises';

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

/**
 * Of commands by family ("debian", "rhel") the one for this system; undefined where none fits.
 */
export function installCommandFor(
  commands: Readonly<Record<string, string>>,
  { families }: Pick<System, 'families'>,
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
