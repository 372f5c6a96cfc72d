/** Figures as text. What is not there (JSON has no Infinity) is a dash. */

type Figure = number | null | undefined;

const NONE = '–';
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const CLOCK_SHORT = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

function isFigure(value: Figure): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Three figures, or all of those before the point. */
function short(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return WHOLE.format(value);
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** `1.50 KiB`. */
export function bytes(value: Figure): string {
  if (!isFigure(value)) return NONE;
  let unit = 0;
  let rest = value;
  while (rest >= 1024 && unit < UNITS.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${short(rest)} ${UNITS[unit]}`;
}

/** `12,345`. */
export function count(value: Figure): string {
  return isFigure(value) ? WHOLE.format(value) : NONE;
}

/** `12.3K` from ten thousand on. */
export function compact(value: Figure): string {
  if (!isFigure(value)) return NONE;
  return Math.abs(value) < 10_000 ? WHOLE.format(value) : COMPACT.format(value);
}

/** `97.3 %` of a fraction. */
export function percent(fraction: Figure): string {
  if (!isFigure(fraction)) return NONE;
  const value = fraction * 100;
  // Not quite all is never shown as all.
  const shown = fraction < 1 && value > 99.9 ? Math.min(99.99, Math.floor(value * 100) / 100) : value;
  return `${shown === 100 || shown === 0 ? shown : shown.toFixed(shown > 99.9 ? 2 : 1)} %`;
}

/** `0.42 ms`, `1.20 s`. */
export function milliseconds(value: Figure): string {
  if (!isFigure(value)) return NONE;
  return value >= 1000 ? `${short(value / 1000)} s` : `${short(value)} ms`;
}

/** `3 h 12 min`. */
export function duration(seconds: number): string {
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** Local time of day, `14:05:09`. */
export function clock(ms: number): string {
  return CLOCK.format(ms);
}

/** `14:05`. */
export function clockShort(ms: number): string {
  return CLOCK_SHORT.format(ms);
}

/** `1 page`, `3 pages`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `part / whole`; undefined where there is no whole. */
export function ratio(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}
