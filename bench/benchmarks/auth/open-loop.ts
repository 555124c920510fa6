/**
 * Requests at planned moments, whether or not earlier ones were answered: users do not wait for each
 * other. autocannon's rate mode cannot do this (docs/method.md), so this is a sender of our own.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface Sample {
  /** Milliseconds after the planned moment at which the request left: the sender's own fault. */
  lateMs: number;
  /** From leaving to the last byte of the answer. */
  latencyMs: number;
  status: number;
}

export interface OpenLoopOptions {
  ratePerSecond: number;
  seconds: number;
  /** Sends request number `index` and resolves with the status once the whole answer is there. */
  send: (index: number) => Promise<number>;
}

/** Resolves when every answer is there, in the order of sending. */
export async function runOpenLoop(options: OpenLoopOptions): Promise<Sample[]> {
  const { ratePerSecond, seconds, send } = options;
  const startMs = performance.now();
  const running: Promise<Sample>[] = [];
  for (let index = 0; index < ratePerSecond * seconds; index++) {
    const plannedMs = startMs + (index * 1000) / ratePerSecond;
    const waitMs = plannedMs - performance.now();
    if (waitMs > 0) await delay(waitMs);
    running.push(sample(send, index, plannedMs));
  }
  return Promise.all(running);
}

async function sample(
  send: OpenLoopOptions['send'],
  index: number,
  plannedMs: number,
): Promise<Sample> {
  const sentMs = performance.now();
  const status = await send(index);
  return { lateMs: sentMs - plannedMs, latencyMs: performance.now() - sentMs, status };
}
