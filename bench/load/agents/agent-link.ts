/** One agent as the lab sees it, from its welcome on: asked, ordered, and watched. */
import WebSocket from 'ws';
import { LabError } from '../../model/errors.js';
import { monotonicClock } from '../clock.js';
import type { FromWorker, ToWorker } from '../messages.js';
import { type ClockExchange, type ClockOffset, clockOffset } from './clock-offset.js';
import {
  type FromAgent,
  type FromLab,
  fromAgentSchema,
  type Hello,
  readMessage,
  type UsageAnswer,
  type WorkerKind,
} from './protocol.js';

/** An agent that is not heard of for so long is lost. */
const LOST_AFTER_MS = 3000;
const PING_EVERY_MS = 500;
/** Before an agent is taken, one after the other. */
const FIRST_EXCHANGES = 20;
/** Two minutes of them: later ones are better known by then, since clocks drift. */
const KEPT_EXCHANGES = 240;
const ANSWER_PATIENCE_MS = 10_000;
const FORK_PATIENCE_MS = 30_000;

export interface AgentLink {
  name: string;
  hello: Hello;
  /** Why it is lost; null: it is there. */
  lost(): string | null;
  onLost(listener: () => void): void;
  /** How its clock stands to this one, as far as is known by now. */
  clock(): ClockOffset;
  /** @returns the addresses that it does not send to */
  refuses(addresses: readonly { host: string; port: number }[]): Promise<string[]>;
  /** Starts its load workers of that kind, once. @throws LabError AGENT_LOST */
  fork(kind: WorkerKind): Promise<void>;
  order(kind: WorkerKind, worker: number, message: ToWorker): void;
  onSaid(listener: (kind: WorkerKind, worker: number, message: FromWorker) => void): void;
  /** One question for all who ask at the same moment; null where it does not answer. */
  usage(): Promise<UsageAnswer | null>;
  /** Ends it because of what it does. */
  drop(why: string): void;
  /** The run is over. */
  bye(): void;
}

/** @returns once its clock is known as well as it can be. @throws LabError AGENT_LOST */
export async function linkAgent(socket: WebSocket, hello: Hello, name: string): Promise<AgentLink> {
  const nowMs = monotonicClock();
  const exchanges: ClockExchange[] = [];
  const asked = new Map<number, (answer: FromAgent | null) => void>();
  const lostListeners: (() => void)[] = [];
  const saidListeners: ((kind: WorkerKind, worker: number, message: FromWorker) => void)[] = [];
  const forked = new Map<WorkerKind, Promise<void>>();
  let lastId = 0;
  let heardMs = performance.now();
  let lostBecause: string | null = null;
  let usageAsked: Promise<UsageAnswer | null> | undefined;

  const send = (message: FromLab) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const lose = (why: string) => {
    if (lostBecause !== null) return;
    lostBecause = why;
    clearInterval(watching);
    socket.terminate();
    for (const answer of asked.values()) answer(null);
    for (const listener of lostListeners) listener();
  };
  /** null where it is lost before, or does not answer in time. */
  function ask<Type extends FromAgent['type']>(
    ofId: (id: number) => FromLab,
    _type: Type,
    patienceMs = ANSWER_PATIENCE_MS,
  ): Promise<Extract<FromAgent, { type: Type }> | null> {
    if (lostBecause !== null) return Promise.resolve(null);
    const id = ++lastId;
    return new Promise((resolve) => {
      const settle = (answer: FromAgent | null) => {
        clearTimeout(timer);
        asked.delete(id);
        resolve(answer as Extract<FromAgent, { type: Type }> | null);
      };
      const timer = setTimeout(settle, patienceMs, null);
      asked.set(id, settle);
      send(ofId(id));
    });
  }
  async function exchange(): Promise<void> {
    const askedMs = nowMs();
    const pong = await ask((id) => ({ type: 'ping', id }), 'pong');
    if (!pong) return;
    exchanges.push({ askedMs, answeredMs: nowMs(), theirMs: pong.atMs });
    if (exchanges.length > KEPT_EXCHANGES) exchanges.shift();
  }

  socket.on('error', () => {});
  socket.on('close', () => lose('its connection ended'));
  socket.on('message', (data) => {
    heardMs = performance.now();
    const message = readMessage(fromAgentSchema, data);
    if (!message) lose('it said what no agent says');
    else if (message.type === 'said') {
      for (const listener of saidListeners) listener(message.kind, message.worker, message.message);
    } else asked.get(message.id)?.(message);
  });
  const isSilent = () => performance.now() - heardMs > LOST_AFTER_MS;
  const watching = setInterval(() => {
    void exchange();
    if (!isSilent()) return;
    // The lab itself may have been busy for as long: first it hears what has come meanwhile.
    setImmediate(() =>
      setImmediate(() => isSilent() && lose(`not heard of for ${LOST_AFTER_MS / 1000} s`)),
    );
  }, PING_EVERY_MS);

  for (let count = 0; count < FIRST_EXCHANGES && lostBecause === null; count++) await exchange();
  const lostError = () => new LabError('AGENT_LOST', `The agent ${name} is lost: ${lostBecause}.`);
  if (lostBecause !== null || exchanges.length === 0) throw lostError();

  return {
    name,
    hello,
    lost: () => lostBecause,
    onLost: (listener) => void lostListeners.push(listener),
    clock: () => clockOffset(exchanges, nowMs()) as ClockOffset,
    async refuses(addresses) {
      const answer = await ask((id) => ({ type: 'may', id, addresses: [...addresses] }), 'may');
      if (!answer) throw lostError();
      return answer.refused;
    },
    fork(kind) {
      const known = forked.get(kind);
      if (known) return known;
      const forking = ask((id) => ({ type: 'fork', id, kind }), 'forked', FORK_PATIENCE_MS).then(
        (answer) => {
          if (answer?.failed === null) return;
          lose(`its load workers did not start: ${answer?.failed ?? 'no answer'}`);
          throw lostError();
        },
      );
      forked.set(kind, forking);
      return forking;
    },
    order: (kind, worker, message) => send({ type: 'order', kind, worker, message }),
    onSaid: (listener) => void saidListeners.push(listener),
    usage() {
      usageAsked ??= ask((id) => ({ type: 'usage', id }), 'usage').finally(() => {
        usageAsked = undefined;
      });
      return usageAsked;
    },
    drop: lose,
    bye() {
      lostListeners.length = 0;
      clearInterval(watching);
      send({ type: 'bye' });
      socket.close();
      setTimeout(() => socket.terminate(), 1000).unref();
    },
  };
}
