/**
 * A channel: one keep-alive connection that carries one request at a time. It connects with its first
 * request and again whenever the server has closed it.
 */
import type { Socket } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';
import type { WorkloadRequest } from '../workload.js';

const REQUEST_TIMEOUT_MS = 10_000;

export interface ChannelEvents {
  /** The whole answer is there. */
  onAnswer(channel: Channel, status: number): void;
  onFailure(channel: Channel, error: Error): void;
}

export interface Channel {
  send(request: WorkloadRequest): void;
  /** TCP payload since the first connection. */
  bytes(): { sent: number; received: number };
  destroy(): void;
}

export function createChannel(origin: string, { onAnswer, onFailure }: ChannelEvents): Channel {
  const sockets: Socket[] = [];
  const connectSocket = buildConnector({ timeout: REQUEST_TIMEOUT_MS });
  const client = new Client(origin, {
    pipelining: 1,
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
    connect(options, callback) {
      connectSocket(options, (...outcome) => {
        if (outcome[1]) sockets.push(outcome[1]);
        callback(...outcome);
      });
    },
  });
  let destroyed = false;
  let status = 0;
  let readAnswer: WorkloadRequest['onResponse'];
  // One request at a time, so one handler serves them all.
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    onResponseStart(_controller, answered, headers) {
      status = answered;
      readAnswer?.(answered, headers as Record<string, string>);
    },
    onResponseData() {},
    onResponseEnd: () => onAnswer(channel, status),
    onResponseError(_controller, error) {
      // What is cut off by the end of the load is counted as in flight, not as failed.
      if (!destroyed) onFailure(channel, error);
    },
  };
  const channel: Channel = {
    send({ method, path, headers, body, latePath, lateHeaders, onResponse }) {
      readAnswer = onResponse;
      client.dispatch(
        {
          method,
          path: latePath ? latePath() : path,
          headers: lateHeaders ? { ...headers, ...lateHeaders() } : headers,
          body: body ?? null,
        },
        handler,
      );
    },
    bytes: () => ({
      sent: sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0),
      received: sockets.reduce((sum, socket) => sum + socket.bytesRead, 0),
    }),
    destroy() {
      destroyed = true;
      client.destroy(() => {});
    },
  };
  return channel;
}

export function isTimeout(error: Error): boolean {
  return /TIMEOUT/.test((error as NodeJS.ErrnoException).code ?? '');
}
