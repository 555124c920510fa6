import { AppError } from '../../server/errors.js';
import type { EventLoopWatch } from '../../server/event-loop.js';
import type { HeapWatch } from '../../server/heap.js';
import type { Drain } from '../../server/leave-on-signal.js';
import type { RequestCounters } from '../../server/observer.js';
import type { ApiRoute } from '../route.js';

export interface HealthDeps {
  /** Resolves when every store the process needs answers. */
  readonly checkStores: () => Promise<unknown>;
  readonly drain: Drain;
  /** Undefined where there is no GET /counters. */
  readonly counters: RequestCounters | undefined;
  readonly eventLoop?: EventLoopWatch | undefined;
  readonly heap?: HeapWatch | undefined;
}

/** What machines ask: alive, ready, how many. All three servers answer it. */
export const healthRoutes: readonly ApiRoute<HealthDeps, unknown>[] = [
  {
    method: 'get',
    path: '/livez',
    access: 'anyone',
    mayKeep: 'nobody',
    askedBy: 'machines',
    operation: {
      id: 'isAlive',
      tag: 'health',
      summary: 'Whether the process runs',
      answers: [{ status: 200, description: 'It does.', schema: 'Alive' }],
    },
    handle: (ctx) => {
      ctx.body = { status: 'alive' };
    },
  },
  {
    method: 'get',
    path: '/readyz',
    access: 'anyone',
    mayKeep: 'nobody',
    askedBy: 'machines',
    operation: {
      id: 'isReady',
      tag: 'health',
      summary: 'Whether every store that this instance needs answers',
      answers: [{ status: 200, description: 'They do.', schema: 'Ready' }],
      problems: ['shutting_down'],
      uses: ['database', 'strategy'],
    },
    handle: async (ctx, { drain, checkStores }) => {
      if (drain.leaving) {
        throw new AppError('shutting_down', { headers: { 'Retry-After': '1' } });
      }
      await checkStores();
      ctx.body = { status: 'ready' };
    },
  },
  {
    method: 'get',
    path: '/counters',
    partOf: 'counters',
    access: 'anyone',
    mayKeep: 'nobody',
    askedBy: 'machines',
    operation: {
      id: 'readCounters',
      tag: 'health',
      summary:
        'How many requests were answered, by status, how late the event loop was, and what the garbage collector did',
      answers: [{ status: 200, description: 'Counts since the start.', schema: 'Counters' }],
    },
    handle: (ctx, { counters, eventLoop, heap }) => {
      ctx.body = { requests: counters, eventLoop: eventLoop?.read(), heap: heap?.read() };
    },
  },
];
