/**
 * A crowd: users who each hold a connection of their own and now and then ask for something, each by a plan that no answer
 * changes. Bare sockets, one timer for all, and one buffer: a user costs this process some kilobytes.
 */
import { connect, type Socket } from 'node:net';
import { type Random, seededRandom } from '../../model/random.js';
import {
  createLatencyHistogram,
  encodeHistogram,
  LONGEST_MICROSECONDS,
} from '../../statistics/latency-histogram.js';
import { increment } from '../closed-loop/recorder.js';
import { createFifo } from '../open-loop/fifo.js';
import type {
  AskCall,
  AskReport,
  ComeBackCall,
  ConnectCall,
  ConnectReport,
  CrowdOrder,
  CrowdUser,
} from './messages.js';
import { type ReadAnswer, readAnswer, UnreadableAnswer } from './read-answer.js';
import { createTimerWheel } from './timer-wheel.js';

const PATIENCE_MS = 10_000;
const CONNECT_PATIENCE_MS = 20_000;
const TICK_MS = 2;
const LOOK_EVERY_MS = 250;
const LATE_AFTER_MS = 20;
/** A server takes a few connections in each turn of its loop; more would stand in its queue, which is short. */
const CONNECTING_AT_ONCE = 128;
/** Where as many as may are connecting, the next one waits so long. */
const POSTPONED_MS = 20;
const PATH = '/me';

interface Member {
  readonly user: CrowdUser;
  readonly number: number;
  socket: Socket | null;
  isConnected: boolean;
  /** Bytes of an answer that is not whole yet. */
  partial: Buffer | null;
  /** Since when an answer is waited for, by the plan; 0: none is. */
  plannedMs: number;
  isLogin: boolean;
}

export interface Crowd {
  addUsers(users: readonly CrowdUser[]): void;
  /** Each connects for a first request, and goes on asking until all are there. */
  connectAll(call: Omit<ConnectCall, 'call'>): Promise<ConnectReport>;
  ask(call: Omit<AskCall, 'call'>): Promise<AskReport>;
  comeBack(call: Omit<ComeBackCall, 'call'>): Promise<AskReport>;
  connected(): number;
  close(): void;
}

