import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { strategies } from '../../src/auth/registry.js';
import { builtEntryOf, entryOf } from './bundled-service.js';
import { endWithTests, MARK } from './cleanup.js';
import { importAdded } from './with-added-strategies.js';

export type Variables = Readonly<Record<string, string>>;

/** The same in every process of the tests, so that a test can sign with it too. */
export const TOKEN_SECRET = secretFrom('token');

export const AUTHORITY_SECRET = secretFrom('authority');

/** 32 bytes that look random and are always the same. */
export function secretFrom(name: string): Buffer {
  return createHash('sha256').update(`a secret of the tests: ${name}`).digest();
}

export interface EntryResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningService {
  readonly url: string;
  readonly pid: number;
  /** What it printed so far. */
  stdout(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code when the process is gone. */
  readonly exited: Promise<number | null>;
  /** Ends it and waits; fine to call twice. */
  stop(): Promise<void>;
}

/** Runs dist/src/<name>.js to its end with these variables and no others of the shell's. */
export async function runEntry(name: string, variables: Variables): Promise<EntryResult> {
  const output = { stdout: '', stderr: '' };
  const child = spawnEntry(name, variables, output);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/**
 * Starts an instance, after the companions its strategy needs, and waits for the line that says where
 * it listens. Instances that shall share an authority are given AUTHORITY_URL.
 */
export async function startService(variables: Variables): Promise<RunningService> {
  const module = await strategies[variables.AUTH_STRATEGY ?? '']?.();
  if (!module?.companions?.includes('authority') || variables.AUTHORITY_URL !== undefined) {
    return startListening('main', variables);
  }
  const authority = await startAuthority({ ...variables, PORT: '0' });
  try {
    const service = await startListening('main', { ...variables, AUTHORITY_URL: authority.url });
    return { ...service, stop: () => service.stop().finally(authority.stop) };
  } catch (error) {
    await authority.stop();
    throw error;
  }
}

/** Starts the process that knows the reference tokens. */
export function startAuthority(variables: Variables): Promise<RunningService> {
  return startListening('authority', variables);
}

/** Starts an entry that serves and waits for the line that says where it listens. */
export async function startListening(entry: string, variables: Variables): Promise<RunningService> {
  const output = { stdout: '', stderr: '' };
  const child = spawnEntry(entry, { ...DEFAULTS, ...variables }, output);
  const exited = once(child, 'close').then(([code]) => code as number | null);

  const address = await new Promise<{ host: string; port: number }>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const line = output.stdout.split('\n').find((text) => text.startsWith('{"listening"'));
      if (line !== undefined) {
        resolve(JSON.parse(line).listening);
      }
    });
    exited.then((code) => reject(new Error(`it ended with ${code}: ${output.stderr}`)), reject);
  });

  return {
    url: `http://${address.host}:${address.port}`,
    pid: child.pid as number,
    stdout: () => output.stdout,
    signal: (name) => child.kill(name),
    exited,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const DEFAULTS: Variables = {
  PORT: '0',
  LOG_LEVEL: 'silent',
  TOKEN_SECRET: TOKEN_SECRET.toString('base64url'),
  AUTHORITY_SECRET: AUTHORITY_SECRET.toString('base64url'),
  // Of no use to one server, and needed by a cluster.
  REDIS_BUCKET_SECRET: secretFrom('buckets').toString('base64url'),
};

const LIGHT_HASHES = fileURLToPath(new URL('./light-hashes.cjs', import.meta.url));

/** Among the variables: passwords are hashed as they are in a real service. For tests that need the time that takes. */
export const WHOLE_HASHES: Variables = { WHOLE_HASHES: 'on' };

function spawnEntry(
  name: string,
  variables: Variables,
  output: { stdout: string; stderr: string },
): ChildProcess {
  // What is added to the registry has to be added to that of the instance.
  const file = importAdded().length > 0 ? builtEntryOf(name) : entryOf(name);
  const hashes = variables.WHOLE_HASHES === 'on' ? [] : ['--require', LIGHT_HASHES];
  const child = endWithTests(
    spawn(process.execPath, [...importAdded(), ...hashes, file], {
      env: { PATH: process.env.PATH, ...MARK, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return child;
}
