/** How many processes a crowd needs on this machine, and what will not do. Pure. */
import { usageError } from '../../model/errors.js';
import { countOf } from '../../text/count-of.js';
import { capitalised } from '../../text/format.js';

/** What limits a crowd on a machine. */
export interface CrowdMachine {
  /** Of one process; null: no limit. */
  openFiles: number | null;
  /** Of all processes together; null: not known. */
  filesOfMachine: number | null;
  /** That one address can connect from to one port. */
  portsOfAddress: number;
  /** Whether every address of 127.0.0.0/8 is one of this machine (Linux). */
  hasManyAddresses: boolean;
  availableBytes: number;
  cores: number;
}

export interface CrowdPlan {
  instances: number;
  senders: number;
  /** That each sender connects from; 0: the system chooses, and there is one. */
  addressesOfSender: number;
  usersOfAddress: number;
  /** What may slow it down, but does not keep it from being held. */
  notice: string | null;
  /** nginx before the instances, with so many workers, and so many connections for each; null: none. */
  web: { workers: number; perWorker: number } | null;
}

/** Of an instance or a sender: its stores, its files, and connections that end while others begin. */
const FILES_BESIDE = 500;
/** Those of a wave lie idle for a minute, and some ports are taken by others. */
const SHARE_OF_PORTS = 0.7;
/**
 * Where a sender names the address that it connects from, the kernel chooses the port when it binds: from a quarter of
 * them first (one half of the range, every second port), and when those are taken it searches, some 25 times as long
 * (Linux, inet_csk_find_open_port; measured in docs/crowd.md).
 */
const SHARE_THAT_BINDS_QUICKLY = 0.2;
/** An instance, its sender, the kernel's buffers of both ends, and a login in Redis (docs/crowd.md has the measured ones). */
const BYTES_OF_A_USER = 40_000;
/** Of a process before it holds anybody. */
const BYTES_OF_A_PROCESS = 120_000_000;
const BYTES_OF_THE_STORES = 400_000_000;
/** CPU time of a request in the instance, its stores, the kernel and the sender, roughly. */
const SECONDS_OF_A_REQUEST = 0.0004;
const MOST_PROCESSES = 64;
/** Clients do not spread evenly over workers, and each request under way has a second file. */
const SHARE_OF_A_WORKER = 0.7;
/** Of one worker, where nothing else limits it. */
const MOST_OF_A_WORKER = 100_000;

export interface Wall {
  what: string;
  users: number;
  advice: string;
  /** It cannot be passed; the other kind makes everything slow. */
  isHard: boolean;
}

/** What stops a crowd on this machine, the nearest first. @param gapSeconds between two requests of a user */
export function wallsOf(machine: CrowdMachine, gapSeconds: number): Wall[] {
  const { openFiles, filesOfMachine, portsOfAddress, hasManyAddresses, availableBytes, cores } =
    machine;
  const walls: Wall[] = [
    {
      what: 'memory',
      users: Math.floor(Math.max(0, availableBytes - BYTES_OF_THE_STORES) / BYTES_OF_A_USER),
      advice: 'close other programs, or take a machine with more of it',
      isHard: true,
    },
    {
      what: `cores, when everybody asks every ${gapSeconds} s`,
      users: Math.floor((cores / SECONDS_OF_A_REQUEST) * gapSeconds),
      advice: 'let them ask less often (--gap)',
      isHard: false,
    },
  ];
  if (openFiles !== null) {
    walls.push({
      what: `open files: ${openFiles} of a process, ${MOST_PROCESSES} processes`,
      users: Math.max(0, openFiles - FILES_BESIDE) * MOST_PROCESSES,
      advice: 'ulimit -n; an administrator can raise the hard limit (/etc/security/limits.conf)',
      isHard: true,
    });
  }
  if (filesOfMachine !== null) {
    walls.push({
      what: `open files of the machine: ${filesOfMachine}`,
      // Both ends of a connection lie here.
      users: Math.floor(filesOfMachine / 2),
      advice: 'sysctl fs.file-max',
      isHard: true,
    });
  }
  if (!hasManyAddresses) {
    walls.push({
      what: `ports: ${portsOfAddress} to an instance, from one address`,
      users: Math.floor(portsOfAddress * SHARE_OF_PORTS) * MOST_PROCESSES,
      advice: 'Linux, where a process can connect from every address of 127.0.0.0/8',
      isHard: true,
    });
  }
  return walls.sort((one, other) => one.users - other.users);
}

