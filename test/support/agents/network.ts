/**
 * Hosts with addresses of their own on one machine: network namespaces behind one switch. A namespace has no name
 * and lives as long as the process that holds it, so that nothing is left behind however a test ends.
 */
import { execFileSync, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { endWithTests, MARK } from '../cleanup.js';
import { untilPasses } from '../eventually.js';

/** No test takes longer; a namespace that nobody ended goes by itself. */
const LIFE_SECONDS = 1500;

export interface Host {
  address: string;
  /** Stands before a command that is to run there. */
  through: readonly string[];
  /** Pulls its cable, or puts it back. */
  cable(isIn: boolean): void;
}

export interface Network {
  hosts: readonly Host[];
  close(): Promise<void>;
}

/** Why there can be no network here; null: there can. */
export function whyNoNetwork(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces are made by root';
  const missing = ['ip', 'unshare', 'nsenter'].find(
    (name) => spawnSync(name, ['--version']).error !== undefined,
  );
  if (missing) return `there is no ${missing} here (iproute2, util-linux)`;
  const { status, stderr } = spawnSync(
    'unshare',
    ['--net', '--', 'ip', 'link', 'add', 'probe', 'type', 'bridge'],
    { encoding: 'utf8' },
  );
  return status === 0 ? null : `this kernel makes no bridge in a namespace: ${stderr.trim()}`;
}

/** Hosts 10.77.0.1, 10.77.0.2, …: nothing else of the machine is in that network, or reaches it. */
export async function openNetwork(count: number): Promise<Network> {
  const networkSwitch = await hold();
  const holders = [networkSwitch];
  try {
    networkSwitch.run('ip', 'link', 'add', 'switch', 'type', 'bridge');
    networkSwitch.run('ip', 'link', 'set', 'switch', 'up');
    const hosts: Host[] = [];
    for (let number = 1; number <= count; number++) {
      const host = await hold();
      holders.push(host);
      const [port, address] = [`port${number}`, `10.77.0.${number}`];
      const peer = ['peer', 'name', 'eth0', 'netns', String(host.pid)];
      networkSwitch.run('ip', 'link', 'add', port, 'type', 'veth', ...peer);
      networkSwitch.run('ip', 'link', 'set', port, 'master', 'switch', 'up');
      host.run('ip', 'address', 'add', `${address}/24`, 'dev', 'eth0');
      host.run('ip', 'link', 'set', 'eth0', 'up');
      host.run('ip', 'link', 'set', 'lo', 'up');
      hosts.push({
        address,
        through: host.through,
        cable: (isIn) => networkSwitch.run('ip', 'link', 'set', port, isIn ? 'up' : 'down'),
      });
    }
    return { hosts, close: () => endAll(holders) };
  } catch (error) {
    await endAll(holders);
    throw error;
  }
}

interface Holder {
  pid: number;
  through: readonly string[];
  run(program: string, ...words: string[]): void;
  end(): Promise<void>;
}

async function hold(): Promise<Holder> {
  const options: SpawnOptions = { env: { ...process.env, ...MARK }, stdio: 'ignore' };
  const child = endWithTests(
    spawn('unshare', ['--net', '--', 'sleep', String(LIFE_SECONDS)], options),
  );
  const pid = child.pid as number;
  const own = readlinkSync('/proc/self/ns/net');
  // Until then it would be this machine's own network that is changed.
  await untilPasses(() => {
    if (readlinkSync(`/proc/${pid}/ns/net`) === own) throw new Error('it is not apart yet');
  });
  const through = ['nsenter', '--target', String(pid), '--net', '--'];
  return {
    pid,
    through,
    run(program, ...words) {
      const [enter, ...rest] = through as [string, ...string[]];
      execFileSync(enter, [...rest, program, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function endAll(holders: readonly Holder[]): Promise<void> {
  await Promise.all(holders.map((holder) => holder.end()));
}
