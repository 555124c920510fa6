/**
 * Colours and signs of strategies, and patterns of tiers. Okabe and Ito's palette (https://jfly.uni-koeln.de/color/) can be told apart
 * with any colour vision; symbols, dashes and patterns carry the same difference without colour.
 */

import type { Pattern, Tier } from '../../model/tiers.js';
import type { ReportedVariant } from '../view.js';

export interface Mark {
  color: string;
  symbol: string;
  /** The symbol as a character, before the name. */
  sign: string;
  dash: 'solid' | 'dashed' | 'dotted';
}

/** Symbols that echarts has no name for, drawn in a box of any size. */
const PATHS = {
  down: 'path://M0 0H10L5 9Z',
  left: 'path://M10 0V10L1 5Z',
  right: 'path://M0 0V10L9 5Z',
  plus: 'path://M3.5 0H6.5V3.5H10V6.5H6.5V10H3.5V6.5H0V3.5H3.5Z',
  cross: 'path://M2 0L5 3L8 0L10 2L7 5L10 8L8 10L5 7L2 10L0 8L3 5L0 2Z',
  star: 'path://M5 0L6.5 3.5L10 3.8L7.4 6.2L8.2 10L5 8L1.8 10L2.6 6.2L0 3.8L3.5 3.5Z',
  hexagon: 'path://M2.5 0.7H7.5L10 5L7.5 9.3H2.5L0 5Z',
  pentagon: 'path://M5 0L10 3.8L8 10H2L0 3.8Z',
} as const;

/** Every symbol is another one, and none is hollow: a hollow mark is a trial that does not count. */
const MARKS: readonly Mark[] = [
  { color: '#0072B2', symbol: 'circle', sign: '●', dash: 'solid' },
  { color: '#D55E00', symbol: 'rect', sign: '■', dash: 'solid' },
  { color: '#CC79A7', symbol: 'diamond', sign: '◆', dash: 'dashed' },
  { color: '#009E73', symbol: PATHS.down, sign: '▼', dash: 'dashed' },
  { color: '#56B4E9', symbol: PATHS.star, sign: '★', dash: 'solid' },
  { color: '#E69F00', symbol: PATHS.plus, sign: '✚', dash: 'dashed' },
  { color: '#000000', symbol: PATHS.cross, sign: '✖', dash: 'solid' },
  { color: '#0072B2', symbol: PATHS.right, sign: '▶', dash: 'dotted' },
  { color: '#D55E00', symbol: PATHS.hexagon, sign: '⬢', dash: 'dotted' },
  { color: '#CC79A7', symbol: PATHS.pentagon, sign: '⬟', dash: 'dotted' },
  { color: '#009E73', symbol: PATHS.left, sign: '◀', dash: 'dotted' },
];
const CONTROL: Mark = { color: '#555555', symbol: 'triangle', sign: '▲', dash: 'dotted' };

/** @param id of a variant */
export function markOf(variants: readonly ReportedVariant[], id: string): Mark {
  const variant = variants.find((known) => known.id === id);
  if (variant?.control) return CONTROL;
  const compared = variants.filter(({ control }) => !control);
  const index = Math.max(
    0,
    compared.findIndex((known) => known.id === id),
  );
  return MARKS[index % MARKS.length] ?? CONTROL;
}

/** How a tier is drawn. */
export interface Fill {
  /** The id of the tier. */
  id: string;
  label: string;
  color: string;
  /** echarts' pattern over the colour. */
  decal: object;
}

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

/** The patterns of the table of tiers, as echarts draws them. It writes into one, so each use gets its own. */
const DECALS: Readonly<Record<Pattern, object>> = {
  plain: { symbol: 'none' },
  stripes: STRIPES,
  'cross-stripes': { ...STRIPES, rotation: Math.PI / 4 },
  dots: DOTS,
  squares: { ...DOTS, symbol: 'rect', symbolSize: 0.4 },
};

export function fillOf({ id, label, fill: { color, pattern }, scope }: Tier): Fill {
  const shown = scope === 'lab' ? `${label} (not part of the service)` : label;
  return { id, label: shown, color, decal: { ...DECALS[pattern] } };
}

export const INK = '#1a1a1a';
export const GRID = '#d0d0d0';
const PAPER = '#ffffff';

/** Black or white: the one that is easier to read on the colour. */
export function inkOn(color: string): string {
  // Contrast with white is 1.05 / (luminance + 0.05), with black (luminance + 0.05) / 0.05 (WCAG 2.2).
  return (luminanceOf(color) + 0.05) ** 2 < 1.05 * 0.05 ? PAPER : '#000000';
}

/** @param color as "#rrggbb" */
function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
