/** What can be drilled, as data: a fault, how long it lasts, and how long we look. */
import type { FaultName } from '../../stage/faults/registry.js';

/** What the stage of a drill has beside the usual. */
export type StageKind = 'plain' | 'short-tokens' | 'instrumented' | 'behind-nginx';

export interface Drill {
  /** What it asks, for a person. */
  question: string;
  fault: FaultName;
  stage: StageKind;
  /** From the fault to the undo; where nothing can be undone, how long we look at the least. */
  heldSeconds: number;
  /** After the undo, at most: shorter where all is well again. */
  watchSeconds: number;
  /** Every instance is asked so often with the credential of who logs out; not unless told. */
  doorsEveryMs?: number;
}

const PLAIN = { stage: 'plain', heldSeconds: 2, watchSeconds: 4 } as const;
/** Long enough for a token of the stage to end. */
const UNTIL_TOKENS_END = { stage: 'short-tokens', heldSeconds: 6, watchSeconds: 1.5 } as const;

/** Long enough for a replica to take over. */
const TAKEN_OVER = { stage: 'plain', heldSeconds: 6, watchSeconds: 4 } as const;

/** By name. */
export const DRILLS = {
  'instance-kill': {
    ...PLAIN,
    question: 'An instance dies: who notices, and what is lost?',
    fault: 'instance-kill',
  },
  'instance-freeze': {
    ...PLAIN,
    question: 'An instance stands still and keeps its connections: how long do clients wait?',
    fault: 'instance-freeze',
  },
  'instance-restart': {
    ...PLAIN,
    question: 'An instance is deployed anew: is anybody logged out?',
    fault: 'instance-restart',
    heldSeconds: 1,
  },
  'redis-kill': {
    ...PLAIN,
    question: 'Redis is away for two seconds and comes back empty: who still gets in?',
    fault: 'redis-kill',
  },
  'redis-restart': {
    ...PLAIN,
    question: 'Redis restarts without its data: who is logged out?',
    fault: 'redis-restart',
    heldSeconds: 1,
  },
  'logout-then-redis-loss': {
    ...PLAIN,
    question: 'A user logs out, then Redis loses its data: does the ended login come back?',
    fault: 'logout-then-redis-loss',
    heldSeconds: 1,
  },
  'logout-thousand': {
    ...PLAIN,
    question: 'A thousand people log out: do those who stay notice, and is each of them refused?',
    fault: 'logout-thousand',
    heldSeconds: 6,
    watchSeconds: 2,
  },
  'redis-freeze': {
    ...PLAIN,
    question: 'Redis stands still: do requests hang, fail, or go on?',
    fault: 'redis-freeze',
  },
  'redis-flush': {
    ...PLAIN,
    question: 'Somebody runs FLUSHALL: who is logged out?',
    fault: 'redis-flush',
    heldSeconds: 1,
  },
  'redis-full': {
    ...PLAIN,
    question: 'Redis refuses to take more: who still gets in?',
    fault: 'redis-full',
    heldSeconds: 4,
  },
  'stores-slow': {
    ...PLAIN,
    stage: 'instrumented',
    question: 'The way to Redis and PostgreSQL takes 100 ms longer each way: who waits?',
    fault: 'stores-slow',
  },
  'postgres-kill': {
    ...PLAIN,
    question:
      'PostgreSQL is away for two seconds: who still gets in, and is an acknowledged write lost?',
    fault: 'postgres-kill',
  },
  'postgres-freeze': {
    ...PLAIN,
    question: 'PostgreSQL stands still: do requests that do not need it go on?',
    fault: 'postgres-freeze',
  },
  'nginx-reload': {
    ...PLAIN,
    stage: 'behind-nginx',
    question: 'nginx reads its configuration anew: is a request or a login lost?',
    fault: 'nginx-reload',
    heldSeconds: 1,
  },
  'key-rotation': {
    ...PLAIN,
    question: 'The signing key is replaced in order: does anybody notice?',
    fault: 'key-rotation',
    heldSeconds: 1,
  },
  'key-withdrawal': {
    ...PLAIN,
    question: 'The signing key has leaked and is withdrawn: how long are its tokens still taken?',
    fault: 'key-withdrawal',
    heldSeconds: 6,
    watchSeconds: 2,
  },
  'clock-ahead': {
    ...PLAIN,
    stage: 'instrumented',
    question: 'The clock of one instance is 10 minutes fast: who is logged out there?',
    fault: 'clock-ahead',
  },
  'clock-behind': {
    ...PLAIN,
    stage: 'instrumented',
    question: 'The clock of one instance is 10 minutes slow: who is refused there?',
    fault: 'clock-behind',
  },
  'logout-one': {
    ...UNTIL_TOKENS_END,
    question:
      'A user logs out: how long does a stolen copy of the credential still work, and where?',
    fault: 'logout-one',
    doorsEveryMs: 10,
  },
  'password-change': {
    ...UNTIL_TOKENS_END,
    question: 'A user changes a stolen password: how long does the thief stay in?',
    fault: 'password-change',
  },
  'login-herd': {
    ...PLAIN,
    question: 'A dozen people log in at the same moment: do those who are in notice?',
    fault: 'login-herd',
    heldSeconds: 1,
  },
  'primary-kill': {
    ...TAKEN_OVER,
    question:
      'A Redis that takes writes dies: how long until its replica answers, and who is logged out?',
    fault: 'primary-kill',
  },
  'primary-freeze': {
    ...TAKEN_OVER,
    question:
      'A Redis that takes writes stands still: do requests hang until its replica takes over?',
    fault: 'primary-freeze',
  },
  'primary-restart': {
    ...TAKEN_OVER,
    question: 'A Redis without a disk restarts at once: do its logins come back from its replica?',
    fault: 'primary-restart',
    heldSeconds: 2,
  },
  reshard: {
    ...TAKEN_OVER,
    question: 'Slots move from one Redis to another under load: is a login lost on the way?',
    fault: 'reshard',
    heldSeconds: 2,
  },
  'quorum-loss': {
    ...TAKEN_OVER,
    question: 'Too many servers are away for the others to choose a new one: who still gets in?',
    fault: 'quorum-loss',
    heldSeconds: 4,
  },
  'stale-replica': {
    ...TAKEN_OVER,
    question: 'A replica takes over that missed the last writes: do ended logins come back?',
    fault: 'stale-replica',
  },
  'database-failover': {
    ...TAKEN_OVER,
    question:
      'A PostgreSQL that takes writes dies, and its replica is promoted: is a refresh token lost?',
    fault: 'database-failover',
    heldSeconds: 4,
  },
  'database-stale-failover': {
    ...TAKEN_OVER,
    question:
      'A replica of PostgreSQL is promoted that missed the last writes: what becomes of refresh tokens?',
    fault: 'database-stale-failover',
    heldSeconds: 4,
  },
} as const satisfies Readonly<Record<string, Drill>>;

export type DrillName = keyof typeof DRILLS;
export const DRILL_NAMES = Object.keys(DRILLS) as DrillName[];
