/** The highest rate at which users got what they were promised: in words, as a table, and how. */

import type { Objective, Result, Sustained } from '../../model/result-schema.js';
import {
  type Block,
  heading,
  left,
  list,
  notice,
  paragraph,
  right,
  table,
} from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { code, formatInterval, formatNumber, formatShare } from '../../text/format.js';
import type { Finding } from '../findings/finding.js';
import type { ReportView } from '../view.js';
import { workloadTable } from '../workload-table.js';

export function sustained({ result }: ReportView, _findings: Finding[]): Block[] {
  const rates = result.sustained ?? [];
  const [first] = rates;
  if (!first) return [paragraph('No rate was measured.')];
  return [
    paragraph(
      `Users come when they come: requests arrive at random moments (a Poisson process), whether or not earlier ones were answered. The objective is that ${objectiveInWords(first.objective)}. The sustainable rate is the highest at which that held.`,
    ),
    ...workloadTable(result),
    ...result.warnings.map(({ message }) => notice(message)),
    ...list(rates.map(sentenceOf), 'strong'),
    ...table(
      `Sustainable rate for ${first.objective.text}, in requests per second, with its 95 % interval over the rounds. The other figures are those of the longest attempts that met the objective: means over the rounds.`,
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        right('Requests/s'),
        right('95 % interval'),
        right('p50 ms'),
        right('p99 ms'),
        right('CPU µs app'),
        right('Rounds'),
      ],
      rates.map(rowOf),
      3,
    ),
    ...howItWasFound(result, rates),
    ...table(
      'Every attempt, in the order as run. Late: the sender got to the request so long after the plan that it could matter.',
      [
        left('Strategy'),
        left('Workload'),
        right('Instances'),
        left('Phase'),
        right('Offered/s'),
        right('Answered/s'),
        right('p99 ms'),
        right('Failed'),
        right('Late'),
        left('Outcome'),
      ],
      rates.flatMap((rate) =>
        rate.attempts.map((attempt) => [
          rate.variant,
          code(rate.workload),
          String(rate.instances),
          attempt.phase === 'search' ? 'search' : `round ${attempt.round}`,
          formatNumber(attempt.offeredRps),
          formatNumber(attempt.answeredRps),
          formatNumber(attempt.latencyMs?.p99),
          String(attempt.errors),
          formatShare(attempt.lateShare),
          [attempt.outcome, ...attempt.reasons].join(': '),
        ]),
      ),
      3,
    ),
  ];
}

/** "`session` sustained 1,200 requests/s on `me` with 1 instance (95 % interval 1,100 to 1,300)." */
export function sentenceOf(rate: Sustained): string {
  const where = `on ${code(rate.workload)} with ${countOf(rate.instances, 'instance')}`;
  if (rate.rateRps === null) {
    const why =
      rate.rounds.length > 0
        ? 'in some round no rate near the one that the search had found met it'
        : rate.searchedRps === null
          ? whyNotFound(rate)
          : 'the run ended before a round confirmed it';
    return `${code(rate.variant)} has no sustainable rate ${where}: ${why}.`;
  }
  const interval = rate.interval95
    ? `95 % interval ${formatInterval(rate.interval95)}, ${countOf(rate.rounds.length, 'round')}`
    : 'one round, so no interval';
  const atLeast = rate.atLeast ? ' at least: no higher rate was seen to miss the objective' : '';
  return `${code(rate.variant)} sustained ${formatNumber(rate.rateRps)} requests/s ${where}${atLeast} (${interval}).`;
}

/** What was tried and missed it is a finding; what was not tried, or not measured, is none. */
function whyNotFound({ attempts }: Sustained): string {
  if (attempts.length === 0) return 'the run ended before it was tried';
  const invalid = attempts.filter(({ outcome }) => outcome === 'invalid').length;
  if (invalid === attempts.length) return 'no attempt was a measurement';
  if (attempts.some(({ outcome }) => outcome === 'met')) return 'the run ended during the search';
  const rates = attempts.filter(({ outcome }) => outcome === 'missed');
  const lowest = Math.min(...rates.map(({ offeredRps }) => offeredRps));
  return `no rate that was tried met it (the lowest was ${formatNumber(lowest)} requests/s)`;
}

export function objectiveInWords({ latency, errorShare }: Objective): string {
  const limits = latency.map(({ metric, limitMs }) =>
    metric === 'mean'
      ? `the mean latency is at most ${limitMs} ms`
      : `${shareOf(metric)} of all requests take at most ${limitMs} ms`,
  );
  const errors =
    errorShare === 0 ? 'none fails' : `at most ${formatShare(errorShare)} of them fail`;
  return [...limits, errors].join(' and ');
}

function shareOf(metric: Exclude<Objective['latency'][number]['metric'], 'mean'>): string {
  return metric === 'p999' ? '99.9 %' : `${metric.slice(1)} %`;
}

function rowOf(rate: Sustained): string[] {
  const met = rate.rounds.flatMap(({ round, rateRps }) =>
    rate.attempts.filter(
      (attempt) =>
        attempt.phase === 'confirm' &&
        attempt.round === round &&
        attempt.outcome === 'met' &&
        attempt.offeredRps === rateRps,
    ),
  );
  const mean = (of: (attempt: Sustained['attempts'][number]) => number | null | undefined) => {
    const values = met.map(of).filter((value) => typeof value === 'number');
    return values.length === 0
      ? null
      : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return [
    code(rate.workload),
    rate.variant,
    String(rate.instances),
    `${rate.atLeast ? '≥ ' : ''}${formatNumber(rate.rateRps)}`,
    formatInterval(rate.interval95),
    formatNumber(mean(({ latencyMs }) => latencyMs?.p50)),
    formatNumber(mean(({ latencyMs }) => latencyMs?.p99)),
    formatNumber(mean(({ cpuMicrosecondsPerRequest: cpu }) => cpu.application)),
    String(rate.rounds.length),
  ];
}

function howItWasFound({ config, environment }: Result, rates: readonly Sustained[]): Block[] {
  const attempts = rates.flatMap((rate) => rate.attempts);
  const invalid = attempts.filter(({ outcome }) => outcome === 'invalid').length;
  return [
    heading('How it was found, and what it does not show'),
    ...list([
      'Latency counts from the planned moment of a request to its whole answer. What a request waits for a free connection is part of it; what is unanswered at the end counts with the time until then.',
      `The rate is doubled until the objective is missed, then the gap is halved until it is 5 %. Each of ${countOf(config.rounds, 'round')} then starts fresh processes and walks in steps of 5 % from that rate to the last that met the objective, in windows of ${config.seconds} s. The interval is over the rounds.`,
      `The sender is late when it gets to a request more than a tenth of the tightest limit (and 1 ms) after the plan. An attempt that missed the objective with more than 1 % of its requests late, and by no more than the sender’s longest delay, is no measurement: it is repeated, and a rate that never gives one ends the search with “at least”. An attempt that met the objective with a late sender counts, because it was the harder one. ${countOf(invalid, 'attempt')} of ${attempts.length} ${invalid === 1 ? 'was' : 'were'} none.`,
      `Service, stores and sender shared ${countOf(environment.cores, 'core')} of one machine, over loopback. On machines of their own a service sustains more, and the network adds to every latency.`,
      `Windows of ${config.seconds} s do not show slow effects, such as the growth of memory. Bursts that are worse than Poisson arrivals, which real users make, need more room.`,
    ]),
  ];
}
