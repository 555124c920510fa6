/**
 * Ready-made plans. Each is a question with its price in time: does it work, what is the answer,
 * and how sure can one be.
 */
import { cpus } from 'node:os';

export interface Profile {
  summary: string;
  workloads: string[];
  instances: number[];
  rounds: number;
  seconds: number;
  /** At least; it goes on until every instance is warm. */
  warmUpSeconds: number;
}

export const PROFILE_NAMES = ['smoke', 'quick', 'full'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

export const PROFILES: Record<ProfileName, Profile> = {
  smoke: {
    summary: 'under half a minute: does everything work? One round, so no verdicts',
    workloads: ['me'],
    instances: [1],
    rounds: 1,
    seconds: 2,
    warmUpSeconds: 0.8,
  },
  quick: {
    summary: 'about three minutes: 3 rounds of me and crud on 1 and 2 instances',
    workloads: ['me', 'crud'],
    instances: [1, 2],
    rounds: 3,
    seconds: 1.5,
    warmUpSeconds: 0.6,
  },
  full: {
    summary: 'me, read, crud and login, 1, 2, 4 … instances up to the cores, 10 rounds',
    // What compares ways to log in. Other workloads show what HTTP does, and are asked for by name.
    workloads: ['me', 'read', 'crud', 'login'],
    instances: powersOfTwoUpTo(cpus().length),
    rounds: 10,
    seconds: 5,
    warmUpSeconds: 1.5,
  },
};

/** 1, 2, 4 … and the number of cores itself: 1, 2, 4, 6 on six cores. */
function powersOfTwoUpTo(cores: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < cores; count *= 2) counts.push(count);
  return [...counts, Math.max(1, cores)];
}
