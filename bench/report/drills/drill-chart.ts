/**
 * What each variant answered, 100 ms by 100 ms: a row for a variant, a bar for a step, its parts the outcomes. All
 * repetitions together, laid over each other at the moment of the fault.
 */
import { BUCKET_MS } from '../../analyse/drills/judge-repetition.js';
import type { DrillRecord } from '../../model/drill-schema.js';
import { OUTCOMES, type Outcome } from '../../model/outcomes.js';
import { median } from '../../statistics/quantile.js';
import type { Chart } from '../../text/blocks.js';
import { GRID, INK } from '../charts/palette.js';
import { escapeHtml } from '../html/escape.js';
import { OUTCOME_WORDS } from './words.js';

const WIDTH = 760;
const LEFT = 130;
const ROW = 44;
const BAR = 34;
const TOP = 22;
const BOTTOM = 46;
/** Before the fault, seconds. */
const SHOWN_BEFORE = 1;

/** Okabe and Ito's palette; what is right is pale, since it is what nobody looks for. */
const OUTCOME_COLORS: Readonly<Record<Outcome, string>> = {
  right: '#bfd9e8',
  'wrongly-accepted': '#D55E00',
  resurrected: '#000000',
  'wrongly-refused': '#7b3294',
  unavailable: '#E69F00',
  unexpected: '#777777',
};

export function drillChart({ name, repetitions }: DrillRecord, variants: readonly string[]): Chart {
  const afterSeconds = Math.max(
    ...repetitions.map(({ endMs, faultMs }) => (endMs - faultMs) / 1000),
  );
  const steps = Math.ceil(((SHOWN_BEFORE + afterSeconds) * 1000) / BUCKET_MS);
  const undoSeconds = median(repetitions.map(({ undoMs, faultMs }) => (undoMs - faultMs) / 1000));
  const height = TOP + variants.length * ROW + BOTTOM;
  const x = (seconds: number) =>
    LEFT + ((seconds + SHOWN_BEFORE) / (SHOWN_BEFORE + afterSeconds)) * (WIDTH - LEFT - 10);
  const stepWidth = x(BUCKET_MS / 1000) - x(0);
  const rows = variants.map((variant, row) => {
    const y = TOP + row * ROW;
    const bars = sharesOf(variant, repetitions, steps).flatMap((shares, step) => {
      let top = y;
      const left = x(-SHOWN_BEFORE + (step * BUCKET_MS) / 1000);
      // The worst on top.
      return [...OUTCOMES].reverse().flatMap((outcome) => {
        const share = shares[OUTCOMES.indexOf(outcome)] ?? 0;
        if (share === 0) return [];
        const part = share * BAR;
        const bar = `<rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${(stepWidth + 0.3).toFixed(1)}" height="${part.toFixed(1)}" fill="${OUTCOME_COLORS[outcome]}"/>`;
        top += part;
        return [bar];
      });
    });
    return `<text x="${LEFT - 8}" y="${y + BAR / 2 + 5}" text-anchor="end" font-size="14" fill="${INK}">${escapeHtml(variant)}</text>${bars.join('')}`;
  });
  const bottom = TOP + variants.length * ROW;
  const line = (seconds: number, text: string) =>
    `<line x1="${x(seconds)}" x2="${x(seconds)}" y1="${TOP - 6}" y2="${bottom}" stroke="${INK}" stroke-dasharray="4 3"/><text x="${x(seconds)}" y="${TOP - 9}" text-anchor="middle" font-size="13" fill="${INK}">${text}</text>`;
  const ticks = Array.from({ length: Math.floor(afterSeconds) + 2 }, (_, index) => index - 1).map(
    (second) =>
      `<line x1="${x(second)}" x2="${x(second)}" y1="${bottom}" y2="${bottom + 5}" stroke="${GRID}"/><text x="${x(second)}" y="${bottom + 19}" text-anchor="middle" font-size="12" fill="${INK}">${second}</text>`,
  );
  const id = `drill-${name}`;
  const title = 'Answers, 100 ms by 100 ms';
  const description = `For each of ${variants.join(', ')}: what share of the answers was right, wrong or missing, from a second before the fault to ${afterSeconds.toFixed(0)} s after it. The table has the figures.`;
  return {
    ...{ id, title, description },
    svg: `<svg role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${WIDTH} ${height}" xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif"><title id="${id}-title">${title}</title><desc id="${id}-desc">${escapeHtml(description)}</desc>${rows.join('')}${line(0, 'fault')}${undoSeconds > 0.6 ? line(undoSeconds, 'undone') : ''}${ticks.join('')}<text x="${(LEFT + WIDTH) / 2}" y="${bottom + 38}" text-anchor="middle" font-size="13" fill="${INK}">seconds since the fault</text></svg>`,
  };
}

/** Of each step, the share of each outcome. */
function sharesOf(
  variant: string,
  repetitions: DrillRecord['repetitions'],
  steps: number,
): number[][] {
  const counts = Array.from({ length: steps }, () => OUTCOMES.map(() => 0));
  for (const { faultMs, variants } of repetitions) {
    const first = Math.round((faultMs - SHOWN_BEFORE * 1000) / BUCKET_MS);
    for (const [step, row] of counts.entries()) {
      for (const [place, count] of (variants[variant]?.series[first + step] ?? []).entries()) {
        row[place] = (row[place] ?? 0) + count;
      }
    }
  }
  return counts.map((row) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return all === 0 ? row : row.map((count) => count / all);
  });
}

/** For the caption: which colour is what. */
export const CHART_CAPTION = `Each bar is 100 ms of requests, by the moment at which they were to be sent. Pale blue: ${OUTCOME_WORDS.right}. Orange: ${OUTCOME_WORDS.unavailable}. Red: ${OUTCOME_WORDS['wrongly-accepted']} (the login had been ended). Black: ${OUTCOME_WORDS.resurrected} after a refusal. Violet: ${OUTCOME_WORDS['wrongly-refused']} (the login was good). Grey: ${OUTCOME_WORDS.unexpected}.`;
