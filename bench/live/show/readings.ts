/** CPU time and memory of every process on the stage, from one frame to the next. */
import { availableParallelism } from 'node:os';
import { Redis } from 'ioredis';
import { type MachineTimes, machineShares, readMachineTimes } from '../../measure/machine-usage.js';
import { readStat } from '../../processes/process-identity.js';
import { type ProcessUsage, usageOf, usageOfFamily } from '../../processes/process-usage.js';
import { parseInfo, usageIn } from '../../stores/redis/info.js';
import type { ShownProcess } from './show-model.js';

export interface ProcessMeter {
  /** Since it was last read. */
  read(name: string, pid: number | null): Promise<ShownProcess>;
  /** The same of a server that works in children of its first process. */
  readFamily(name: string, pid: number | null): Promise<ShownProcess>;
  /** Cores of the lab itself. */
  lab(): number;
  /** Cores that were busy on the whole machine; null: not known. */
  machine(): number | null;
}

export function createProcessMeter(): ProcessMeter {
  const before = new Map<number, { cpuSeconds: number; atMs: number }>();
  let own = { usage: process.cpuUsage(), atMs: performance.now() };
  let machineBefore: MachineTimes = readMachineTimes();

  async function shown(
    name: string,
    pid: number | null,
    usage: ProcessUsage | null,
  ): Promise<ShownProcess> {
    if (pid === null || usage === null) {
      return { name, state: 'gone', cores: null, memoryBytes: null };
    }
    const atMs = performance.now();
    const known = before.get(pid);
    before.set(pid, { cpuSeconds: usage.cpuSeconds, atMs });
    const cores = known
      ? Math.max(0, ((usage.cpuSeconds - known.cpuSeconds) / (atMs - known.atMs)) * 1000)
      : null;
    const state = readStat(pid)?.state === 'T' ? 'frozen' : 'working';
    return { name, state, cores, memoryBytes: usage.rssBytes };
  }

  return {
    read: async (name, pid) => shown(name, pid, pid === null ? null : await usageOf(pid)),
    readFamily: async (name, pid) => shown(name, pid, pid === null ? null : usageOfFamily(pid)),
    lab() {
      const now = { usage: process.cpuUsage(), atMs: performance.now() };
      const spent = now.usage.user + now.usage.system - own.usage.user - own.usage.system;
      const cores = spent / 1000 / (now.atMs - own.atMs);
      own = now;
      return cores;
    },
    machine() {
      const now = readMachineTimes();
      const { busyShare } = machineShares([{ from: machineBefore, to: now }]);
      machineBefore = now;
      return busyShare === null ? null : busyShare * availableParallelism();
    },
  };
}

export interface RedisMeter {
  /** Asks for the next figures, and waits for none: those of before are told while Redis does not answer. */
  figures(): { commandsPerSecond: number | null; keys: number | null };
  close(): void;
}

const ASK_EVERY_MS = 1000;

export function openRedisMeter(url: string): RedisMeter {
  const client = new Redis(url, {
    ...{ maxRetriesPerRequest: 0, commandTimeout: 800, enableOfflineQueue: false },
    retryStrategy: () => 300,
  });
  client.on('error', () => {});
  let before: { commands: number; atSeconds: number } | null = null;
  let told: ReturnType<RedisMeter['figures']> = { commandsPerSecond: null, keys: null };
  const ask = async () => {
    try {
      const text = await client.info('all');
      const { commands, atSeconds } = usageIn(text);
      const seconds = before ? atSeconds - before.atSeconds : 0;
      const isSame = before !== null && seconds > 0 && commands >= before.commands;
      told = {
        commandsPerSecond: isSame && before ? (commands - before.commands) / seconds : null,
        keys: Object.entries(parseInfo(text)).reduce(
          (sum, [name, value]) =>
            /^db\d+$/.test(name) ? sum + Number(/keys=(\d+)/.exec(value)?.[1] ?? 0) : sum,
          0,
        ),
      };
      before = { commands, atSeconds };
    } catch {
      before = null;
      told = { commandsPerSecond: null, keys: null };
    }
  };
  const timer = setInterval(() => void ask(), ASK_EVERY_MS);
  return {
    figures: () => told,
    close() {
      clearInterval(timer);
      client.disconnect();
    },
  };
}
