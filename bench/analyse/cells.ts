/** A cell: one side under one workload with one number of instances. Its trials are its rounds. */
import type { Trial } from '../model/result-schema.js';

export interface CellName {
  strategy: string;
  workload: string;
  instances: number;
}

export function isOfCell(measured: CellName, cell: CellName): boolean {
  return (
    measured.strategy === cell.strategy &&
    measured.workload === cell.workload &&
    measured.instances === cell.instances
  );
}

export function trialsOf(cell: CellName, trials: readonly Trial[]): Trial[] {
  return trials.filter((trial) => isOfCell(trial, cell));
}

/** Those that means and verdicts are made of. */
export function validTrialsOf(cell: CellName, trials: readonly Trial[]): Trial[] {
  return trialsOf(cell, trials).filter(({ valid }) => valid);
}
