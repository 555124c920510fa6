import { clockAhead } from './clock-ahead.js';
import { clockBehind } from './clock-behind.js';
import { databaseFailover } from './database-failover.js';
import { databaseStaleFailover } from './database-stale-failover.js';
import type { Fault } from './fault.js';
import { instanceFreeze } from './instance-freeze.js';
import { instanceKill } from './instance-kill.js';
import { instanceRestart } from './instance-restart.js';
import { keyRotation } from './key-rotation.js';
import { keyWithdrawal } from './key-withdrawal.js';
import { loginHerd } from './login-herd.js';
import { logoutAll } from './logout-all.js';
import { logoutHalf } from './logout-half.js';
import { logoutOne } from './logout-one.js';
import { logoutThenRedisLoss } from './logout-then-redis-loss.js';
import { logoutThousand } from './logout-thousand.js';
import { nginxReload } from './nginx-reload.js';
import { passwordChange } from './password-change.js';
import { postgresFreeze } from './postgres-freeze.js';
import { postgresKill } from './postgres-kill.js';
import { primaryFreeze } from './primary-freeze.js';
import { primaryKill } from './primary-kill.js';
import { primaryRestart } from './primary-restart.js';
import { quorumLoss } from './quorum-loss.js';
import { redisFlush } from './redis-flush.js';
import { redisFreeze } from './redis-freeze.js';
import { redisFull } from './redis-full.js';
import { redisKill } from './redis-kill.js';
import { redisRestart } from './redis-restart.js';
import { reshard } from './reshard.js';
import { staleReplica } from './stale-replica.js';
import { storesSlow } from './stores-slow.js';

/** One line a fault. */
export const FAULTS = {
  'instance-kill': instanceKill,
  'instance-freeze': instanceFreeze,
  'instance-restart': instanceRestart,
  'redis-kill': redisKill,
  'redis-freeze': redisFreeze,
  'redis-restart': redisRestart,
  'redis-flush': redisFlush,
  'redis-full': redisFull,
  'stores-slow': storesSlow,
  'postgres-kill': postgresKill,
  'postgres-freeze': postgresFreeze,
  'nginx-reload': nginxReload,
  'key-rotation': keyRotation,
  'key-withdrawal': keyWithdrawal,
  'clock-ahead': clockAhead,
  'clock-behind': clockBehind,
  'logout-one': logoutOne,
  'logout-half': logoutHalf,
  'logout-thousand': logoutThousand,
  'logout-all': logoutAll,
  'logout-then-redis-loss': logoutThenRedisLoss,
  'password-change': passwordChange,
  'login-herd': loginHerd,
  'primary-kill': primaryKill,
  'primary-freeze': primaryFreeze,
  'primary-restart': primaryRestart,
  reshard,
  'quorum-loss': quorumLoss,
  'stale-replica': staleReplica,
  'database-failover': databaseFailover,
  'database-stale-failover': databaseStaleFailover,
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;
const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Those that can be done where each store is one server. */
export const FAULTS_OF_SINGLE_SERVERS = FAULT_NAMES.filter((name) => {
  const { needs } = faultNamed(name);
  return needs !== 'replicas' && needs !== 'cluster' && needs !== 'database-replica';
});

export function faultNamed(name: FaultName): Fault {
  return FAULTS[name];
}
