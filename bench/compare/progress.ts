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
  trial: PlannedTrial | null;
  phase: string;
  firstStartedMs: number | null;
}

export function createProgress(output: ProgressOutput, nowMs: () => number = Date.now) {
  const state: State = {
    planned: 0,
    secondsPerTrial: 0,
    index: 0,
    trial: null,
    phase: '',
    firstStartedMs: null,
  };
  const live = output.isTTY === true;
  const line = (text: string) => output.write(live ? `\r\u001b[2K${text}\n` : `${text}\n`);
  const draw = () => {
    if (!live || !state.trial) return;
    const text = `${heading(state)}: ${state.phase} · ${timeLeft(state, nowMs())} left`;
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
      case 'trial-started':
        state.index = event.index;
        state.trial = event.trial;
        state.firstStartedMs ??= nowMs();
        draw();
        break;
      case 'trial-phase':
        state.phase = event.phase;
        draw();
        break;
      case 'trial-finished':
        line(
          `${heading(state)}: ${outcome(event.trial)} · ${timeLeft({ ...state, index: event.index + 1 }, nowMs())} left`,
        );
        break;
      case 'finished':
        break;
    }
  };
}

function heading({ index, planned, trial }: State): string {
  if (!trial) return '';
  const { round, workload, instances, strategy } = trial;
  const plural = instances === 1 ? 'instance' : 'instances';
  return `[${index + 1}/${planned}] round ${round} · ${workload} · ${instances} ${plural} · ${strategy}`;
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
