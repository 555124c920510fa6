import { LEAST_COUNTS_FOR_A_CURVE, type Scaling } from '../../analyse/scaling/analyse-scaling.js';
import { TIERS, type Tier } from '../../analyse/scaling/capacity.js';
import type { Demand } from '../../analyse/scaling/demands.js';
import type { ForecastPoint } from '../../analyse/scaling/forecast.js';
import type { KneeOf } from '../../analyse/scaling/knee.js';
import type { Parameter } from '../../analyse/scaling/usl.js';
import { type Block, heading, left, list, notice, paragraph, right, table } from '../blocks.js';
import { SCALING_CAPTION, scalingCharts } from '../charts/scaling.js';
import type { Finding } from '../findings/finding.js';
import { basisInWords, coresInWords } from '../findings/scaling.js';
import {
  code,
  formatEstimate,
  formatNumber,
  formatPercentPoints,
  formatShare,
  NOT_MEASURED,
} from '../format.js';
import type { ReportView } from '../view.js';

/** Growth with instances: the law, the knee, the forecast from few instances, and the demands behind all. */
export function scaling(view: ReportView, findings: Finding[]): Block[] {
  if (view.scaling.length === 0) {
    return [
      paragraph(
        `A curve needs at least ${LEAST_COUNTS_FOR_A_CURVE} numbers of instances with valid trials, and its law at least 4: run with ${code('--instances 1,2,4,8')}.`,
      ),
    ];
  }
  const found = findings.filter(({ topic }) => topic === 'scaling');
  return [
    paragraph(
      'Each tier can do so much work, and a request needs so much of it. From these two follows where more instances stop helping (the knee) and how much a service of any size answers (the forecast). The law of scaling is fitted to the measured throughput alone and knows nothing of tiers. Where the three agree, the reason for the curve is understood.',
    ),
    ...list(found.filter(({ caution }) => !caution).map(({ text }) => text)),
    ...found.filter(({ caution }) => caution).map(({ text }) => notice(text)),
    {
      kind: 'figures',
      caption: SCALING_CAPTION,
      charts: view.result.config.workloads.flatMap((workload) => scalingCharts(view, workload)),
    },
    heading('Forecast against measurement'),
    ...forecastTable(view.scaling),
    heading('Where the curve bends, and its law'),
    ...kneeTable(view.scaling),
    ...lawTable(view.scaling),
    heading('What a request needs at each tier'),
    ...demandTable(view.scaling),
    ...list(assumptions(view.scaling)),
  ];
}

const LIMITS: Record<ForecastPoint['limit'], string> = {
  application: 'application',
  redis: 'Redis',
  postgres: 'PostgreSQL',
  authority: 'authority',
  loadGenerator: 'load generator',
  machine: 'shared cores',
  none: 'waiting',
};

function forecastTable(scalings: readonly Scaling[]): Block[] {
  const basis = scalings.find(({ forecast }) => forecast)?.forecast;
  return table(
    `Requests per second: forecast from the demands with ${basis ? basisInWords(basis) : 'the fewest instances'} (95 % interval of the demands), beside the mean of the valid rounds (95 % interval). Rows marked * gave the demands. “Service alone”: with the load generator elsewhere and a core for every process that wants one.`,
    [
      left('Workload'),
      left('Strategy'),
      right('Instances'),
      right('Measured'),
      right('Forecast here'),
      right('Error'),
      left('Busy first'),
      right('Service alone'),
      left('Busy first'),
    ],
    scalings.flatMap(({ workload, strategy, forecast }) =>
      (forecast?.onThisMachine ?? []).map((point, index) => {
        const alone = forecast?.serviceAlone[index];
        return [
          code(workload),
          strategy,
          `${point.instances}${point.known ? ' *' : ''}`,
          formatEstimate(point.measured),
          estimateOf(point),
          signedPercent(point.relativeError),
          LIMITS[point.limit],
          alone ? estimateOf(alone) : NOT_MEASURED,
          alone ? LIMITS[alone.limit] : NOT_MEASURED,
        ];
      }),
    ),
    3,
  );
}

function estimateOf({
  throughputRps,
  interval95,
}: Pick<ForecastPoint, 'throughputRps' | 'interval95'>): string {
  return formatEstimate({ mean: throughputRps, interval95, n: 0 });
}

