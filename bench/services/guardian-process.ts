import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess, type WatchedProcess } from './end-process.js';
import type { GuardianMessage } from './guardian.js';
import { findMarked } from './marked-processes.js';

/**
 * Entry of the guardian (see guardian.ts): keeps a list of what the lab started, and when the lab is
 * gone ends the processes, then removes the containers and the folders, then ends itself.
 */
const processes = new Map<number, WatchedProcess>();
const folders = new Set<string>();
const containers = new Set<string>();

// Only the lab's end ends the guardian: a signal meant for the lab must not leave servers behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const message = parse(line);
  if (message) take(message);
}

// Whatever a server or a file system does, the guardian itself ends.
setTimeout(() => process.exit(1), 20_000).unref();
await Promise.all([...processes.values()].map((watched) => endProcess(watched)));
endUnknown();
for (const name of containers) {
  spawnSync('docker', ['rm', '--force', '--volumes', name], { timeout: 10_000 });
}
for (const path of folders) await removeFolder(path);
process.exit(0);

/** What the lab had started but did not come to tell of. Twice: the first may just be starting another. */
function endUnknown(): void {
  const [mark] = process.argv.slice(2);
  for (let look = 0; look < 2; look += 1) {
    for (const pid of findMarked(mark as string, [...folders])) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it has just ended
      }
    }
  }
}

/** Null for a line the lab was killed in the middle of. */
function parse(line: string): GuardianMessage | null {
  try {
    return JSON.parse(line) as GuardianMessage;
  } catch {
    return null;
  }
}

function take(message: GuardianMessage): void {
  if ('watchProcess' in message) processes.set(message.watchProcess.pid, message.watchProcess);
  if ('forgetProcess' in message) processes.delete(message.forgetProcess);
  if ('watchFolder' in message) folders.add(message.watchFolder);
  if ('forgetFolder' in message) folders.delete(message.forgetFolder);
  if ('watchContainer' in message) containers.add(message.watchContainer);
  if ('forgetContainer' in message) containers.delete(message.forgetContainer);
}

/** A process that was killed a moment ago, or a child of it, may still write: try for a while. */
async function removeFolder(path: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      await rm(path, { recursive: true, force: true });
      return;
    } catch {
      await delay(100);
    }
  }
}
