import type { Result } from '../model/result-schema.js';
import type { Tier } from '../model/tiers.js';
import { tiersOfRun } from '../model/tiers-of-run.js';

/**
 * The tiers of a run that serve, in the order in which a request meets them. Those that every run has, and
 * those that a trial had.
 */
export function serversOf(result: Pick<Result, 'config' | 'trials'>): Tier[] {
  return tiersOfRun(result).filter(({ scope }) => scope !== 'lab');
}

/** The tiers of the lab itself, which reports show apart. */
export function labTiersOf(result: Pick<Result, 'config' | 'trials'>): Tier[] {
  return tiersOfRun(result).filter(({ scope }) => scope === 'lab');
}
