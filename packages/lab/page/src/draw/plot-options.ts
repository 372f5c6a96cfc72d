/** uPlot's options as all charts of the page have them, so that times lie under times. */
import type uPlot from 'uplot';
import { clock, clockShort } from '../format.ts';
import { colour } from '../palette.ts';
import type { Line } from './line.ts';

/** Pixels for the figures of the vertical axis; the same in all charts. */
const AXIS_WIDTH = 64;
const FONT = '11px system-ui, sans-serif';
/** Charts with the same key move their cursors together. */
const SYNC_KEY = 'rockpool';

/** What the vertical axis is like. */
export interface VerticalAxis {
  readonly format: (value: number) => string;
  /** Fixed, or of the greatest value. */
  readonly range: readonly [least: number, most: number] | ((most: number) => [least: number, most: number]);
  readonly log?: boolean;
  /** Steps between marks. */
  readonly steps?: readonly number[];
  /** The marks themselves. */
  readonly marks?: readonly number[];
}

/** Powers of two, as steps of bytes. */
export const BINARY_STEPS: readonly number[] = Array.from({ length: 44 }, (_, i) => 2 ** i);

/** From 0 to a little above what there is. */
export function fromZero(most: number): [number, number] {
  return [0, most > 0 ? most * 1.08 : 1];
}

/** All options of a chart. `timeRange` is asked at each drawing. */
export function plotOptions(
  size: { readonly width: number; readonly height: number },
  lines: readonly Line[],
  axis: VerticalAxis,
  timeRange: () => readonly [number, number],
  hooks: uPlot.Hooks.Arrays,
): uPlot.Options {
  const { range, log = false } = axis;
  return {
    ...size,
    padding: [10, 26, 0, 0],
    legend: { show: false },
    cursor: {
      drag: { x: false, y: false },
      sync: { key: SYNC_KEY, scales: ['x', null] },
      points: { size: 7 },
    },
    scales: {
      x: { time: true, range: () => [...timeRange()] as uPlot.Range.MinMax },
      y: {
        distr: log ? 3 : 1,
        range: (_, __, most) => (typeof range === 'function' ? range(most ?? 0) : [range[0], range[1]]),
      },
    },
    axes: [
      {
        ...axisStyle(),
        size: 26,
        space: 76,
        values: (_, splits, __, ___, step) =>
          splits.map((s) => (step < 60 ? clock(s * 1000) : clockShort(s * 1000))),
      },
      {
        ...axisStyle(),
        size: AXIS_WIDTH,
        space: 32,
        ...(axis.steps === undefined ? {} : { incrs: [...axis.steps] }),
        ...(axis.marks === undefined ? {} : { splits: marksBetween(axis.marks) }),
        values: (_, splits) => splits.map((value) => (value === null ? null : axis.format(value))),
      },
    ],
    series: [{}, ...lines.map(seriesOf)],
    bands: lines.flatMap((line, i) =>
      line.fill === 'before' ? [{ series: [i + 1, i] as [number, number], fill: tint(line) }] : [],
    ),
    hooks,
  };
}

function marksBetween(marks: readonly number[]): uPlot.Axis.Splits {
  return (_, __, least, most) => marks.filter((mark) => mark >= least && mark <= most);
}

function axisStyle(): Pick<uPlot.Axis, 'stroke' | 'font' | 'grid' | 'ticks' | 'gap'> {
  return {
    stroke: () => colour('--quiet'),
    font: FONT,
    gap: 6,
    grid: { stroke: () => colour('--grid'), width: 1 },
    ticks: { show: false },
  };
}

function seriesOf(line: Line): uPlot.Series {
  const stroke = (): string => colour(line.colour);
  if (line.points !== undefined) {
    const inside = line.points === 'open' ? (): string => colour('--surface') : stroke;
    return { stroke, paths: () => null, points: { show: true, size: 7, width: 1.5, stroke, fill: inside } };
  }
  return {
    stroke,
    width: 1.5,
    ...(line.dash === true ? { dash: [5, 4] } : {}),
    ...(line.fill === 'axis' ? { fill: tint(line) } : {}),
    points: { size: 4, fill: stroke },
  };
}

/** The colour of a line, thin. */
function tint({ colour: name }: Line): () => string {
  return () => `${colour(name)}38`;
}
