import { LabError } from '../../model/errors.js';
import type { Workload } from '../workload.js';
import { conditional } from './conditional.js';
import { crud } from './crud.js';
import { login } from './login.js';
import { me } from './me.js';
import { mixed } from './mixed.js';
import { predict } from './predict.js';
import { read } from './read.js';
import { repost } from './repost.js';
import { url } from './url.js';

/** One line a workload. */
export const WORKLOADS: readonly Workload[] = [
  me,
  read,
  conditional,
  repost,
  crud,
  login,
  predict,
  mixed,
];

export function workloadNamed(name: string): Workload {
  const workload = [...WORKLOADS, url].find((known) => known.name === name);
  if (!workload) throw new LabError('WORKLOAD_UNKNOWN', `There is no workload named "${name}".`);
  return workload;
}

/** What a result keeps of the workloads of its run: a report is made from the result alone. */
export function describedWorkloads(names: readonly string[]): Pick<Workload, 'name' | 'summary'>[] {
  return names.map((asked) => {
    const { name, summary } = workloadNamed(asked);
    return { name, summary };
  });
}
