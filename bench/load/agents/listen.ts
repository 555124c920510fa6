/** Where agents dial in. Whoever does not know the token, or says nothing, costs a little for some seconds. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { LabError } from '../../model/errors.js';
import { type AgentLink, linkAgent } from './agent-link.js';
import {
  greetingSchema,
  type Hello,
  helloSchema,
  isSameVersion,
  type LabVersion,
  MOST_BYTES_OF_A_REPORT,
  PROTOCOL,
  readMessage,
  versionInWords,
} from './protocol.js';
import { drawNonce, isProof, proofOf } from './token.js';

/** To say who it is. */
const HELLO_MS = 5000;
/** Connections at once, whoever they are from. */
const MOST_CONNECTIONS = 100;
/** How well a clock must be known: load is begun and ended by it. */
const MOST_UNCERTAINTY_MS = 50;

export interface ListenInput {
  host: string;
  port: number;
  token: string;
  version: LabVersion;
  /** A name of its own among all that are there; null: no further agent is needed. */
  nameFor(hello: Hello): string | null;
  onAgent(link: AgentLink): void;
  /** A name was given out and is not used. */
  onGone(name: string): void;
  say(line: string): void;
}

export interface Listening {
  host: string;
  port: number;
  close(): Promise<void>;
}

interface Refusal {
  code: string;
  /** For the agent, as an error of its own. */
  message: string;
}

/** @throws LabError LISTEN_FAILED */
export async function listenForAgents(input: ListenInput): Promise<Listening> {
  const server = createServer(
    { headersTimeout: HELLO_MS, requestTimeout: HELLO_MS, connectionsCheckingInterval: 1000 },
    (_request, response) => {
      response.writeHead(426, { Connection: 'close' }).end('Agents of a lab dial in here.\n');
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  // Of connections on which nothing comes at all; one that has become a WebSocket is watched by its link.
  server.timeout = HELLO_MS;
  const sockets = new WebSocketServer({
    server,
    maxPayload: MOST_BYTES_OF_A_REPORT,
    perMessageDeflate: false,
  });
  sockets.on('error', () => {});
  sockets.on('connection', (socket, { socket: { remoteAddress = 'somebody' } }) => {
    socket.on('error', () => {});
    void greet(socket, remoteAddress, input);
  });
  try {
    server.listen({ host: input.host, port: input.port });
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new LabError(
      'LISTEN_FAILED',
      `Agents cannot dial in at ${input.host}:${input.port}: ${code ?? message}. Take another --listen.`,
      { exitCode: 2 },
    );
  }
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    async close() {
      sockets.close();
      server.close();
      server.closeIdleConnections();
      // An agent is given the time to read that the run is over.
      const ending = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
      }, 1000);
      await once(server, 'close');
      clearTimeout(ending);
    },
  };
}

async function greet(socket: WebSocket, from: string, input: ListenInput): Promise<void> {
  const labNonce = drawNonce();
  const { token, version, say } = input;
  socket.send(JSON.stringify({ type: 'challenge', protocol: PROTOCOL, version, nonce: labNonce }));
  const timer = setTimeout(() => socket.terminate(), HELLO_MS);
  const data = await firstMessage(socket);
  clearTimeout(timer);
  if (data === undefined) return;
  const hello = readMessage(helloSchema, data);
  const refusal = refusalOf(data, hello, labNonce, input);
  if (refusal || !hello) {
    const { code, message } = refusal ?? NO_AGENT;
    say(`${code}: An agent from ${from} was refused. ${message}`);
    refuse(socket, { code, message });
    return;
  }
  const name = input.nameFor(hello);
  if (name === null) {
    refuse(socket, { code: 'AGENTS_ENOUGH', message: 'The lab has as many agents as it needs.' });
    return;
  }
  const proof = proofOf(token, 'lab', { lab: labNonce, agent: hello.nonce });
  socket.send(JSON.stringify({ type: 'welcome', proof }));
  try {
    const link = await linkAgent(socket, hello, name);
    const { uncertaintyMs, roundTripMs } = link.clock();
    if (uncertaintyMs > MOST_UNCERTAINTY_MS) {
      const message = `The clock of the agent ${name} is known to ${uncertaintyMs.toFixed(0)} ms only (round trip ${roundTripMs.toFixed(0)} ms), and ${MOST_UNCERTAINTY_MS} ms are allowed. Take an agent that is nearer.`;
      say(`AGENT_CLOCK: ${message}`);
      refuse(socket, { code: 'AGENT_CLOCK', message });
      input.onGone(name);
      return;
    }
    input.onAgent(link);
  } catch {
    // It ended while its clock was compared.
    input.onGone(name);
  }
}

const NO_AGENT: Refusal = { code: 'NOT_AN_AGENT', message: 'It does not speak as an agent does.' };

function refusalOf(
  data: unknown,
  hello: Hello | undefined,
  labNonce: string,
  { token, version }: ListenInput,
): Refusal | null {
  const greeting = readMessage(greetingSchema, data);
  if (!greeting) return NO_AGENT;
  if (greeting.protocol !== PROTOCOL || !isSameVersion(greeting.version, version)) {
    const [lab, agent] = [version, greeting.version].map(versionInWords);
    return {
      code: 'AGENT_VERSION',
      message: `The lab has version ${lab}, and the agent ${agent}. Both must be the same: check out one commit on both machines.`,
    };
  }
  if (!hello) return NO_AGENT;
  const expected = proofOf(token, 'agent', { lab: labNonce, agent: hello.nonce });
  if (!isProof(hello.proof, expected)) {
    return {
      code: 'AGENT_TOKEN',
      message: 'Its token is not the one of this run (LAB_AGENT_TOKEN, or --token-file).',
    };
  }
  return null;
}

function refuse(socket: WebSocket, refusal: Refusal): void {
  socket.send(JSON.stringify({ type: 'refused', ...refusal }), () => socket.close());
  setTimeout(() => socket.terminate(), HELLO_MS).unref();
}

/** undefined where it ends before it says anything. */
function firstMessage(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.once('message', resolve);
    socket.once('close', () => resolve(undefined));
  });
}
