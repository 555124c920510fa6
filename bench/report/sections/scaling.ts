import { LEAST_COUNTS_FOR_A_CURVE, type Scaling } from '../../analyse/scaling/analyse-scaling.js';
import { demandsOf } from '../../analyse/scaling/demands.js';
import type { KneeOf } from '../../analyse/scaling/knee.js';
import { seriesOf } from '../../analyse/scaling/series.js';
import { inOrderOfRequest, tierOf } from '../../model/tiers.js';
import { type Block, heading, list, notice, paragraph } from '../../text/blocks.js';
import { code } from '../../text/format.js';
import { SCALING_CAPTION, scalingCharts } from '../charts/scaling.js';
import type { Finding } from '../findings/finding.js';
import { coresInWords } from '../findings/scaling.js';
import type { ReportView } from '../view.js';
import { aloneTable, demandTable, forecastTable, kneeTable, lawTable } from './scaling-tables.js';

/** Growth with instances: the law, the knee, the forecast from few instances, and the demands behind all. */
export function scaling(view: ReportView, findings: Finding[]): Block[] {
  if (view.scaling.length === 0) {
    return [
      paragraph(
        `A curve needs at least ${LEAST_COUNTS_FOR_A_CURVE} numbers of instances with valid trials, and its law at least 4: run with ${code('--instances 1,2,4,8')}.`,
      ),
      ...heldBack(view),
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
    ...aloneTable(view.scaling),
    heading('Where the curve bends, and its law'),
    ...kneeTable(view.scaling),
    ...lawTable(view.scaling),
    heading('What a request needs at each tier'),
    ...demandTable(view.scaling),
    ...list(assumptions(view.scaling)),
  ];
}

/** Also without a curve: what each process used of its share says what was busy. */
function heldBack({ result }: ReportView): Block[] {
  if (!result.config.cpuLimits) return [];
  return demandTable(seriesOf(result).map((series) => ({ ...series, demands: demandsOf(series) })));
}

/** What the figures take for granted, once for each tier. */
function assumptions(scalings: readonly Scaling[]): string[] {
  const limits = scalings.flatMap(({ predictedKnee }) => predictedKnee?.limits ?? []);
  const tiers = [...new Set(limits.map(({ limit }) => limit))].filter(
    (limit) => limit !== 'machine',
  );
  const shared = inOrderOfRequest(tiers.map(tierOf)).flatMap(({ id, label }) => {
    const known = limits.find(({ limit }) => limit === id);
    return known ? [`${label}: ${capacityOf(known)}.`] : [];
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
