/** After the logout, on one clock: how long each server still let an ended login in. */
import type { CustomSeriesOption, EChartsOption } from 'echarts';
import type { DoorAnswer } from '../../analyse/answers/logout-answer.js';
import type { Logout } from '../../model/logout-schema.js';
import type { Chart } from '../../text/blocks.js';
import type { Language } from '../language/language.js';
import type { ReportedVariant } from '../view.js';
import { PICTURE, valueAxis } from './frame.js';
import { INK, inkOn, markOf } from './palette.js';
import { renderSvg, shortened } from './svg.js';

const ROW_HEIGHT = 34;
const FRAME_HEIGHT = 90;
/** A bar of nothing is drawn as this much, so that it is seen where it stands. */
const SLIVER_PX = 3;

export function logoutPicture(
  answers: readonly DoorAnswer[],
  { tokenLifeSeconds }: Logout,
  variants: readonly ReportedVariant[],
  title: string,
  language: Language,
): Chart {
  const rows = answers
    .flatMap(({ variant, perInstance }) =>
      perInstance.map(({ instance, acceptedForMs, knew }) => ({
        ...{ variant, knew, seconds: acceptedForMs / 1000 },
        color: markOf(variants, variant).color,
        label: `${shortened(variant)} · ${language.logout.server(instance)}`,
      })),
    )
    .reverse();
  const option: EChartsOption = {
    grid: { left: 4, right: 30, top: 24, bottom: 40, containLabel: true },
    xAxis: {
      ...valueAxis(language.logout.axis, 26),
      max: Math.max(tokenLifeSeconds, ...rows.map(({ seconds }) => seconds)) * 1.05,
    },
    yAxis: {
      type: 'category',
      data: rows.map(({ label }) => label),
      axisLabel: { color: INK, fontSize: 12, interval: 0 },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: INK } },
    },
    series: [
      {
        ...{ type: 'bar', silent: true, barWidth: 18 },
        data: rows.map(({ color, seconds }) => ({
          value: seconds,
          itemStyle: { color, borderColor: INK, borderWidth: 1 },
        })),
      },
      words(rows, language),
      {
        ...{ type: 'line', silent: true, symbol: 'none' },
        data: [],
        markLine: {
          ...{ silent: true, symbol: 'none', animation: false },
          lineStyle: { color: INK, type: [3, 3], width: 1 },
          label: {
            formatter: language.logout.tokenEnds,
            color: INK,
            fontSize: 11,
            position: 'end',
          },
          data: [{ xAxis: tokenLifeSeconds }],
        },
      },
    ],
  };
  const description = rows
    .map(({ label, seconds }) => `${label}: ${seconds.toFixed(2)} s`)
    .join('; ');
  return {
    ...{ id: 'answer-logout', title, description },
    svg: renderSvg({
      ...{ id: 'answer-logout', title, description, option },
      width: PICTURE.width,
      height: Math.max(PICTURE.height, FRAME_HEIGHT + rows.length * ROW_HEIGHT),
    }),
  };
}

interface Row {
  seconds: number;
  knew: boolean;
  /** Of its bar. */
  color: string;
}

function words(rows: readonly Row[], { logout }: Language): CustomSeriesOption {
  return {
    ...{ type: 'custom', silent: true, z: 9, clip: false },
    data: rows.map(({ seconds }, index) => [seconds, index]),
    encode: { x: 0, y: 1 },
    renderItem: ({ dataIndex }, api) => {
      const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
      const [zero = 0] = api.coord([0, api.value(1)]);
      const row = rows[dataIndex] as Row;
      const isOpen = x - zero > SLIVER_PX;
      const text = !row.knew ? '–' : isOpen ? logout.stillAccepted : logout.refusedAtOnce;
      return {
        type: 'text',
        style: {
          ...{ x: isOpen ? zero + 8 : zero + 6, y: y - 7, text },
          ...{
            fill: isOpen ? inkOn(row.color) : INK,
            font: `${isOpen ? 'bold ' : ''}12px sans-serif`,
          },
        },
      };
    },
  };
}
