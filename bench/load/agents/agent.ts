/**
 * A machine that sends load for a lab: it dials the lab, starts load workers, and passes on what both say. It
 * sends only where its own command line allows, whatever the lab asks for.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket, { type RawData } from 'ws';
import { LabError, usageError } from '../../model/errors.js';
import type { Guardian } from '../../processes/guardian/guardian.js';
import { usageOf } from '../../processes/process-usage.js';
import { monotonicClock } from '../clock.js';
import { forkWorker } from '../fork-worker.js';
import { WORKER_ENTRIES } from '../load-processes.js';
import type { FromWorker, ToWorker } from '../messages.js';
import type { Connection } from '../workload.js';
import {
  challengeSchema,
  type FromAgent,
  type FromLab,
  fromLabSchema,
  greetingSchema,
  type Hello,
  isSameVersion,
  type LabVersion,
  MOST_BYTES_OF_AN_ORDER,
  MOST_LOAD_MS,
  PROTOCOL,
  readMessage,
  versionInWords,
  type WorkerKind,
} from './protocol.js';
import { drawNonce, isProof, proofOf } from './token.js';

/** A lab that is not heard of for longer is gone; what it ordered ends by itself before. */
const SILENCE_MS = 10_000;
const LOOK_EVERY_MS = 500;
const DIAL_EVERY_MS = 1000;
const HANDSHAKE_MS = 5000;
const FORK_PATIENCE_MS = 20_000;

export interface AgentInput {
  lab: URL;
  token: string;
  version: LabVersion;
  /** What it says of itself. */
  machine: Pick<Hello, 'name' | 'node' | 'platform' | 'cores' | 'memoryBytes' | 'openFiles'>;
  loadWorkers: number;
  /** Whether load may be sent there. */
  admits(host: string, port: number): boolean;
  /** As typed, for a refusal. */
  allowed: string;
  /** How long a lab that does not answer is dialled. */
  waitSeconds: number;
  guardian: Guardian;
  signal: AbortSignal;
  say(line: string): void;
}

/**
 * Serves one run of the lab, to its end.
 *
 * @throws LabError AGENT_NO_LAB, NOT_A_LAB, and what the lab refuses it with; the reason of the signal
 */
export async function runAgent(input: AgentInput): Promise<void> {
  for (;;) {
    const end = await serve(await dial(input), input);
    input.signal.throwIfAborted();
    if (end === 'done') {
      input.say('The run is over.');
      return;
    }
    input.say(
      `The lab was lost (${end}). Nothing is sent any more; dialling again for ${input.waitSeconds} s.`,
    );
  }
}

interface Dialled {
  socket: WebSocket;
  /** The lab speaks first, and may have spoken before anybody could listen. */
  early: RawData[];
  keepEarly(data: RawData): void;
}

async function dial({ lab, waitSeconds, signal }: AgentInput): Promise<Dialled> {
  const giveUpMs = performance.now() + waitSeconds * 1000;
  for (;;) {
    signal.throwIfAborted();
    const socket = new WebSocket(lab, {
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: MOST_BYTES_OF_AN_ORDER,
      perMessageDeflate: false,
    });
    const early: RawData[] = [];
    const keepEarly = (data: RawData) => void early.push(data);
    socket.on('message', keepEarly).on('error', () => {});
    try {
      await once(socket, 'open', { signal });
      return { socket, early, keepEarly };
    } catch (error) {
      socket.terminate();
      signal.throwIfAborted();
      const { message, code } = error as NodeJS.ErrnoException;
      if (/Unexpected server response/.test(message)) {
        throw new LabError(
          'NOT_A_LAB',
          `What answers at ${lab.href} is no lab that waits for agents (${message}).`,
        );
      }
      if (performance.now() > giveUpMs) {
        throw new LabError(
          'AGENT_NO_LAB',
          `No lab answered at ${lab.href} within ${waitSeconds} s (${code ?? message}). Does lab compare --agents run there, and may this machine reach its port?`,
        );
      }
      await delay(DIAL_EVERY_MS, undefined, { signal });
    }
  }
}

