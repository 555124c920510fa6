/**
 * Where more instances stop helping and why, and how well that was predicted from few of them.
 */
import { growthOf } from '../../analyse/answers/scale-answer.js';
import type { Scaling } from '../../analyse/scaling/analyse-scaling.js';
import type { Forecast, ForecastPoint } from '../../analyse/scaling/forecast.js';
import type { KneeOf } from '../../analyse/scaling/knee.js';
import type { Result } from '../../model/result-schema.js';
import { countOf } from '../../text/count-of.js';
import { code, formatNumber, formatPercentPoints, listOf } from '../../text/format.js';
import { kneeBetween } from '../knee-between.js';
import { limitWords } from '../limit-words.js';
import type { ReportView } from '../view.js';
import { type Finding, finding } from './finding.js';

/** Above this share, a forecast is no longer one to plan with. */
const POOR_FORECAST = 0.2;

/** With more variants than these the tables tell of law and forecast: a page of sentences tells nothing. */
const MOST_IN_FULL = 3;

export function scalingFindings({ scaling, result }: ReportView): Finding[] {
  return result.config.workloads.flatMap((workload) => {
    const here = scaling.filter((each) => each.workload === workload);
    const full = here.length <= MOST_IN_FULL;
    return [
      ...here.flatMap((each) => [
        finding(
          'scaling',
          full ? `${kneeInWords(each, result)} ${lawInWords(each)}` : kneeInWords(each, result),
          {
            workload,
            metric: 'throughput',
          },
        ),
        ...(full ? forecastInWords(each) : []),
      ]),
      ...(full ? [] : forecastsInShort(here)),
    ];
  });
}

/** "On `me`, session stops gaining at 3 to 4 instances, because Redis is busy then …" */
function kneeInWords(scaling: Scaling, result: Pick<Result, 'trials'>): string {
  const { variant, workload, counts, predictedKnee, measuredKnee } = scaling;
  const most = counts.at(-1) ?? 0;
  const [first] = predictedKnee?.limits ?? [];
  const who = `On ${code(workload)}, ${variant}`;
  const growth = growthOf(scaling, result);
  if (growth.knee !== null && growth.full !== null && first) {
    const stops = measuredKnee ? 'stops' : 'should stop';
    return `${who} ${stops} growing ${aboutInstances(first.instances)}, because ${limitWords(first.limit).inSentence} is busy then: ${capacityInWords(first)}. The demands put that at ${withInterval(first)}. ${againstCurve(first, scaling)}`;
  }
  if (growth.knee !== null && measuredKnee) {
    const stops = 'stops';
    return `${who} ${stops} growing ${aboutInstances(measuredKnee.instances)} (${withInterval(measuredKnee)}), though no measured processor is busy then. Something else is the limit: locks, pools, connections or waiting.`;
  }
  const next = first
    ? ` Next to be busy would be ${limitWords(first.limit).inSentence}, with ${withInterval(first)}.`
    : '';
  return `${who} kept growing up to ${countOf(most, 'instance')}, the most that were measured.${next}`;
}

function againstCurve(knee: KneeOf, { measuredKnee, counts }: Scaling): string {
  if (!measuredKnee) {
    return `The curve shows no clear bend up to ${countOf(counts.at(-1) ?? 0, 'instance')}.`;
  }
  const error = knee.instances / measuredKnee.instances - 1;
  return `The curve bends at ${withInterval(measuredKnee)}: the demands say ${apartInWords(error)}.`;
}

/** "at 3 to 4 instances", "at about 4 instances", "with the first instance" */
function aboutInstances(instances: number): string {
  const { low, high } = kneeBetween(instances);
  if (low !== high) return `at ${low} to ${countOf(high, 'instance')}`;
  return instances < 0.9
    ? 'with the first instance already'
    : `at about ${countOf(low, 'instance')}`;
}

/** "held to 0.02 of a core, it answers at most 2,450 requests per second" */
function capacityInWords({ from, cores, saturationRps, microsecondsPerRequest }: KneeOf): string {
  const most = `at most ${formatNumber(saturationRps)} requests per second`;
  const each = `${formatNumber(microsecondsPerRequest)} µs each`;
  if (from === 'limit') return `held to ${coresInWords(cores)}, it answers ${most} at ${each}`;
  return `${coresInWords(cores)} give ${most} at ${each}`.replace(
    /^one core give/,
    'one core gives',
  );
}

