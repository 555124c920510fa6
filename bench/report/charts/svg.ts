/**
 * Options of echarts -> one SVG element that stands on its own in a page: scaled by its viewBox,
 * named for screen readers, with element ids that no other chart has.
 */
import { createRequire } from 'node:module';
import type { EChartsOption } from 'echarts';
import { escapeHtml } from '../html/escape.js';
import { INK } from './palette.js';

export interface Drawing {
  id: string;
  title: string;
  description: string;
  width: number;
  height: number;
  option: EChartsOption;
}

/**
 * Loaded with the first chart, not with the lab: most words of its command line draw none. As one file,
 * where an import would read five hundred.
 */
const require = createRequire(import.meta.url);
const loadEcharts = (): typeof import('echarts') => require('echarts');

const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, DejaVu Sans, sans-serif';

export function renderSvg({ id, title, description, width, height, option }: Drawing): string {
  const chart = loadEcharts().init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: 'transparent',
      textStyle: { fontFamily: FONT, fontSize: 14, color: INK },
      ...option,
    });
    return standAlone(chart.renderToSVGString(), { id, title, description });
  } finally {
    chart.dispose();
  }
}

function standAlone(
  svg: string,
  { id, title, description }: Omit<Drawing, 'width' | 'height' | 'option'>,
): string {
  const viewBox = /viewBox="([^"]*)"/.exec(svg)?.[1] ?? '';
  const inner = svg
    .replace(/^<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    // Rules for hovering, which a printed page has no use for.
    .replace(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replace(/ class="zr\d+-cls-\d+"/g, '')
    .replace(/ pointer-events="visible"/g, '')
    .replace(/ ecmeta_[a-z_]+="[^"]*"/g, '')
    // echarts counts its charts over the life of the process; the page counts by the chart's name.
    .replace(/\bzr\d+-/g, `${id}-`);
  return `<svg role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="${viewBox}" xmlns="http://www.w3.org/2000/svg"><title id="${id}-title">${escapeHtml(title)}</title><desc id="${id}-desc">${escapeHtml(description)}</desc>${inner}</svg>`;
}

/** Widths of text without a DOM: an upper estimate for a bold system font. */
export function textWidth(text: string, fontSize = 14): number {
  return Math.ceil(text.length * fontSize * 0.66);
}

export function shortened(name: string, longest = 18): string {
  return name.length <= longest ? name : `${name.slice(0, longest - 1)}…`;
}

/** An id from names that come from data: letters, digits and dashes. */
export function chartId(kind: string, workload: string, index: number): string {
  return `${kind}-${index}-${workload.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}
