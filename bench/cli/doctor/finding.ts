import type { DatabaseName } from '../../model/databases.js';
import type { LabError } from '../../model/errors.js';
import type { SessionStoreName } from '../../stores/registry.js';

/** One thing the doctor looked at. */
export interface Finding {
  topic: Topic;
  /** `warning`: the lab runs, with a caveat; `missing`: it cannot. */
  status: 'ok' | 'warning' | 'missing';
  /** What is there, in a few words. */
  found: string;
  /** What to do about it; left out when there is nothing to do. */
  advice?: string;
}

export type Topic =
  | 'node'
  | 'cores'
  | 'memory'
  | DatabaseName
  | SessionStoreName
  | 'open-files'
  | 'crowd'
  | 'temp-folder'
  | 'cpu-limits'
  | 'nginx';

/** Of what cannot be had: the error says what to do. */
export function missing(topic: Finding['topic'], { code, message }: LabError): Finding {
  return { topic, status: 'missing', found: code, advice: message };
}
