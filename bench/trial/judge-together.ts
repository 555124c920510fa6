import { paceOfOthers } from '../measure/pace.js';
import { type Evidence, judge } from '../measure/validity.js';
import type { Trial } from '../model/result-schema.js';

/** What was seen of one variant, to be judged; or the trial itself where nothing can be judged. */
export type Conclusion = { evidence: Evidence } | { failed: Trial };

export interface JudgedTrial {
  trial: Trial;
  /** Requests that failed or were answered as the workload does not expect. */
  failedRequests: number;
}

/** Judges each trial of a block by what the others saw at the same time. Pure. */
export function judgeTogether(conclusions: readonly Conclusion[]): JudgedTrial[] {
  const paces = paceOfOthers(
    conclusions.map((each) => ('evidence' in each ? windowsOf(each.evidence.trial) : [])),
  );
  return conclusions.map((each, index) =>
    'evidence' in each
      ? {
          trial: judge({ ...each.evidence, pace: paces[index] ?? null }),
          failedRequests: failedIn(each.evidence),
        }
      : { trial: each.failed, failedRequests: 0 },
  );
}

function failedIn({ trial, unexpectedStatuses }: Evidence): number {
  return Object.values(unexpectedStatuses).reduce((sum, times) => sum + times, trial.errors);
}

/** Throughput of each window, from its slices. */
function windowsOf({ windowsRps, windows = 1 }: Pick<Trial, 'windowsRps' | 'windows'>): number[] {
  const perWindow = windowsRps.length / windows;
  return Array.from({ length: windows }, (_, window) => {
    const slices = windowsRps.slice(window * perWindow, (window + 1) * perWindow);
    return slices.reduce((sum, rps) => sum + rps, 0) / perWindow;
  });
}
