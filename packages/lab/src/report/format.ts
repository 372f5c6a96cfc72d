/** Figures as people read them: three significant digits, and the unit that suits. */
import type { Spread } from '../statistics.ts';

interface Unit {
  readonly name: string;
  readonly size: number;
}

const TIME: readonly Unit[] = [
  { name: 'ns', size: 1 },
  { name: 'µs', size: 1e3 },
  { name: 'ms', size: 1e6 },
  { name: 's', size: 1e9 },
];
const BYTES: readonly Unit[] = [
  { name: 'B', size: 1 },
  { name: 'KiB', size: 2 ** 10 },
  { name: 'MiB', size: 2 ** 20 },
  { name: 'GiB', size: 2 ** 30 },
];
const COUNT: readonly Unit[] = [
  { name: '', size: 1 },
  { name: 'k', size: 1e3 },
  { name: 'M', size: 1e6 },
  { name: 'G', size: 1e9 },
];

/** Three significant digits, without an exponent: 0.0123, 1.23, 12.3, 123, 1234. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const digits = Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(4, Math.max(0, 2 - digits)));
}

export function formatTime(ns: number): string {
  return withUnit(ns, TIME);
}

export function formatBytes(bytes: number): string {
  return withUnit(bytes < 0.05 ? 0 : bytes, BYTES);
}

export function formatCount(count: number): string {
  return withUnit(count, COUNT);
}

/** What is counted has no decimals, until there is so much of it that it needs a unit. */
export function formatTally(count: number): string {
  if (count >= 10_000) return formatCount(count);
  return String(count >= 10 ? Math.round(count) : Number(formatNumber(count)));
}

export function formatPercent(share: number): string {
  return `${formatNumber(share * 100)} %`;
}

/** The median and, smaller rounds to larger, the range, all in the median's unit: `67.1 ns (65.0–72.3)`. */
export function formatTimeSpread(spread: Spread): string {
  return spreadWithUnit(spread, TIME);
}

/** The same for a figure without a unit: `67.1 (65.0–72.3)`. */
export function formatNumberSpread({ median, min, max }: Spread): string {
  return formatNumber(median) + range(min, max, 1);
}

/** `4.62× (4.40–4.81)` */
export function formatRatioSpread({ median, min, max }: Spread): string {
  return `${formatNumber(median)}×${range(min, max, 1)}`;
}

/** A ratio as a change: 0.03 is `−97.0 %`, 1.5 is `+50.0 %`. */
export function formatChange(ratio: number): string {
  const change = (ratio - 1) * 100;
  return `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)} %`;
}

function withUnit(value: number, units: readonly Unit[]): string {
  const { name, size } = unitFor(value, units);
  return join(formatNumber(value / size), name);
}

function spreadWithUnit({ median, min, max }: Spread, units: readonly Unit[]): string {
  const { name, size } = unitFor(median, units);
  return join(formatNumber(median / size), name) + range(min, max, size);
}

/** Nothing where there is no range, as after a single round. */
function range(min: number, max: number, size: number): string {
  return min === max ? '' : ` (${formatNumber(min / size)}–${formatNumber(max / size)})`;
}

function join(number: string, unit: string): string {
  return unit === '' ? number : `${number} ${unit}`;
}

/** The largest unit of which there is at least one; the smallest for less. */
function unitFor(value: number, units: readonly Unit[]): Unit {
  let chosen = units[0] as Unit;
  for (const unit of units) if (Math.abs(value) >= unit.size) chosen = unit;
  return chosen;
}
