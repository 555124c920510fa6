import type { Result } from '../model/result-schema.js';
import { type Block, left, table } from '../text/blocks.js';
import { code } from '../text/format.js';

/** A sentence for each workload of the run; nothing where an old result does not keep them. */
export function workloadTable({ workloads = [] }: Pick<Result, 'workloads'>): Block[] {
  return table(
    'The workloads: what each connection asks for, again and again.',
    [left('Workload'), left('Requests')],
    workloads.map(({ name, summary }) => [code(name), summary]),
  );
}