export function coresInWords(cores: number): string {
  if (cores === 1) return 'one core';
  // A limit is an exact figure as somebody chose it: no zeros after it.
  const amount = Number(cores.toPrecision(3));
  return cores < 1 ? `${amount} of a core` : `${amount} cores`;
}

function withInterval({
  instances,
  interval95,
}: {
  instances: number;
  interval95: readonly [number, number] | null;
}): string {
  const mean = `${formatNumber(instances)} instances`;
  if (!interval95) return mean;
  return `${mean} (95 % interval ${formatNumber(interval95[0])} to ${formatNumber(interval95[1])})`;
}

function apartInWords(error: number): string {
  const size = formatPercentPoints(Math.abs(error) * 100);
  if (size === '0') return 'the same';
  return `${size} % ${error > 0 ? 'more' : 'fewer'}`;
}

function lawInWords({ law, sharpBend, counts }: Scaling): string {
  if (!law.law) return `No law of scaling was fitted: ${law.refusal.message}`;
  const { sigma, kappa, peakInstances, rSquared } = law.law;
  const most = counts.at(-1) ?? 0;
  const peak =
    peakInstances === null
      ? 'no peak'
      : peakInstances > most
        ? 'a peak only beyond what was measured'
        : `a peak at ${formatNumber(peakInstances)} instances`;
  const bend = sharpBend
    ? ' A rise and a plateau describe the points better than its smooth curve, so trust the knee and not that peak.'
    : '';
  return `The law of scaling sees ${formatPercentPoints(sigma.value * 100)} % contention (σ), ${formatNumber(kappa.value)} coherency (κ) and ${peak}; it explains ${formatPercentPoints(Math.max(0, rSquared) * 100)} % of the spread.${bend}`;
}

function forecastInWords({ variant, workload, forecast }: Scaling): Finding[] {
  const told = forecast?.onThisMachine.filter(({ known }) => !known) ?? [];
  const furthest = furthestOf(told);
  if (!forecast || !furthest) return [];
  const { relativeError, instances } = furthest;
  const text = `On ${code(workload)}, the throughput of ${variant} with ${listOf(told.map((point) => String(point.instances)))} instances was predicted from ${basisInWords(forecast)} alone to within ${formatPercentPoints(Math.abs(relativeError) * 100)} % (furthest with ${instances}: ${relativeError > 0 ? 'too high' : 'too low'}).`;
  const caution = Math.abs(relativeError) > POOR_FORECAST;
  return [finding('scaling', text, { workload, metric: 'throughput', caution })];
}

/** Of many variants, only the one that was predicted worst. */
function forecastsInShort(scalings: readonly Scaling[]): Finding[] {
  const told = scalings.flatMap(({ variant, workload, forecast }) => {
    const furthest = furthestOf(forecast?.onThisMachine.filter(({ known }) => !known) ?? []);
    return furthest && forecast ? [{ variant, workload, forecast, furthest }] : [];
  });
  const [worst] = told.sort(
    (a, b) => Math.abs(b.furthest.relativeError) - Math.abs(a.furthest.relativeError),
  );
  if (!worst) return [];
  const { variant, workload, forecast, furthest } = worst;
  const size = formatPercentPoints(Math.abs(furthest.relativeError) * 100);
  return [
    finding(
      'scaling',
      `On ${code(workload)}, the throughput of ${countOf(told.length, 'strategy', 'strategies')} with more instances was predicted from ${basisInWords(forecast)} alone to within ${size} % (furthest: ${variant} with ${furthest.instances}).`,
      {
        workload,
        metric: 'throughput',
        caution: Math.abs(furthest.relativeError) > POOR_FORECAST,
      },
    ),
  ];
}

function furthestOf(points: readonly ForecastPoint[]): ForecastPoint | null {
  const [first] = [...points].sort((a, b) => Math.abs(b.relativeError) - Math.abs(a.relativeError));
  return first ?? null;
}

/** "1 and 2 instances" */
export function basisInWords({ basis }: Forecast): string {
  return `${listOf(basis.map(String))} instances`;
}