/** @returns 'done', or why the lab was lost */
function serve({ socket, early, keepEarly }: Dialled, input: AgentInput): Promise<string> {
  return new Promise((resolve, reject) => {
    const workers = holdWorkers(input, (message) => send(message));
    const nonce = drawNonce();
    const nowMs = monotonicClock();
    let expected: string | undefined;
    let isWelcome = false;
    let heardMs = performance.now();
    let over = false;
    const look = setInterval(() => {
      const patienceMs = isWelcome ? SILENCE_MS : HANDSHAKE_MS;
      if (performance.now() - heardMs > patienceMs) settle(() => resolve('it is silent'));
    }, LOOK_EVERY_MS);
    const onAbort = () => settle(() => resolve('stopped'));
    input.signal.addEventListener('abort', onAbort, { once: true });

    function settle(then: () => void): void {
      if (over) return;
      over = true;
      clearInterval(look);
      input.signal.removeEventListener('abort', onAbort);
      workers.end();
      socket.terminate();
      then();
    }
    function send(message: FromAgent | Hello): void {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    }
    const refuse = (code: string, message: string) =>
      settle(() => reject(usageError(code, message)));

    socket.on('close', (code) => settle(() => resolve(`the connection ended with ${code}`)));
    const hear = (data: RawData) => {
      if (over) return;
      heardMs = performance.now();
      if (expected === undefined) greet(data);
      else {
        const message = readMessage(fromLabSchema, data);
        if (message) handle(message);
        else refuse('NOT_A_LAB', `What answers at ${input.lab.href} does not speak as a lab does.`);
      }
    };

    function greet(data: unknown): void {
      const greeting = readMessage(greetingSchema, data);
      if (!greeting) {
        refuse('NOT_A_LAB', `What answers at ${input.lab.href} does not speak as a lab does.`);
        return;
      }
      const challenge = readMessage(challengeSchema, data);
      // Told all the same, so that the lab can name both versions too.
      const nonces = { lab: challenge?.nonce ?? '', agent: nonce };
      expected = proofOf(input.token, 'lab', nonces);
      send({
        type: 'hello',
        protocol: PROTOCOL,
        version: input.version,
        nonce,
        proof: proofOf(input.token, 'agent', nonces),
        ...input.machine,
        loadWorkers: input.loadWorkers,
      });
      if (greeting.protocol !== PROTOCOL || !isSameVersion(greeting.version, input.version)) {
        refuseVersion(greeting.version);
      }
    }
    /** Once the hello is on its way. */
    function refuseVersion(ofLab: LabVersion): void {
      const [lab, own] = [ofLab, input.version].map(versionInWords);
      setTimeout(
        () =>
          refuse(
            'AGENT_VERSION',
            `The lab has version ${lab}, and this agent ${own}. Both must be the same: check out one commit on both machines.`,
          ),
        100,
      );
    }
    function handle(message: FromLab): void {
      if (message.type === 'refused') {
        refuse(message.code, message.message);
        return;
      }
      if (!isWelcome) {
        if (message.type !== 'welcome') return;
        if (!isProof(message.proof, expected as string)) {
          refuse('LAB_TOKEN', `What answers at ${input.lab.href} does not know the token.`);
          return;
        }
        isWelcome = true;
        input.say(`The lab at ${input.lab.host} has taken this machine as ${input.machine.name}.`);
        return;
      }
      answer(message);
    }
    function answer(message: FromLab): void {
      switch (message.type) {
        case 'ping':
          send({ type: 'pong', id: message.id, atMs: nowMs() });
          break;
        case 'may':
          send({ type: 'may', id: message.id, refused: refusedOf(message.addresses) });
          break;
        case 'fork':
          workers.fork(message.kind).then(
            () => send({ type: 'forked', id: message.id, failed: null }),
            (error) => send({ type: 'forked', id: message.id, failed: String(error.message) }),
          );
          break;
        case 'order':
          workers.order(message.kind, message.worker, message.message);
          break;
        case 'usage':
          workers.usage().then((usage) => send({ type: 'usage', id: message.id, ...usage }));
          break;
        case 'bye':
          settle(() => resolve('done'));
      }
    }
    function refusedOf(addresses: readonly { host: string; port: number }[]): string[] {
      const refused = addresses
        .filter(({ host, port }) => !input.admits(host, port))
        .map(({ host, port }) => (port === 0 ? host : `${host}:${port}`));
      for (const each of refused) input.say(notAllowed(each, input.allowed));
      return refused;
    }

    socket.off('message', keepEarly);
    for (const data of early) hear(data);
    socket.on('message', hear);
  });
}

