import { DEFAULT_OBJECTIVE, LATENCY_METRICS, parseObjective } from '../../analyse/objective.js';
import type { Objective } from '../../model/result-schema.js';
import type { OptionKind } from '../parse-options.js';

/** What users must get, as an option of a verb. */
export function slo(help: string): OptionKind<Objective> {
  return {
    takes: 'LIMITS',
    allowed: `limits such as ${DEFAULT_OBJECTIVE}`,
    help: `${help}: ${LATENCY_METRICS.join(', ')} in ms or s`,
    parse: parseObjective,
  };
}
