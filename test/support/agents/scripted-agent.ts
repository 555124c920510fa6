/** An agent that speaks the protocol word by word, as no honest one would. */
import { once } from 'node:events';
import WebSocket from 'ws';
import type { FromLab } from '../../../bench/load/agents/protocol.js';
import { proofOf } from '../../../bench/load/agents/token.js';
import { monotonicClock } from '../../../bench/load/clock.js';

export interface ScriptedAgent {
  socket: WebSocket;
  /** All that the lab has said but pings. */
  heard: FromLab[];
  say(message: object): void;
}

export interface Script {
  port: number;
  token: string;
  /** Takes the place of what it would say first. */
  hello?: object;
  /** Of its clock. */
  shiftMs?: number;
  /** Before it answers a ping; Infinity: it does not. */
  pongAfterMs?: () => number;
  /** What it does about an order. */
  onOrder?(agent: ScriptedAgent, order: Extract<FromLab, { type: 'order' }>): void;
}

const NONCE = 'a number that was drawn by nobody';

export async function startScriptedAgent(script: Script): Promise<ScriptedAgent> {
  const { port, token, shiftMs = 0, pongAfterMs = () => 0, onOrder } = script;
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  socket.on('error', () => {});
  const nowMs = monotonicClock();
  const agent: ScriptedAgent = {
    socket,
    heard: [],
    say: (message) => socket.send(JSON.stringify(message)),
  };
  const [data] = await once(socket, 'message');
  const challenge = JSON.parse(String(data));
  socket.on('message', (text) => {
    const message = JSON.parse(String(text)) as FromLab;
    if (message.type === 'ping') {
      const afterMs = pongAfterMs();
      if (afterMs === Number.POSITIVE_INFINITY) return;
      setTimeout(() => {
        agent.say({ type: 'pong', id: message.id, atMs: nowMs() + shiftMs });
      }, afterMs);
      return;
    }
    agent.heard.push(message);
    if (message.type === 'may') agent.say({ type: 'may', id: message.id, refused: [] });
    if (message.type === 'fork') agent.say({ type: 'forked', id: message.id, failed: null });
    if (message.type === 'order') onOrder?.(agent, message);
  });
  agent.say({
    type: 'hello',
    ...{ protocol: challenge.protocol, version: challenge.version, nonce: NONCE },
    proof: proofOf(token, 'agent', { lab: challenge.nonce, agent: NONCE }),
    ...{ name: 'scripted', node: 'v0', platform: 'none', cores: 1, memoryBytes: 1 },
    ...{ loadWorkers: 1, openFiles: null },
    ...script.hello,
  });
  return agent;
}
