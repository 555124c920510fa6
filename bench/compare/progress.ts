/**
 * Progress in words: what runs now, what is left, and for how long. One line that changes on a
 * terminal, plain lines elsewhere.
 */
import type { PlannedTrial } from '../plan.js';
import type { Trial } from '../result/schema.js';
import type { RunEvent } from './events.js';

export interface ProgressOutput {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

interface State {
  planned: number;
  secondsPerTrial: number;
  index: number;
  /** Those that run side by side now. */
  block: readonly PlannedTrial[];
  phase: string;
  firstStartedMs: number | null;
}

export function createProgress(output: ProgressOutput, nowMs: () => number = Date.now) {
  const state: State = {
    planned: 0,
    secondsPerTrial: 0,
    index: 0,
    block: [],
    phase: '',
    firstStartedMs: null,
  };
  const live = output.isTTY === true;
  const line = (text: string) => output.write(live ? `\r\u001b[2K${text}\n` : `${text}\n`);
  const draw = () => {
    if (!live || state.block.length === 0) return;
    const text = `${heading(state.index, state.planned, state.block)}: ${state.phase} · ${timeLeft(state, nowMs())} left`;
    output.write(`\r\u001b[2K${text.slice(0, (output.columns ?? 80) - 1)}`);
  };
  return (event: RunEvent): void => {
    switch (event.type) {
      case 'stage':
        line(event.message);
        break;
      case 'planned':
        state.planned = event.trials.length;
        state.secondsPerTrial = event.secondsPerTrial;
        line(
          `${event.trials.length} trials, about ${minutes(event.trials.length * event.secondsPerTrial)}`,
        );
        break;
      case 'block-started':
        state.index = event.index;
        state.block = event.trials;
        state.firstStartedMs ??= nowMs();
        draw();
        break;
      case 'block-phase':
        state.phase = event.phase;
        draw();
        break;
      case 'trial-finished':
        state.index = event.index + 1;
        line(
          `${heading(event.index, state.planned, [event.trial])}: ${outcome(event.trial)} · ${timeLeft(state, nowMs())} left`,
        );
        break;
      case 'finished':
        break;
    }
  };
}

/** "[3/36] round 1 · me · 2 instances · session"; several side by side: "[1-3/36] … · session, jwt". */
function heading(
  index: number,
  planned: number,
  trials: readonly Pick<PlannedTrial, 'round' | 'workload' | 'instances' | 'strategy'>[],
): string {
  const [first] = trials;
  if (!first) return '';
  const { round, workload, instances } = first;
  const places = trials.length === 1 ? index + 1 : `${index + 1}-${index + trials.length}`;
  const plural = instances === 1 ? 'instance' : 'instances';
  const names = trials.map(({ strategy }) => strategy).join(', ');
  return `[${places}/${planned}] round ${round} · ${workload} · ${instances} ${plural} · ${names}`;
}

function outcome(trial: Trial): string {
  const figure = `${Math.round(trial.throughputRps)} requests/s`;
  if (trial.valid) return figure;
  return `${figure}, INVALID (${trial.invalidReasons.map((reason) => reason.message).join('; ')})`;
}

/** From the trials done so far; before the first is done, from the plan. */
function timeLeft(
  { planned, index, secondsPerTrial, firstStartedMs }: State,
  nowMs: number,
): string {
  const elapsed = firstStartedMs === null ? 0 : (nowMs - firstStartedMs) / 1000;
  const each = index > 0 ? elapsed / index : secondsPerTrial;
  // The running trial has used up some of its share already.
  return minutes(Math.max(0, index > 0 ? each * (planned - index) : each * planned - elapsed));
}

function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
