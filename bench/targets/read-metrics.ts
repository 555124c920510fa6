/**
 * What a target says of its own process: GET /metrics in the text format of Prometheus
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), as docs/metrics.md has it.
 */
import { LabError } from '../model/errors.js';
import { askTarget } from './ask-target.js';
import type { TargetAddress } from './target-address.js';

export interface MetricsReading {
  cpuSeconds: number;
  rssBytes: number;
  /** Requests that it has answered since it started. */
  answered: number;
  /** Seconds since 1970; another one is another process. */
  startedAtSeconds: number;
  /** Version of Node.js. */
  runtime: string | null;
}

export type MetricsAnswer =
  | { reading: MetricsReading }
  /** Why there is none, and with which status the request was refused. */
  | { status: number; why: string };

/** @throws LabError of askTarget */
export async function readMetrics(
  address: TargetAddress,
  token: string | null,
  signal?: AbortSignal,
): Promise<MetricsAnswer> {
  const { status, text } = await askTarget(address, {
    path: '/metrics',
    headers: token === null ? {} : { Authorization: `Operator ${token}` },
    signal,
  });
  if (status !== 200) return { status, why: `GET /metrics answers ${status}` };
  const reading = parseMetrics(text);
  return reading
    ? { reading }
    : { status, why: 'GET /metrics does not tell the CPU time of a process and its requests' };
}

/** @returns undefined where one of the figures is missing */
export function parseMetrics(text: string): MetricsReading | undefined {
  const samples = text.split('\n').flatMap((line) => sampleIn(line) ?? []);
  const only = (name: string) => samples.find((sample) => sample.name === name)?.value;
  const cpuSeconds = only('process_cpu_seconds_total');
  const rssBytes = only('process_resident_memory_bytes');
  const startedAtSeconds = only('process_start_time_seconds');
  const requests = samples.filter(({ name }) => name === 'http_request_duration_seconds_count');
  const isTold = text.includes('# TYPE http_request_duration_seconds histogram');
  if (cpuSeconds === undefined || rssBytes === undefined || startedAtSeconds === undefined) {
    return undefined;
  }
  if (!isTold) return undefined;
  const version = samples.find(({ name }) => name === 'nodejs_version_info')?.labels;
  return {
    cpuSeconds,
    rssBytes,
    startedAtSeconds,
    answered: requests.reduce((sum, { value }) => sum + value, 0),
    runtime: /version="(v[\d.]{1,20})"/.exec(version ?? '')?.[1] ?? null,
  };
}

function sampleIn(line: string): { name: string; labels: string; value: number } | undefined {
  const [, name, labels = '', digits] =
    /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)(?: -?\d+)?$/.exec(line) ?? [];
  const value = Number(digits);
  if (name === undefined || digits === undefined || !Number.isFinite(value)) return undefined;
  return { name, labels, value };
}

/** @throws LabError TARGET_METRICS_LOST where there was one before */
export async function readMetricsAgain(
  address: TargetAddress,
  token: string | null,
): Promise<MetricsReading> {
  const answer = await readMetrics(address, token);
  if ('reading' in answer) return answer.reading;
  throw new LabError('TARGET_METRICS_LOST', `${address.url}: ${answer.why}.`);
}
