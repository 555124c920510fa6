/**
 * A way between the service and its stores that takes time, as a network of its own would. A process of the lab
 * holds every piece of a connection back for so long, each way; nothing of the system has to allow it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LabError } from '../model/errors.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import { median } from '../statistics/quantile.js';

/** What its process is told. */
export interface ProxyOrder {
  delayMs: number;
  targets: { host: string; port: number }[];
}

/** What it may be told later. */
export type ProxyChange =
  | Pick<ProxyOrder, 'delayMs'>
  /** The address of one target leads elsewhere; it is told when the connections to the one before are cut. */
  | { place: number; target: ProxyOrder['targets'][number] };

/** What its process says when it listens. */
export interface ProxyReady {
  /** In the order of the targets. */
  ports: number[];
}

/** What its process says when an address leads elsewhere. */
export interface ProxyLed {
  led: number;
}

export interface DelayingProxy {
  pid: number;
  /** The given URLs, leading through it. */
  urls: string[];
  /** Of what comes from now on. */
  setDelay(eachWayMs: number): void;
  /**
   * From now on the address in that place leads to the server of this URL. Resolves when all connections to the one
   * before are cut.
   *
   * @throws LabError LATENCY_FAILED when the proxy is gone
   */
  lead(place: number, url: string): Promise<void>;
  stop(): Promise<void>;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'redis:': 6379,
  'postgres:': 5432,
  'postgresql:': 5432,
  'mysql:': 3306,
  'mariadb:': 3306,
};
const START_PATIENCE_MS = 20_000;

/**
 * @param urls of servers that are spoken to over TCP
 * @param delayMs each way
 * @throws LabError LATENCY_UNAVAILABLE for a URL that cannot lead through it, LATENCY_FAILED when it does not start
 */
export async function startDelayingProxy(
  urls: readonly string[],
  delayMs: number,
  guardian: Guardian,
): Promise<DelayingProxy> {
  const order: ProxyOrder = { delayMs, targets: urls.map(targetOf) };
  const entry = fileURLToPath(new URL('./delaying-proxy-process.js', import.meta.url));
  const child = fork(entry, [JSON.stringify(order)], {
    detached: true,
    env: { ...process.env, ...guardian.environment },
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) throw failed('it could not be started');
  guardian.watchProcess(pid);
  child.once('exit', () => guardian.forgetProcess(pid));
  const stop = () => stopChild(child);
  try {
    const { ports } = await ready(child);
    return {
      pid,
      urls: urls.map((url, index) => through(url, ports[index] as number)),
      setDelay: (eachWayMs) => child.send({ delayMs: eachWayMs } satisfies ProxyChange),
      lead: (place, url) => lead(child, place, url),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function targetOf(url: string): ProxyOrder['targets'][number] {
  const { protocol, hostname, port } = new URL(url);
  const known = DEFAULT_PORTS[protocol];
  if (known === undefined || hostname === '') {
    throw new LabError(
      'LATENCY_UNAVAILABLE',
      `A store at ${protocol}//… cannot be reached through the lab's proxy: it passes plain TCP on, and a certificate is of one name. Leave --store-latency out, or use a store without TLS.`,
    );
  }
  // Node wants the address of IPv6 without its brackets.
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? known : Number(port) };
}

function through(url: string, port: number): string {
  const lead = new URL(url);
  lead.hostname = '127.0.0.1';
  lead.port = String(port);
  return lead.href;
}

async function ready(child: ChildProcess): Promise<ProxyReady> {
  try {
    return await nextMessage<ProxyReady>(child, (how) => failed(`it ended with ${how}`));
  } catch (error) {
    throw error instanceof LabError ? error : failed('it did not say that it listens');
  }
}

async function lead(child: ChildProcess, place: number, url: string): Promise<void> {
  const target = targetOf(url);
  const gone = () =>
    new LabError(
      'LATENCY_FAILED',
      "The lab's proxy before the stores is gone, so their address cannot move. Start again.",
    );
  if (!child.connected) throw gone();
  const done = nextMessage(child, gone);
  child.send({ place, target } satisfies ProxyChange);
  await done;
}

/** What the child says next. Throws what `gone` says of its end, and an AbortError when it says nothing in time. */
async function nextMessage<Message>(
  child: ChildProcess,
  gone: (how: string) => LabError,
): Promise<Message> {
  const settled = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(START_PATIENCE_MS), settled.signal]);
  const said = once(child, 'message', { signal }) as Promise<[Message]>;
  const ended = once(child, 'exit', { signal }).then(([code, by]) => {
    throw gone(by ?? `code ${code}`);
  });
  // The one that comes second rejects when nobody listens any more.
  ended.catch(() => {});
  said.catch(() => {});
  try {
    const [message] = await Promise.race([said, ended]);
    return message;
  } finally {
    // Else each message would leave a listener behind.
    settled.abort();
  }
}

function failed(why: string): LabError {
  return new LabError('LATENCY_FAILED', `The lab's proxy before the stores did not start: ${why}.`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const ROUND_TRIPS = 40;
const PATIENCE_MS = 5000;

/**
 * The median of many round trips to a Redis, one after the other, in milliseconds. Whatever it answers will do.
 *
 * @throws LabError LATENCY_FAILED where no answer comes
 */
export async function measureRoundTrip(redisUrl: string): Promise<number> {
  const { host, port } = targetOf(redisUrl);
  const socket = connect({ host, port, noDelay: true });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')));
  try {
    await once(socket, 'connect');
    const tripsMs: number[] = [];
    for (let trip = 0; trip < ROUND_TRIPS; trip++) {
      const fromMs = performance.now();
      socket.write('PING\r\n');
      await once(socket, 'data');
      tripsMs.push(performance.now() - fromMs);
    }
    return median(tripsMs);
  } catch (error) {
    throw new LabError(
      'LATENCY_FAILED',
      `Redis did not answer through the lab's proxy: ${(error as Error).message}.`,
      { cause: error },
    );
  } finally {
    socket.destroy();
  }
}
