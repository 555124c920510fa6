/** The figures behind the section on scaling. */
import type { Scaling } from '../../analyse/scaling/analyse-scaling.js';
import type { Demand } from '../../analyse/scaling/demands.js';
import type { ForecastPoint } from '../../analyse/scaling/forecast.js';
import type { Parameter } from '../../analyse/scaling/usl.js';
import { inOrderOfRequest, tierOf } from '../../model/tiers.js';
import { type Block, left, right, table } from '../../text/blocks.js';
import {
  code,
  formatEstimate,
  formatMicroseconds,
  formatNumber,
  formatPercentPoints,
  formatShare,
  formatWithInterval,
  NOT_MEASURED,
} from '../../text/format.js';
import { basisInWords } from '../findings/scaling.js';
import { limitWords } from '../limit-words.js';

export function forecastTable(scalings: readonly Scaling[]): Block[] {
  const basis = scalings.find(({ forecast }) => forecast)?.forecast;
  return table(
    `Requests per second: forecast from the demands with ${basis ? basisInWords(basis) : 'the fewest instances'} (95 % interval of the demands), beside the mean of the valid rounds (95 % interval). Rows marked * gave the demands. “At most”: what the demands allow without any waiting.`,
    [
      left('Workload'),
      left('Strategy'),
      right('Instances'),
      right('Measured'),
      right('Forecast'),
      right('Error'),
      right('At most'),
      left('Busy first'),
    ],
    scalings.flatMap(({ workload, variant, forecast }) =>
      (forecast?.onThisMachine ?? []).map((point) => [
        code(workload),
        variant,
        `${point.instances}${point.known ? ' *' : ''}`,
        formatEstimate(point.measured),
        estimateOf(point),
        signedPercent(point.relativeError),
        formatNumber(point.boundRps),
        limitWords(point.limit).word,
      ]),
    ),
    3,
  );
}

export function aloneTable(scalings: readonly Scaling[]): Block[] {
  return table(
    'The service alone, in requests per second: the same forecast with the load generator elsewhere and a core for every process that wants one. With connections that stay at their instance, as here; and with each request sent to any instance by chance, as behind a load balancer, where an instance is without work now and then (in brackets: its balanced job bounds).',
    [
      left('Workload'),
      left('Strategy'),
      right('Instances'),
      right('Connections stay'),
      right('Any instance'),
      left('Busy first'),
    ],
    scalings.flatMap(({ workload, variant, forecast }) =>
      (forecast?.serviceAlone ?? []).map((point) => [
        code(workload),
        variant,
        String(point.instances),
        estimateOf(point),
        `${formatNumber(point.anyInstanceRps)} (${formatNumber(point.anyInstanceBounds.lowRps)} to ${formatNumber(point.anyInstanceBounds.highRps)})`,
        limitWords(point.limit).word,
      ]),
    ),
    3,
  );
}

function estimateOf({
  throughputRps,
  interval95,
}: Pick<ForecastPoint, 'throughputRps' | 'interval95'>): string {
  return formatWithInterval(throughputRps, interval95);
}

export function kneeTable(scalings: readonly Scaling[]): Block[] {
  const basis = scalings.find(({ forecast }) => forecast)?.forecast;
  return table(
    `The knee in instances. Predicted: from the demands with ${basis ? basisInWords(basis) : 'the fewest instances'} alone. From the demands: with all numbers of instances, the first tiers to be busy. Of the curve: where its rise meets its plateau (– where no bend is shown). With 95 % intervals.`,
    [
      left('Workload'),
      left('Strategy'),
      right('Predicted'),
      right('From the demands'),
      left('Busy then'),
      left('Next'),
      right('Of the curve'),
      right('Predicted over curve'),
    ],
    scalings.map(({ workload, variant, kneeFromFewest, predictedKnee, measuredKnee }) => {
      const [fromFewest] = kneeFromFewest?.limits ?? [];
      const [first, second] = predictedKnee?.limits ?? [];
      return [
        code(workload),
        variant,
        fromFewest
          ? `${kneeEstimate(fromFewest)}, ${limitWords(fromFewest.limit).word}`
          : NOT_MEASURED,
        first ? kneeEstimate(first) : NOT_MEASURED,
        first ? limitWords(first.limit).word : NOT_MEASURED,
        second
          ? `${limitWords(second.limit).word} at ${formatNumber(second.instances)}`
          : NOT_MEASURED,
        measuredKnee ? kneeEstimate(measuredKnee) : NOT_MEASURED,
        fromFewest && measuredKnee
          ? signedPercent(fromFewest.instances / measuredKnee.instances - 1)
          : NOT_MEASURED,
      ];
    }),
    2,
  );
}