/**
 * @throws LabError CROWD_TOO_LARGE, exit code 2, that says what will not do and how to raise it
 */
export function planCrowd(
  asked: { users: number; instances: number | null; gapSeconds: number; web: boolean },
  machine: CrowdMachine,
): CrowdPlan {
  const { users, gapSeconds, web } = asked;
  const { openFiles, portsOfAddress, hasManyAddresses } = machine;
  const ofProcess = Math.max(1, (openFiles ?? Number.POSITIVE_INFINITY) - FILES_BESIDE);
  const share = hasManyAddresses ? SHARE_THAT_BINDS_QUICKLY : SHARE_OF_PORTS;
  const ofAddress = Math.floor(portsOfAddress * share);
  const least = Math.ceil(users / ofProcess);
  // Where the system chooses the port, one address reaches each instance from so many.
  const leastForPorts = hasManyAddresses ? 1 : Math.ceil(users / ofAddress);
  const needed = Math.max(1, web ? 1 : least, web ? 1 : leastForPorts);
  const instances = asked.instances ?? needed;
  const senders = Math.max(1, least);
  const problems: string[] = [];
  if (instances < needed) {
    problems.push(
      `${countOf(instances, 'instance')} cannot hold them: one process may have ${openFiles ?? 'any number of'} files open here, so take --instances ${needed}, or raise the limit (ulimit -n; an administrator can raise the hard limit)`,
    );
  }
  if (web && leastForPorts > 1) {
    problems.push(
      `one address of this system reaches the port of nginx from ${ofAddress} ports only; Linux has more addresses`,
    );
  }
  let notice: string | null = null;
  for (const { what, users: most, advice, isHard } of wallsOf(machine, gapSeconds)) {
    if (users <= most) continue;
    const sentence = `${what}: enough for about ${formatCount(most)}; ${advice}`;
    if (isHard) problems.push(sentence);
    else notice = `Expect long waits. ${asSentence(sentence)}`;
  }
  const processes = instances + senders;
  const neededBytes =
    BYTES_OF_THE_STORES + processes * BYTES_OF_A_PROCESS + users * BYTES_OF_A_USER;
  if (problems.length === 0 && neededBytes > machine.availableBytes) {
    problems.push(
      `memory: ${countOf(processes, 'process', 'processes')} and so many users need about ${Math.ceil(neededBytes / 1e9)} GB, and ${(machine.availableBytes / 1e9).toFixed(1)} GB are free`,
    );
  }
  if (problems.length > 0) {
    throw usageError(
      'CROWD_TOO_LARGE',
      `This machine cannot hold ${countOf(users, 'user')}. ${problems.map(asSentence).join(' ')}`,
    );
  }
  const usersOfSender = Math.ceil(users / senders);
  return {
    ...{ instances, senders, notice },
    addressesOfSender: hasManyAddresses ? Math.ceil(usersOfSender / ofAddress) : 0,
    usersOfAddress: hasManyAddresses ? Math.min(usersOfSender, ofAddress) : users,
    web: web ? webFor(users, ofProcess) : null,
  };
}

function webFor(users: number, filesOfProcess: number): { workers: number; perWorker: number } {
  const perWorker = Math.min(filesOfProcess, MOST_OF_A_WORKER);
  return { workers: Math.max(1, Math.ceil(users / (perWorker * SHARE_OF_A_WORKER))), perWorker };
}

function asSentence(words: string): string {
  return `${capitalised(words)}.`;
}

function formatCount(value: number): string {
  return value.toLocaleString('en');
}