function kneeTable(scalings: readonly Scaling[]): Block[] {
  return table(
    'The knee in instances: from the demands, the first tiers to be busy; from the curve, where its rise meets its plateau (– where no bend is shown). With 95 % intervals.',
    [
      left('Workload'),
      left('Strategy'),
      right('Knee from demands'),
      left('Busy then'),
      left('Next'),
      right('Knee of the curve'),
      right('Error'),
    ],
    scalings.map(({ workload, strategy, predictedKnee, measuredKnee }) => {
      const [first, second] = predictedKnee?.limits ?? [];
      return [
        code(workload),
        strategy,
        first ? kneeEstimate(first) : NOT_MEASURED,
        first ? LIMITS[first.limit] : NOT_MEASURED,
        second ? `${LIMITS[second.limit]} at ${formatNumber(second.instances)}` : NOT_MEASURED,
        measuredKnee ? kneeEstimate(measuredKnee) : NOT_MEASURED,
        first && measuredKnee
          ? signedPercent(first.instances / measuredKnee.instances - 1)
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
  return formatEstimate({ mean: instances, interval95, n: 0 });
}

function lawTable(scalings: readonly Scaling[]): Block[] {
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
    scalings.map(({ workload, strategy, law: { law, refusal } }) =>
      law
        ? [
            code(workload),
            strategy,
            parameterOf(law.lambda),
            parameterOf(law.sigma),
            parameterOf(law.kappa),
            formatNumber(law.rSquared),
            law.peakInstances === null ? 'none' : `${formatNumber(law.peakInstances)} instances`,
          ]
        : [
            code(workload),
            strategy,
            ...[NOT_MEASURED, NOT_MEASURED, NOT_MEASURED, NOT_MEASURED],
            `refused: ${refusal.message}`,
          ],
    ),
    2,
  );
}

function parameterOf({ value, interval95, standardError }: Parameter): string {
  return formatEstimate({
    mean: value,
    interval95: standardError === null ? null : interval95,
    n: 0,
  });
}

function demandTable(scalings: readonly Scaling[]): Block[] {
  const shown = TIERS.filter((tier) =>
    scalings.some(({ demands }) =>
      demands.some((demand) => demand.tier === tier && demand.microsecondsPerRequest.mean > 0),
    ),
  );
  return table(
    'CPU time of a request at each tier, in µs (95 % interval), how much of its capacity the tier used, and the share of the time in which it had work and was held back.',
    [
      left('Workload'),
      left('Strategy'),
      right('Instances'),
      ...shown.map((tier) => left(HEADINGS[tier])),
    ],
    scalings.flatMap(({ workload, strategy, counts, demands }) =>
      counts.map((instances) => [
        code(workload),
        strategy,
        String(instances),
        ...shown.map((tier) =>
          demandOf(demands.find((known) => known.tier === tier && known.instances === instances)),
        ),
      ]),
    ),
    3,
  );
}

const HEADINGS: Record<Tier, string> = {
  application: 'Application',
  redis: 'Redis',
  postgres: 'PostgreSQL',
  authority: 'Authority',
  loadGenerator: 'Load generator',
};

/** "10.2 (9.9 to 10.5) µs, 99 % used, held back 93 %" */
function demandOf(demand: Demand | undefined): string {
  if (!demand || demand.microsecondsPerRequest.mean === 0) return NOT_MEASURED;
  const { microsecondsPerRequest, utilisation, throttledShare } = demand;
  return [
    `${formatEstimate(microsecondsPerRequest)} µs`,
    ...(utilisation === null ? [] : [`${formatShare(utilisation)} used`]),
    ...(throttledShare === null || throttledShare < 0.005
      ? []
      : [`held back ${formatShare(throttledShare)}`]),
  ].join(', ');
}

/** What the figures take for granted, once for each tier. */
function assumptions(scalings: readonly Scaling[]): string[] {
  const limits = scalings.flatMap(({ predictedKnee }) => predictedKnee?.limits ?? []);
  const shared = TIERS.flatMap((tier) => {
    const known = limits.find(({ limit }) => limit === tier);
    return known ? [`${HEADINGS[tier]}: ${capacityOf(known)}.`] : [];
  });
  const instance = scalings.find(({ predictedKnee }) => predictedKnee)?.predictedKnee;
  return [
    ...(instance ? [`Each instance: ${capacityOf(instance.instanceCores)}.`] : []),
    ...shared,
    'The model gives every connection its own instance and load-generating process, as the lab does, and lets requests wait for processors only. It knows no network, no locks and no pools.',
  ];
}

function capacityOf({ cores, from }: Pick<KneeOf, 'cores' | 'from'>): string {
  const amount = coresInWords(cores);
  if (from === 'limit') return `${amount}, the limit of this run`;
  return from === 'observation' ? `${amount}, as seen` : `${amount}, assumed from how it is built`;
}

function signedPercent(share: number): string {
  const size = formatPercentPoints(Math.abs(share) * 100);
  if (size === '0') return '0 %';
  return `${share < 0 ? '−' : '+'}${size} %`;
}
