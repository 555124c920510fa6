/**
 * The server of the live page. Its buttons kill processes: it listens on loopback, everything lies under a secret path,
 * and a command is taken only from a page of its own (Host, Origin and type of content are checked), so that no other
 * site, no other name for this address, and nobody who does not know the path can press them.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { z } from 'zod';
import { LabError } from '../../model/errors.js';
import type { MessageLog } from '../show/message-log.js';
import { type Command, commandSchema } from './command.js';
import { streamTo } from './events.js';
import type { PageFiles } from './page-files.js';
import { LIVE_HTML, LIVE_POLICY, savedShow } from './page-html.js';

export interface LiveServer {
  /** With its secret: whoever has it may press the buttons. */
  readonly address: string;
  readonly port: number;
  watchers(): number;
  stop(): Promise<void>;
}

export interface LiveServerOptions {
  /** 0: a free one. */
  port: number;
  page: PageFiles;
  log: MessageLog;
  /** @throws LabError where it cannot be done */
  obey(command: Command): Promise<void>;
}

const MOST_BODY_BYTES = 10_000;
/** A browser holds six connections to a server at most; a room has some. */
const MOST_WATCHERS = 64;
const MOST_CONNECTIONS = 256;
/** A class that votes, and no more: each command is told to all who watch. */
const MOST_HANDS_AT_ONCE = 40;
const HANDS_PER_SECOND = 20;

export async function startLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const secret = randomBytes(24).toString('base64url');
  const app = new Koa();
  let watching = 0;
  const streaming = new WeakSet<object>();
  let saved: { last: number; text: string } | null = null;
  const hands = openBucket(MOST_HANDS_AT_ONCE, HANDS_PER_SECOND);
  let hosts: string[] = [];
  app.silent = true;
  app.use(async (context, next) => {
    context.set({
      'Content-Security-Policy': LIVE_POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    });
    try {
      await next();
    } catch (error) {
      refuse(context, error);
    }
  });
  app.use(async (context) => {
    // Another name for this address would be another site's (DNS rebinding).
    if (!hosts.includes(context.get('Host'))) {
      throw new Refusal(421, 'HOST_UNKNOWN', `Ask for http://${hosts[0]}.`);
    }
    const [, given = '', ...rest] = context.path.split('/');
    if (!isSame(given, secret)) {
      throw new Refusal(404, 'NOT_FOUND', 'Open the address that the lab printed.');
    }
    const path = rest.join('/');
    if (path === 'hands') return obey(context);
    if (context.method !== 'GET') throw new Refusal(405, 'METHOD_NOT_ALLOWED', 'GET only.');
    switch (path) {
      case '':
        // A page under "/secret" would look for its files beside it.
        if (rest.length === 0) return context.redirect(`/${secret}/`);
        context.type = 'html';
        context.body = LIVE_HTML;
        return;
      case 'page.js':
        context.type = 'text/javascript';
        context.body = options.page.script;
        return;
      case 'page.css':
        context.type = 'text/css';
        context.body = options.page.style;
        return;
      case 'show.html':
        context.type = 'html';
        context.attachment('show.html');
        // Made once for all who ask in the same quarter of a second.
        if (saved === null || saved.last !== options.log.last()) {
          const text = savedShow(options.page, options.log.after(0));
          saved = { last: options.log.last(), text };
        }
        context.body = saved.text;
        return;
      case 'events':
        return watch(context);
      default:
        throw new Refusal(404, 'NOT_FOUND', 'There is no such page.');
    }
  });

  function watch(context: Koa.Context): void {
    if (watching >= MOST_WATCHERS) throw new Refusal(503, 'TOO_MANY', 'Too many are watching.');
    const from = Number(context.get('Last-Event-ID') || context.query.after || 0);
    if (!Number.isSafeInteger(from) || from < 0) {
      throw new Refusal(400, 'EVENT_INVALID', 'Last-Event-ID is a number that this page was sent.');
    }
    // A second question on a connection that streams would wait for ever, and count as one who watches.
    if (streaming.has(context.req.socket)) {
      throw new Refusal(409, 'ALREADY_WATCHING', 'This connection has a stream of events.');
    }
    streaming.add(context.req.socket);
    watching += 1;
    context.req.socket.once('close', () => {
      watching -= 1;
    });
    context.respond = false;
    context.res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    streamTo(context.res, options.log, from);
  }

  async function obey(context: Koa.Context): Promise<void> {
    if (context.method !== 'POST') {
      throw new Refusal(405, 'METHOD_NOT_ALLOWED', 'Commands come by POST.');
    }
    if (!hosts.map((host) => `http://${host}`).includes(context.get('Origin'))) {
      throw new Refusal(403, 'ORIGIN_UNKNOWN', 'Commands come from the page of the lab only.');
    }
    if (!context.is('application/json')) {
      throw new Refusal(415, 'TYPE_INVALID', 'Commands are application/json.');
    }
    if (!hands.take()) {
      throw new Refusal(429, 'TOO_MANY_HANDS', 'Too many commands: try again in a second.');
    }
    const parsed = commandSchema.safeParse(await readJson(context.req));
    if (!parsed.success) {
      throw new Refusal(400, 'COMMAND_INVALID', z.prettifyError(parsed.error));
    }
    await options.obey(parsed.data);
    context.status = 204;
  }

  const server = createServer(
    {
      ...{ maxHeaderSize: 8192, requestTimeout: 10_000, headersTimeout: 4000 },
      connectionsCheckingInterval: 1000,
    },
    app.callback(),
  );
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  return {
    ...{ address: `http://127.0.0.1:${port}/${secret}/`, port },
    watchers: () => watching,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @throws LabError LIVE_PORT_TAKEN */
function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program listens there' : cause.message;
      reject(
        new LabError('LIVE_PORT_TAKEN', `The page cannot be served at port ${port}: ${why}.`, {
          ...{ cause, exitCode: 2 },
        }),
      );
    });
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
}

/** An answer that is no page. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

function refuse(context: Koa.Context, error: unknown): void {
  const { status, code, message } =
    error instanceof Refusal
      ? error
      : error instanceof LabError
        ? { status: 409, code: error.code, message: error.message }
        : { status: 500, code: 'UNEXPECTED', message: (error as Error).message };
  context.status = status;
  context.type = 'application/problem+json';
  context.body = JSON.stringify({ status, code, detail: message });
  // A body that nobody reads must not be taken for the next request.
  if (!context.req.complete) context.set('Connection', 'close');
}

async function readJson(request: AsyncIterable<Buffer>): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > MOST_BODY_BYTES) throw new Refusal(413, 'BODY_TOO_LARGE', 'A command is short.');
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new Refusal(400, 'COMMAND_INVALID', 'The command is no JSON.');
  }
}

/** Tokens that come back with time. */
function openBucket(most: number, perSecond: number): { take(): boolean } {
  let tokens = most;
  let lastMs = performance.now();
  return {
    take() {
      const nowMs = performance.now();
      tokens = Math.min(most, tokens + ((nowMs - lastMs) / 1000) * perSecond);
      lastMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** In the same time for every guess. */
function isSame(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
