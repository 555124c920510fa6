import type { Verdict } from '../../model/result-schema.js';

/**
 * - state: the run is partial, has one round, has no valid trial …
 * - short: the answer in a line for each metric
 * - comparison: one scenario and one metric
 * - control: what authentication costs over the control without it
 * - noise: a strategy against itself
 * - limit: what limited the runs, and what that does to the reading
 * - scaling: where more instances stop helping, and how well that was predicted
 */
export type Topic = 'state' | 'short' | 'comparison' | 'control' | 'noise' | 'limit' | 'scaling';

/** With more pairs than these, all are told in one sentence: one for each would be a page. */
export const MOST_PAIRS_IN_WORDS = 3;

export interface Finding {
  topic: Topic;
  workload: string | null;
  instances: number | null;
  metric: string | null;
  verdict: Verdict | null;
  /** A caution must be seen; anything else may be read. */
  caution: boolean;
  /** Sentences. Names of workloads stand in backticks; there is no other markup. */
  text: string;
}

/** A finding about the whole run, unless `about` says otherwise. */
export function finding(topic: Topic, text: string, about: Partial<Finding> = {}): Finding {
  return {
    topic,
    workload: null,
    instances: null,
    metric: null,
    verdict: null,
    caution: false,
    ...about,
    text,
  };
}
