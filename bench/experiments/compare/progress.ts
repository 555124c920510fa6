/**
 * Progress in words: what runs now, what is left, and for how long. One line that changes on a
 * terminal, plain lines elsewhere.
 */

import type { PlannedTrial } from '../../model/planned-trials.js';
import type { Trial } from '../../model/result-schema.js';
import { withInstances } from '../../model/scenario.js';
import { countOf } from '../../text/count-of.js';
import type { RunEvent } from '../../trial/events.js';
import { type Pace, secondsLeft } from './time-left.js';

export interface ProgressOutput {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

interface State {
  pace: Pace;
  /** Of the first trial of the block. */
  index: number;
  /** Those that run side by side now. */
  block: readonly PlannedTrial[];
  phase: string;
}

const NOTHING_DONE = { startedMs: null, done: 0, doneMs: 0 } as const;

export function createProgress(output: ProgressOutput, nowMs: () => number = Date.now) {
  const state: State = {
    pace: { ...NOTHING_DONE, planned: 0, secondsPerTrial: 0 },
    index: 0,
    block: [],
    phase: '',
  };
  const { pace } = state;
  const timeLeft = () => minutes(secondsLeft(pace, nowMs()));
  const live = output.isTTY === true;
  const line = (text: string) => output.write(live ? `\r\u001b[2K${text}\n` : `${text}\n`);
  const draw = () => {
    if (!live || state.block.length === 0) return;
    const text = `${heading(state.index, pace.planned, state.block)}: ${state.phase} · ${timeLeft()} left`;
    output.write(`\r\u001b[2K${text.slice(0, (output.columns ?? 80) - 1)}`);
  };
  return (event: RunEvent): void => {
    switch (event.type) {
      case 'stage':
        line(event.message);
        break;
      case 'planned':
        // Of each question anew: a run may have several plans, one after the other.
        Object.assign(pace, { ...NOTHING_DONE, planned: event.trials.length });
        pace.secondsPerTrial = event.secondsPerTrial;
        state.block = [];
        line(
          `${countOf(event.trials.length, 'trial')}, about ${minutes(event.trials.length * event.secondsPerTrial)}`,
        );
        break;
      case 'block-started':
        state.index = event.index;
        state.block = event.trials;
        pace.startedMs ??= nowMs();
        draw();
        break;
      case 'block-phase':
        state.phase = event.phase;
        draw();
        break;
      case 'trial-finished':
        // Those of a block ran side by side: with the first of them, all are done.
        if (event.index === state.index) {
          pace.done = state.index + state.block.length;
          pace.doneMs = nowMs();
        }
        line(
          `${heading(event.index, pace.planned, [event.trial])}: ${outcome(event.trial)} · ${timeLeft()} left`,
        );
        break;
      case 'finished':
        break;
    }
  };
}

/** "[3/36] round 1 · me · 2 instances · session"; several side by side: "[1-3/36] … · session, jwt". */
function heading(index: number, planned: number, trials: readonly PlannedTrial[]): string {
  const [first] = trials;
  if (!first) return '';
  const { round, workload } = first;
  const places = trials.length === 1 ? index + 1 : `${index + 1}-${index + trials.length}`;
  const names = trials.map(({ variant }) => variant).join(', ');
  return `[${places}/${planned}] round ${round} · ${workload}${withInstances(first).replace(' with', ' ·')} · ${names}`;
}

function outcome(trial: Trial): string {
  const figure = `${Math.round(trial.throughputRps)} requests/s`;
  if (trial.valid) return figure;
  return `${figure}, INVALID (${trial.invalidReasons.map((reason) => reason.message).join('; ')})`;
}

function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
