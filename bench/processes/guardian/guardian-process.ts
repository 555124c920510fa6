import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type MadeGroup, removeGroup } from '../cpu-limits/group-folder.js';
import { endProcess, type WatchedProcess } from './end-process.js';
import type { GuardianMessage } from './guardian.js';
import { findMarked } from './marked-processes.js';

/**
 * Entry of the guardian (see guardian.ts): keeps a list of what the lab started, and when the lab is
 * gone lifts the limits of CPU time, ends the processes, removes the containers and the folders, and
 * ends itself.
 */
const processes = new Map<number, WatchedProcess>();
const folders = new Set<string>();
const containers = new Set<string>();
const cpuGroups = new Map<string, MadeGroup>();

// Only the lab's end ends the guardian: a signal meant for the lab must not leave servers behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const message = parse(line);
  if (message) take(message);
}

// Whatever a server or a file system does, the guardian itself ends.
setTimeout(() => process.exit(1), 20_000).unref();
// First, so that a server held to a fiftieth of a core can stop in order.
removeCpuGroups();
await Promise.all([...processes.values()].map((watched) => endProcess(watched)));
endUnknown();
// Again, for a group that kept a process which could not be moved.
removeCpuGroups();
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
  if ('watchCpuGroup' in message) {
    cpuGroups.set(message.watchCpuGroup.folder, message.watchCpuGroup);
  }
  if ('forgetCpuGroup' in message) cpuGroups.delete(message.forgetCpuGroup);
}

/** The last first: others may have to be gone before processes can return to where the first was made. */
function removeCpuGroups(): void {
  for (const group of [...cpuGroups.values()].reverse()) {
    try {
      removeGroup(group);
      cpuGroups.delete(group.folder);
    } catch {
      // something in it cannot be moved, or not yet
    }
  }
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
