/** Reports of open-loop senders -> their part of a trial. Pure. */

import type { Trial } from '../../model/result-schema.js';
import { mergeHistograms } from '../../statistics/latency-histogram.js';
import type { OpenLoopReport, WorkerReport } from '../messages.js';

/**
 * @param windows of equal length, one after the other, that the reports come from
 * @returns nothing for a closed loop
 */
export function openLoopPart(
  reports: readonly WorkerReport[],
  windows: number,
): Pick<Trial, 'openLoop'> {
  const parts = reports.flatMap(({ openLoop }) => (openLoop ? [openLoop] : []));
  const [first] = parts;
  if (!first) return {};
  const sum = (of: (part: OpenLoopReport) => number) =>
    parts.reduce((total, part) => total + of(part), 0);
  return {
    openLoop: {
      arrivals: first.offered.arrivals,
      // Every sender is told the rate of all together.
      offeredRps: first.offered.rateRps,
      planned: sum(({ planned }) => planned),
      sent: sum(({ sent }) => sent),
      late: sum(({ late }) => late),
      lateAfterMs: first.lateAfterMs,
      latestMs: mergeHistograms(parts.map(({ lateness }) => lateness)).maxValue / 1000,
      inFlightAtEnd: sum(({ inFlightAtEnd }) => inFlightAtEnd),
      meanInSystem: sum(({ meanInSystem }) => meanInSystem) / windows,
      meanInSystemByLatency: sum(({ meanInSystemByLatency }) => meanInSystemByLatency) / windows,
    },
  };
}
