/**
 * The conditions of --fail-on, as text and as data:
 * `<strategy>[.<workload>[.<instances>]].<metric> > N%` or `< -N%`, with commas between. <strategy> is
 * the id of a variant: that of the first variant of a strategy is its name.
 */
import { METRICS } from '../analyse/metrics.js';
import { usageError } from '../model/errors.js';
import { nearest } from '../text/nearest.js';

export interface GateCondition {
  /** As given, without spaces. */
  text: string;
  /** Id of the variant. */
  variant: string;
  /** null: any. */
  workload: string | null;
  instances: number | null;
  /** A name of METRICS. */
  metric: string;
  direction: 'above' | 'below';
  /** Signed, as a share: 0.05 for 5 %, -0.1 for -10 %. */
  limit: number;
}

const ALIASES: Readonly<Record<string, string>> = { cpu: 'cpu.application', p99: 'latency.p99' };

/**
 * @param text for instance "session.me.cpu>5%,jwt.throughput<-10%"
 * @param variants ids that are known, for the message
 * @throws LabError CONDITION_INVALID, exit code 2, that names the part and what is wrong with it
 */
export function parseConditions(text: string, variants: readonly string[] = []): GateCondition[] {
  return text.split(',').map((part) => parseCondition(part.replaceAll(/\s/g, ''), variants));
}

function parseCondition(text: string, variants: readonly string[]): GateCondition {
  if (text === '') throw invalid(text, `a condition is empty; ${FORM}`);
  const parts = /^([^<>]+)([<>])(-?\d{1,6}(?:\.\d+)?)%$/.exec(text);
  if (!parts) throw invalid(text, `${whatIsWrong(text)}; ${FORM}`);
  const [, path = '', sign, percent] = parts;
  const limit = Number(percent) / 100;
  const direction = sign === '>' ? 'above' : 'below';
  if (direction === 'above' ? limit < 0 : limit > 0) {
    throw invalid(
      text,
      'a change for the worse is > a number from 0, or < a number up to 0, for instance cpu>5% or throughput<-10%',
    );
  }
  // Before names are read from the end: "latency.p99" is no strategy "latency".
  const metric = metricNames().includes(path) ? null : metricAtTheEndOf(path);
  if (!metric) throw invalid(text, whatLacks(path, variants));
  const [variant = '', workload, instances, ...rest] = metric.rest.split('.');
  if (variant === '' || workload === '' || rest.length > 0) {
    throw invalid(text, `before the metric stands <strategy>[.<workload>[.<instances>]]; ${FORM}`);
  }
  if (instances !== undefined && !/^[1-9]\d{0,3}$/.test(instances)) {
    throw invalid(text, `"${instances}" is no number of instances`);
  }
  return {
    ...{ text, variant, metric: metric.name, direction, limit },
    workload: workload ?? null,
    instances: instances === undefined ? null : Number(instances),
  };
}

const FORM =
  'the form is <strategy>[.<workload>[.<instances>]].<metric>>N% or <-N%, for instance session.me.cpu>5%';

/** Of a text without the shape of a condition: the first part that is wrong. */
function whatIsWrong(text: string): string {
  const [, path, sign, limit = ''] = /^([^<>]*)([<>]?)(.*)$/.exec(text) ?? [];
  if (!sign) return 'it has no > or <';
  if (!path) return `nothing stands before ${sign}`;
  if (limit === '') return `no limit stands after ${sign}`;
  if (limit.startsWith('=')) return `${sign}= is no comparison; > and < are`;
  if (/[<>]/.test(limit)) return 'it has more than one > or <';
  if (/^[-+]?[\d.]+$/.test(limit)) return `the limit "${limit}" lacks its %`;
  return `the limit "${limit}" is no number of percent`;
}

/** Of a path without a strategy, or without a metric that is known. */
function whatLacks(path: string, variants: readonly string[]): string {
  if (metricNames().includes(path)) {
    const known = variants.length > 0 ? `; these runs have ${variants.join(', ')}` : '';
    return `the strategy is missing before "${path}"${known}; ${FORM}`;
  }
  const last = path.split('.').at(-1) ?? '';
  const near = nearest(last, metricNames());
  const hint = near === null ? '' : ` (did you mean ${near}?)`;
  return `it must end in a metric: ${metricNames().join(', ')}${hint}; ${FORM}`;
}

/** Names of metrics hold dots themselves, so they are read from the end; the longest one wins. */
function metricAtTheEndOf(path: string): { name: string; rest: string } | null {
  const ending = metricNames()
    .filter((name) => path.endsWith(`.${name}`))
    .sort((first, second) => second.length - first.length)[0];
  if (ending === undefined) return null;
  return { name: ALIASES[ending] ?? ending, rest: path.slice(0, -ending.length - 1) };
}

function metricNames(): string[] {
  return [...METRICS.map(({ name }) => name), ...Object.keys(ALIASES)];
}

function invalid(text: string, why: string) {
  return usageError('CONDITION_INVALID', `--fail-on: "${text}" cannot be read: ${why}.`);
}
