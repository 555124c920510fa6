import type { RunProcess } from '../processes/run-process.js';

/** The processes that send load, as they stand in a record. @param pids in the order of the shards */
export function loadProcesses(pids: readonly number[]): RunProcess[] {
  return pids.map((pid, index) => ({ tier: 'loadGenerator', name: `shard ${index + 1}`, pid }));
}
