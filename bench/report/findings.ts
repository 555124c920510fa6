/**
 * The result in plain words. Every sentence is built from the data; none assumes who wins.
 */
import type { Result } from '../model/result-schema.js';
import { comparisonFindings } from './findings/comparisons.js';
import { controlFindings } from './findings/control.js';
import type { Finding } from './findings/finding.js';
import { inShortFindings } from './findings/in-short.js';
import { limitFindings } from './findings/limits.js';
import { lostSessionFindings } from './findings/lost-sessions.js';
import { noiseFindings } from './findings/noise.js';
import { scalingFindings } from './findings/scaling.js';
import { singleStrategyFindings } from './findings/single-strategy.js';
import { stateFindings } from './findings/state.js';
import { targetFindings } from './findings/targets.js';
import { type ReportView, viewOf } from './view.js';

/** For who has no view yet: the reports make one for all of their sections, tests have a result. */
export function findingsOf(result: Result): Finding[] {
  return findingsOfView(viewOf(result));
}

export function findingsOfView(view: ReportView): Finding[] {
  return [
    ...stateFindings(view),
    ...targetFindings(view),
    ...lostSessionFindings(view),
    ...inShortFindings(view),
    ...singleStrategyFindings(view),
    ...comparisonFindings(view),
    ...controlFindings(view),
    ...noiseFindings(view),
    ...limitFindings(view),
    ...scalingFindings(view),
  ];
}
