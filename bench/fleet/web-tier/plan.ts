/** What the web tiers of a run have in common: which nginx, how many workers, how it balances. */
import { availableParallelism } from 'node:os';
import { chooseOrdinaryUser } from '../../processes/ordinary-user.js';
import type { UnpackContext } from '../../stores/store.js';
import type { Balance } from './nginx-configuration.js';
import { findNginx, type NginxProgram } from './nginx-program.js';

export interface WebTierPlan {
  program: NginxProgram;
  balance: Balance;
  workers: number;
  /** The most that clients keep open at once. */
  connections: number;
  /** Of one worker, where many clients share several; enough for all of them unless given. */
  perWorker?: number;
  /** Of the cookie of sticky balancing; ROUTE_COOKIE unless given. */
  routeCookie?: string;
}

export type WebTierMeans = Pick<UnpackContext, 'guardian' | 'signal' | 'onMessage'>;

/**
 * @throws LabError NGINX_NOT_FOUND with what to install on this system
 */
export async function planWebTier(
  asked: Pick<WebTierPlan, 'balance' | 'connections'>,
  means: WebTierMeans,
): Promise<WebTierPlan> {
  const user = await chooseOrdinaryUser();
  const program = await findNginx({ ...means, environment: process.env, user });
  return { ...asked, program, workers: workersFor(availableParallelism()) };
}

/**
 * A worker serves as many requests as several instances do, and instances, stores and the load generator
 * want cores as well: one worker for every four.
 */
export function workersFor(cores: number): number {
  return Math.max(1, Math.floor(cores / 4));
}

/** For a report. */
export function describeWebTier({ program, workers }: WebTierPlan) {
  const { name, version, user } = program;
  return { version, startedBy: user ? `${name} as user ${user.name}` : name, workers };
}