function kneeEstimate({
  instances,
  interval95,
}: {
  instances: number;
  interval95: [number, number] | null;
}): string {
  return formatWithInterval(instances, interval95);
}

export function lawTable(scalings: readonly Scaling[]): Block[] {
  return table(
    'The law of scaling, X(N) = λN / (1 + σ(N−1) + κN(N−1)), with 95 % intervals. λ: requests per second of one instance; σ: share of the work that only one can do at a time; κ: cost of keeping each pair in step. 0 without an interval: held there, the points would put it below.',
    [
      left('Workload'),
      left('Strategy'),
      right('λ'),
      right('σ'),
      right('κ'),
      right('R²'),
      left('Peak'),
    ],
    scalings.map(({ workload, variant, law: { law, refusal } }) =>
      law
        ? [
            code(workload),
            variant,
            parameterOf(law.lambda),
            parameterOf(law.sigma),
            parameterOf(law.kappa),
            formatNumber(law.rSquared),
            law.peakInstances === null ? 'none' : `${formatNumber(law.peakInstances)} instances`,
          ]
        : [
            code(workload),
            variant,
            ...[NOT_MEASURED, NOT_MEASURED, NOT_MEASURED, NOT_MEASURED],
            `refused: ${refusal.message}`,
          ],
    ),
    2,
  );
}

function parameterOf({ value, interval95, standardError }: Parameter): string {
  return formatWithInterval(value, standardError === null ? null : interval95);
}

export function demandTable(
  scalings: readonly Pick<Scaling, 'workload' | 'variant' | 'counts' | 'demands'>[],
): Block[] {
  const demanded = scalings.flatMap(({ demands }) =>
    demands.filter(({ microsecondsPerRequest }) => microsecondsPerRequest.mean > 0),
  );
  const shown = inOrderOfRequest([...new Set(demanded.map(({ tier }) => tier))].map(tierOf));
  return table(
    'CPU time of a request at each tier, in µs (95 % interval), how much of its capacity the tier used, and the share of the time in which it had work and was held back.',
    [
      left('Workload'),
      left('Strategy'),
      right('Instances'),
      ...shown.map(({ label }) => left(label)),
    ],
    scalings.flatMap(({ workload, variant, counts, demands }) =>
      counts.map((instances) => [
        code(workload),
        variant,
        String(instances),
        ...shown.map(({ id }) =>
          demandOf(demands.find((known) => known.tier === id && known.instances === instances)),
        ),
      ]),
    ),
    3,
  );
}

/** "10.2 (9.9 to 10.5) µs, 99 % used, held back 93 %" */
function demandOf(demand: Demand | undefined): string {
  if (!demand || demand.microsecondsPerRequest.mean === 0) return NOT_MEASURED;
  const { microsecondsPerRequest, utilisation, throttledShare } = demand;
  return [
    `${formatEstimate(microsecondsPerRequest, formatMicroseconds)} µs`,
    ...(utilisation === null ? [] : [`${formatShare(utilisation)} used`]),
    ...(throttledShare === null || throttledShare < 0.005
      ? []
      : [`held back ${formatShare(throttledShare)}`]),
  ].join(', ');
}

function signedPercent(share: number): string {
  const size = formatPercentPoints(Math.abs(share) * 100);
  if (size === '0') return '0 %';
  return `${share < 0 ? '−' : '+'}${size} %`;
}
