import { validTrialsOf } from '../../model/condition.js';
import { meanWithInterval } from '../../statistics/statistics.js';
import { type Block, heading, left, paragraph, right, table } from '../../text/blocks.js';
import {
  code,
  formatEstimate,
  formatMean,
  formatShare,
  NO_INTERVAL_BELOW,
} from '../../text/format.js';
import { measuredSummaries, type ReportView } from '../view.js';

/** How long ready work waited in the instances; nothing for results that do not say. */
export function eventLoop(view: ReportView): Block[] {
  const rows = measuredSummaries(view).flatMap((summary) => {
    const loops = validTrialsOf(summary, view.result.trials).flatMap(
      (trial) => trial.eventLoop ?? [],
    );
    if (loops.length === 0) return [];
    const delay = (name: 'p50' | 'p99' | 'max') => {
      const values = loops.flatMap(({ delayMs }) => delayMs?.[name] ?? []);
      return values.length > 0 ? meanWithInterval(values) : null;
    };
    const utilizations = loops.flatMap(({ utilization }) => utilization ?? []);
    const utilization = utilizations.length > 0 ? meanWithInterval(utilizations).mean : null;
    return [
      [
        code(summary.workload),
        summary.variant,
        String(summary.instances),
        formatMean(delay('p50')),
        formatEstimate(delay('p99')),
        formatMean(delay('max')),
        formatShare(utilization),
      ],
    ];
  });
  if (rows.length === 0) return [];
  return [
    heading('Delay of the event loop'),
    paragraph(
      'An instance does one thing at a time. While one request computes, everything else that is ready waits: that wait is the delay of the event loop. Each instance looks at its clock every 5 ms and notes how late it came to it. Under full load a delay of a few milliseconds is many short requests in one turn; a long one is a single piece of work that let nobody else go on.',
    ),
    ...table(
      `Delay of the event loop in milliseconds (mean of the valid rounds, p99 with the 95 % interval), and the share of the time in which the loop worked. ${NO_INTERVAL_BELOW}.`,
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        right('p50'),
        right('p99'),
        right('Longest'),
        right('Loop at work'),
      ],
      rows,
      3,
    ),
  ];
}
