/** The option that makes the way between the service and its stores longer. */
import type { RunConfig } from '../../model/result-schema.js';
import type { OptionKind } from '../parse-options.js';

const LEAST_MS = 0.1;
const MOST_MS = 1000;

const latency: OptionKind<number> = {
  takes: 'DURATION',
  allowed: `milliseconds from ${LEAST_MS} to ${MOST_MS}, such as 1ms`,
  help: 'added on the way to the stores and back, each way, as 1ms (nothing)',
  parse(text) {
    const ms = /^\d+(\.\d+)?ms$/.test(text) ? Number(text.slice(0, -2)) : Number.NaN;
    return ms >= LEAST_MS && ms <= MOST_MS ? ms : undefined;
  },
};

export const LATENCY_OPTION = { 'store-latency': latency } as const;

export function latencyFrom(ms: number | undefined): Pick<RunConfig, 'storeLatencyMs'> {
  return ms === undefined ? {} : { storeLatencyMs: ms };
}

/** As it is to be typed. */
export function typedLatency(ms: number | undefined): Record<string, string> {
  return ms === undefined ? {} : { 'store-latency': `${ms}ms` };
}