function notAllowed(address: string, allowed: string): string {
  return `ADDRESS_NOT_ALLOWED: The lab asks for load on ${address}, and this agent sends only to ${allowed}. If that is yours to load, start the agent with --allow ${address} too.`;
}

/** The load workers of this machine, as long as a lab has it. */
function holdWorkers(input: AgentInput, send: (message: FromAgent) => void) {
  const forks = new Map<WorkerKind, ChildProcess[]>();
  const nowMs = monotonicClock();
  let ended = false;
  const say = (kind: WorkerKind, worker: number, message: FromWorker) =>
    send({ type: 'said', kind, worker, message });

  async function forkOne(kind: WorkerKind, worker: number): Promise<ChildProcess> {
    const forked = forkWorker(WORKER_ENTRIES[kind], input.guardian);
    if (!forked) throw new LabError('SHARD_FAILED', 'A load-generating process could not start.');
    const { child } = forked;
    child.on('error', () => {});
    child.on('message', (message: FromWorker) => {
      if (message.type !== 'ready' && !ended) say(kind, worker, message);
    });
    child.once('exit', (code, signal) => {
      if (!ended) say(kind, worker, { type: 'failed', message: `it ended with ${signal ?? code}` });
    });
    const kept = forks.get(kind) ?? [];
    kept[worker] = child;
    forks.set(kind, kept);
    await once(child, 'message', { signal: AbortSignal.timeout(FORK_PATIENCE_MS) });
    return child;
  }

  return {
    async fork(kind: WorkerKind): Promise<void> {
      if (forks.has(kind)) return;
      await Promise.all(
        Array.from({ length: input.loadWorkers }, (_, index) => forkOne(kind, index)),
      );
    },
    order(kind: WorkerKind, worker: number, message: ToWorker): void {
      const child = forks.get(kind)?.[worker];
      const why = child ? refusalOf(message, input, nowMs()) : 'there is no such load worker';
      if (why === null && child?.connected) child.send(message, () => {});
      else if (why !== null) {
        input.say(why);
        say(kind, worker, { type: 'failed', message: why });
      }
    },
    async usage() {
      const workers = [...forks].flatMap(([kind, children]) =>
        children.map((child, worker) => ({ kind, worker, pid: child.pid })),
      );
      const atSeconds = nowMs() / 1000;
      const [relay, ...usages] = await Promise.all(
        [process.pid, ...workers.map(({ pid }) => pid ?? 0)].map((pid) => usageOf(pid)),
      );
      return {
        atSeconds,
        relay: relay ?? null,
        workers: workers.map(({ kind, worker }, index) => ({
          ...{ kind, worker },
          usage: usages[index] ?? null,
        })),
      };
    },
    end(): void {
      ended = true;
      for (const child of [...forks.values()].flat()) child.kill('SIGKILL');
      forks.clear();
    },
  };
}

/** What an agent does not do, whoever asks for it; null: it is done. */
function refusalOf(message: ToWorker, input: AgentInput, nowMs: number): string | null {
  switch (message.type) {
    case 'start':
      return (
        refusedAddress(message.order.connections, input) ??
        tooLong(message.order.windowToMs - nowMs)
      );
    case 'open':
      return refusedAddress(
        message.order.loops.flatMap(({ connections }) => connections),
        input,
      );
    case 'load':
      return tooLong(message.window.untilMs - nowMs);
    default:
      return null;
  }
}

function refusedAddress(
  connections: readonly Pick<Connection, 'origin'>[],
  { admits, allowed }: AgentInput,
): string | null {
  for (const origin of new Set(connections.map((connection) => connection.origin))) {
    if (!URL.canParse(origin)) return `"${origin}" is no address.`;
    const { hostname, port, protocol } = new URL(origin);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const isHttp = protocol === 'http:';
    if (!isHttp || !admits(host, Number(port || 80)))
      return notAllowed(new URL(origin).host, allowed);
  }
  return null;
}

function tooLong(ms: number): string | null {
  return ms <= MOST_LOAD_MS
    ? null
    : `ORDER_TOO_LONG: The lab asks for ${Math.round(ms / 1000)} s of load at once, and an agent sends for ${MOST_LOAD_MS / 1000} s at most.`;
}
