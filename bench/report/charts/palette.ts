/**
 * Colours and signs. Okabe and Ito's palette (https://jfly.uni-koeln.de/color/) can be told apart
 * with any colour vision; symbols, dashes and patterns carry the same difference without colour.
 */
import type { ProcessKind } from '../../result/schema.js';
import type { Arm } from '../view.js';

export interface Mark {
  color: string;
  symbol: string;
  /** The symbol as a character, before the name. */
  sign: string;
  dash: 'solid' | 'dashed' | 'dotted';
}

const MARKS: readonly Mark[] = [
  { color: '#0072B2', symbol: 'circle', sign: '●', dash: 'solid' },
  { color: '#D55E00', symbol: 'rect', sign: '■', dash: 'solid' },
  { color: '#CC79A7', symbol: 'diamond', sign: '◆', dash: 'dashed' },
  { color: '#009E73', symbol: 'triangle', sign: '▲', dash: 'dashed' },
  { color: '#56B4E9', symbol: 'emptyCircle', sign: '○', dash: 'solid' },
  { color: '#E69F00', symbol: 'roundRect', sign: '▢', dash: 'dashed' },
];
const CONTROL: Mark = { color: '#555555', symbol: 'triangle', sign: '▲', dash: 'dotted' };

export function markOf(arms: readonly Arm[], name: string): Mark {
  const arm = arms.find((known) => known.name === name);
  if (arm?.control) return CONTROL;
  const compared = arms.filter(({ control }) => !control);
  const index = Math.max(
    0,
    compared.findIndex((known) => known.name === name),
  );
  return MARKS[index % MARKS.length] ?? CONTROL;
}

export interface Fill {
  kind: ProcessKind;
  label: string;
  color: string;
  /** echarts' pattern over the colour. */
  decal: object;
}

/** echarts writes into it, so each use gets its own. */
const PLAIN = { symbol: 'none' };
const STRIPES = {
  symbol: 'rect',
  dashArrayX: [1, 0],
  dashArrayY: [2, 5],
  rotation: -Math.PI / 4,
  color: 'rgba(0,0,0,0.55)',
};
const DOTS = {
  symbol: 'circle',
  dashArrayX: [
    [7, 7],
    [0, 7, 7, 0],
  ],
  dashArrayY: [7, 0],
  symbolSize: 0.55,
  color: 'rgba(0,0,0,0.55)',
};

/** Of the service, in the order of stacking. */
export const SERVER_FILLS: readonly Fill[] = [
  { kind: 'application', label: 'Application', color: '#009E73', decal: PLAIN },
  { kind: 'redis', label: 'Redis', color: '#F0E442', decal: STRIPES },
  { kind: 'postgres', label: 'PostgreSQL', color: '#56B4E9', decal: DOTS },
];
export const LOAD_FILL: Fill = {
  kind: 'loadGenerator',
  label: 'Load generator (not part of the service)',
  color: '#eeeeee',
  decal: PLAIN,
};

export const INK = '#1a1a1a';
export const GRID = '#d0d0d0';
