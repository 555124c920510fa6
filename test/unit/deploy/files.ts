/** The files under test, read as what they are. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export interface ComposeService {
  image?: string;
  build?: { context: string; target: string };
  user?: string;
  command?: string[];
  container_name?: string;
  profiles?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  tmpfs?: string[];
  ports?: string[];
  networks?: string[];
  network_mode?: string;
  scale?: string;
  depends_on?: Record<string, { condition: string; required?: boolean }>;
  healthcheck?: { test: string[] };
  cpus?: string | number;
  mem_limit?: string;
  init?: boolean;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  stop_grace_period?: string;
  restart?: string;
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
}

export function readText(path: string): string {
  return readFileSync(`${ROOT}${path}`, 'utf8');
}

/** Every variable of the file as it is written there. */
export function readComposeAsWritten(): ComposeFile {
  return parse(readText('docker-compose.yml'), { merge: true });
}

/**
 * With its variables replaced as Compose does: `${NAME:-default}` and `${NAME:?what is wrong}`.
 * @throws when a variable has neither a value nor a default
 */
export function readCompose(variables: Record<string, string>): ComposeFile {
  return JSON.parse(JSON.stringify(readComposeAsWritten()), (_, value) =>
    typeof value === 'string' ? replaceVariables(value, variables) : value,
  );
}

function replaceVariables(text: string, variables: Record<string, string>): string {
  return text.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind?: string, rest?: string) => {
      const value = variables[name] || (kind === '-' ? rest : undefined);
      if (value === undefined) throw new Error(`${name} ${rest ?? 'is not set'}`);
      return value;
    },
  );
}

/** The number that a constant of a source file has; some are nobody's business but its own. */
export function readConstant(path: string, name: string): number {
  const found = new RegExp(`^const ${name} = ([\\d_]+);$`, 'm').exec(readText(path))?.[1];
  if (found === undefined) throw new Error(`${path} has no constant ${name}`);
  return Number(found.replaceAll('_', ''));
}

/** "10s" and "1m" in seconds. */
export function toSeconds(duration: string | undefined): number {
  const [, number, unit] = /^(\d+)(s|m)$/.exec(duration ?? '') ?? [];
  if (number === undefined) throw new Error(`${duration} is no duration in s or m`);
  return Number(number) * (unit === 'm' ? 60 : 1);
}

/** What a program says, or null when it cannot be run or fails. */
export function ask(program: string, ...words: string[]): string | null {
  try {
    return execFileSync('sh', ['-c', '"$0" "$@" 2>&1', program, ...words], { encoding: 'utf8' });
  } catch {
    return null;
  }
}

/** Ends a test that this machine cannot run, and says why where its name is printed. */
export function skipBecause(context: Mocha.Context, reason: string): never {
  if (context.test) context.test.title += ` (skipped: ${reason})`;
  return context.skip();
}
