/**
 * The fleet: N instances of the service, each a process of its own on a free port.
 */
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import type { Guardian } from './guardian.js';
import { printedLine, spawnService } from './service-process.js';

/** The service promises to be gone 5 s after SIGTERM. */
const STOP_PATIENCE_MS = 6000;

export interface Instance {
  /** Counted from 1. */
  number: number;
  pid: number;
  origin: string;
}

export interface Fleet {
  instances: readonly Instance[];
  /** What happened, as a sentence, once an instance ends that nobody asked to; else null. */
  lost(): string | null;
  /** Called at most once, when the first instance is lost. */
  onLost(listener: (what: string) => void): void;
  stop(): Promise<void>;
}

export interface FleetOptions {
  strategy: string;
  instances: number;
  /** Secrets and addresses of the stores, the same for every instance. */
  environment: Record<string, string>;
  guardian: Guardian;
}

const listening = z.object({ listening: z.object({ port: z.int() }) });

/**
 * @throws LabError SERVICE_FAILED when an instance cannot start; the others are stopped
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const children = Array.from({ length: options.instances }, () => startChild(options));
  let stopping = false;
  let lost: string | null = null;
  let listener: ((what: string) => void) | null = null;
  children.forEach((child, index) => {
    child.once('exit', (code, signal) => {
      if (stopping || lost) return;
      lost = `instance ${index + 1} ended with ${signal ?? `code ${code}`}`;
      listener?.(lost);
    });
  });
  const stop = async () => {
    stopping = true;
    await Promise.all(children.map(stopChild));
  };
  try {
    const lines = await Promise.all(children.map((child) => printedLine(child, 'main', listening)));
    return {
      instances: lines.map((line, index) => ({
        number: index + 1,
        pid: children[index]?.pid as number,
        origin: `http://127.0.0.1:${line.listening.port}`,
      })),
      lost: () => lost,
      onLost(heard) {
        listener = heard;
        if (lost) heard(lost);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startChild({ strategy, environment, guardian }: FleetOptions): ChildProcess {
  const child = spawnService('main', {
    ...environment,
    ...guardian.environment,
    AUTH_STRATEGY: strategy,
    HOST: '127.0.0.1',
    PORT: '0',
    COUNTERS: 'on',
    NODE_ENV: 'production',
  });
  const { pid } = child;
  if (pid !== undefined) {
    guardian.watchProcess(pid);
    child.once('exit', () => guardian.forgetProcess(pid));
  }
  return child;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