export function createCrowd(order: CrowdOrder, nowMs: () => number): Crowd {
  const { origins, first, usersOfAddress, password } = order;
  const targets = origins.map((origin) => {
    const { hostname, port, host } = new URL(origin);
    return { host: hostname, port: Number(port), line: `Host: ${host}\r\n` };
  });
  const random: Random = seededRandom(order.seed + first);
  const members: Member[] = [];
  const byNumber = (number: number) => members[number] as Member;
  const memberOf = new WeakMap<Socket, Member>();
  let addresses = order.addresses;
  let phase = beginPhase();
  let connecting = 0;
  /** Who come back, and wait for their turn. */
  let queue = createFifo<Member>();
  /** Who has asked at all. */
  const asked = new Set<number>();

  const targetOf = ({ number }: Member) => targets[(first + number) % targets.length] as Target;

  function open(member: Member): void {
    const { host, port } = targetOf(member);
    const localAddress = addresses[Math.floor(member.number / usersOfAddress)];
    connecting += 1;
    const socket: Socket = connect({
      ...{ host, port, noDelay: true },
      ...(localAddress !== undefined && { localAddress }),
      onread: { buffer: SHARED, callback: (bytes) => receive(member, socket, bytes) },
    });
    member.socket = socket;
    memberOf.set(socket, member);
    socket.setTimeout(CONNECT_PATIENCE_MS, onTimeout);
    socket.once('connect', onConnect).on('error', onError).once('close', onClose);
  }

  // One function each for all sockets: a closure for each would be most of what a user costs.
  function onTimeout(this: Socket): void {
    this.destroy(new Error('connecting took longer than 20 s'));
  }

  function onConnect(this: Socket): void {
    this.setTimeout(0);
    this.off('timeout', onTimeout);
    const member = memberOf.get(this);
    if (!member || member.socket !== this) return;
    connecting -= 1;
    member.isConnected = true;
    if (member.plannedMs > 0) send(member);
    openNext();
  }

  function onError(this: Socket, error: NodeJS.ErrnoException): void {
    const member = memberOf.get(this);
    if (!member || member.socket !== this) return;
    lose(member, error.code === 'ECONNREFUSED' ? 'refused' : 'closed', error);
  }

  function onClose(this: Socket): void {
    const member = memberOf.get(this);
    if (!member || member.socket !== this) return;
    lose(member, 'closed', new Error('the server closed the connection'));
  }

  /** Its connection is gone, and an answer that was waited for does not come. */
  function lose(member: Member, what: string, error: Error): void {
    const { socket, isConnected } = member;
    member.socket = null;
    member.isConnected = false;
    member.partial = null;
    socket?.destroy();
    if (!isConnected) {
      connecting -= 1;
      openNext();
    }
    if (member.plannedMs > 0) fail(member, what, error);
  }

  /** Hangs up, and nobody hears of it. */
  function leave(member: Member): void {
    const { socket } = member;
    if (socket && !member.isConnected) connecting -= 1;
    member.socket = null;
    member.isConnected = false;
    member.partial = null;
    member.plannedMs = 0;
    socket?.destroy();
  }

  function fail(member: Member, what: string, error: Error): void {
    member.plannedMs = 0;
    member.isLogin = false;
    increment(phase.failures, what);
    phase.firstFailure ??= error.message;
    phase.settled += 1;
  }

  function openNext(): void {
    while (connecting < CONNECTING_AT_ONCE) {
      const next = queue.shift();
      if (!next) return;
      if (!next.socket) open(next);
    }
  }

  function send(member: Member): void {
    const target = targetOf(member);
    const { user, isLogin, socket } = member;
    if (isLogin) {
      const body = JSON.stringify({ email: user.email, password });
      socket?.write(
        `POST /auth/login HTTP/1.1\r\n${target.line}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        'latin1',
      );
    } else {
      socket?.write(`GET ${PATH} HTTP/1.1\r\n${target.line}${user.headers}\r\n`, 'latin1');
    }
  }

  function receive(member: Member, socket: Socket, length: number): boolean {
    if (member.socket !== socket) return true;
    const chunk = SHARED.subarray(0, length);
    const bytes = member.partial === null ? chunk : Buffer.concat([member.partial, chunk]);
    try {
      if (member.plannedMs === 0) throw new UnreadableAnswer('bytes that nobody asked for');
      const answer = readAnswer(bytes);
      // The buffer is shared: what is kept must be a copy.
      member.partial = answer ? null : Buffer.from(bytes);
      if (answer) settle(member, answer);
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      lose(member, 'unreadable', error);
    }
    return true;
  }

  function settle(member: Member, { status, closes }: ReadAnswer): void {
    const tookMs = nowMs() - member.plannedMs;
    const histogram = member.isLogin ? phase.loginLatency : phase.latency;
    histogram.recordValue(Math.min(LONGEST_MICROSECONDS, Math.max(1, Math.round(tookMs * 1000))));
    if (member.isLogin) phase.logins += 1;
    increment(phase.statuses, String(status));
    phase.answered += 1;
    phase.settled += 1;
    member.plannedMs = 0;
    member.isLogin = false;
    if (closes) lose(member, 'closed', new Error('the server closed the connection'));
  }

  /** The moment of a user has come. */
  function ask(member: Member, plannedMs: number): void {
    phase.planned += 1;
    if (member.plannedMs > 0) {
      // Its patience is shorter than the time between two requests, so this is a wave that meets another request.
      increment(phase.failures, 'busy');
      phase.settled += 1;
      return;
    }
    if (nowMs() - plannedMs > LATE_AFTER_MS) phase.late += 1;
    member.plannedMs = plannedMs;
    if (member.isConnected) send(member);
    else if (!member.socket) {
      if (!phase.isWave) phase.reconnects += 1;
      queue.push(member);
      openNext();
    }
  }

  function giveUp(): void {
    const limitMs = nowMs() - PATIENCE_MS;
    for (const member of members) {
      if (member.plannedMs > 0 && member.plannedMs < limitMs) {
        const error = new Error('no answer within 10 s');
        // One that waits for its turn to connect has no connection to lose.
        if (member.socket) lose(member, 'timeout', error);
        else fail(member, 'timeout', error);
      }
    }
  }

  /** Turns the wheel until it is over, and waits for what is under way. */
  function run(
    wheel: ReturnType<typeof createTimerWheel>,
    isOver: () => boolean,
    take: Take,
  ): Promise<AskReport> {
    return new Promise((resolve) => {
      let lookedMs = nowMs();
      const tick = setInterval(() => {
        const now = nowMs();
        wheel.due(now, take);
        if (now - lookedMs > LOOK_EVERY_MS) {
          lookedMs = now;
          giveUp();
        }
        if (isOver() && phase.settled >= phase.planned) {
          clearInterval(tick);
          resolve(reportOf(phase));
        }
      }, TICK_MS);
    });
  }

  const countConnected = () => members.filter(({ isConnected }) => isConnected).length;
  const gapIn =
    ([least, most]: readonly [number, number]) =>
    () =>
      least + random() * (most - least);

  return {
    addUsers(users) {
      for (const user of users) {
        members.push({
          ...{ user, number: members.length, socket: null, isConnected: false },
          ...{ partial: null, plannedMs: 0, isLogin: false },
        });
      }
    },
    async connectAll({ fromMs, perSecond, gapMs, withinMs }) {
      phase = beginPhase();
      phase.isWave = true;
      const wheel = createTimerWheel(members.length, fromMs);
      const lastMs = fromMs + (members.length / perSecond) * 1000;
      for (const { number } of members) wheel.set(number, fromMs + (number / perSecond) * 1000);
      let notYet = members.length;
      const isOver = () => nowMs() >= (notYet === 0 ? lastMs : fromMs + withinMs);
      const gap = gapIn(gapMs);
      const report = await run(
        wheel,
        isOver,
        // Who is there goes on asking: a server closes connections on which nothing comes. Not longer than until the last has tried:
        // where answers take long, somebody would wait for one at any moment, and this would never end.
        (number, atMs) => {
          if (isOver()) return;
          const member = byNumber(number);
          const isFirst = !asked.has(number);
          if (isFirst && connecting >= CONNECTING_AT_ONCE) {
            wheel.set(number, nowMs() + POSTPONED_MS);
            return;
          }
          if (isFirst) {
            asked.add(number);
            notYet -= 1;
          }
          ask(member, isFirst ? nowMs() : atMs);
          wheel.set(number, Math.max(atMs, nowMs()) + gap());
        },
      );
      return {
        connected: countConnected(),
        failed: Object.values(report.failures).reduce((sum, count) => sum + count, notYet),
        firstError:
          report.firstFailure ?? (notYet > 0 ? 'others took so long that it had no turn' : null),
        seconds: (nowMs() - fromMs) / 1000,
      };
    },
    ask({ fromMs, toMs, gapMs, logins }) {
      phase = beginPhase();
      const wheel = createTimerWheel(members.length, fromMs);
      const gap = gapIn(gapMs);
      const meanMs = (gapMs[0] + gapMs[1]) / 2;
      // In the middle of their rounds, as a crowd that has been there for long.
      for (const { number } of members) wheel.set(number, fromMs + random() * meanMs);
      let loginsLeft = logins;
      const everyLoginMs = (toMs - fromMs) / Math.max(1, logins);
      return run(
        wheel,
        () => nowMs() >= toMs,
        (number, atMs) => {
          const member = byNumber(number);
          if (atMs >= toMs) return;
          const isDue = logins - loginsLeft < (atMs - fromMs) / everyLoginMs;
          if (loginsLeft > 0 && isDue && member.plannedMs === 0) {
            loginsLeft -= 1;
            member.isLogin = true;
          }
          ask(member, atMs);
          wheel.set(number, atMs + gap());
        },
      );
    },
    comeBack({ fromMs, withinMs, addresses: others }) {
      phase = beginPhase();
      phase.isWave = true;
      for (const member of members) leave(member);
      addresses = others;
      const wheel = createTimerWheel(members.length, fromMs);
      for (const { number } of members) wheel.set(number, fromMs + random() * withinMs);
      return run(
        wheel,
        () => nowMs() >= fromMs + withinMs,
        (number, atMs) => ask(byNumber(number), atMs),
      );
    },
    connected: countConnected,
    close() {
      queue = createFifo();
      for (const member of members) leave(member);
    },
  };
}

type Target = { host: string; port: number; line: string };
type Take = (user: number, atMs: number) => void;

/** Of all sockets: each chunk is read before the next one comes. */
const SHARED = Buffer.allocUnsafeSlow(65_536);

function beginPhase() {
  return {
    ...{ planned: 0, answered: 0, settled: 0, logins: 0, reconnects: 0, late: 0 },
    ...{ isWave: false, firstFailure: null as string | null },
    statuses: new Map<string, number>(),
    failures: new Map<string, number>(),
    latency: createLatencyHistogram(),
    loginLatency: createLatencyHistogram(),
  };
}

function reportOf(phase: ReturnType<typeof beginPhase>): AskReport {
  const { planned, answered, logins, reconnects, late, firstFailure } = phase;
  const { statuses, failures, latency, loginLatency } = phase;
  return {
    ...{ planned, answered, logins, reconnects, late, firstFailure },
    statuses: Object.fromEntries(statuses),
    failures: Object.fromEntries(failures),
    latency: encodeHistogram(latency),
    loginLatency: encodeHistogram(loginLatency),
  };
}
