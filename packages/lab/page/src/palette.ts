/** Colours of the style sheet for what is drawn on a canvas, as they are now: light or dark. */

const read = new Map<string, string>();
const listeners = new Set<() => void>();
const dark = matchMedia('(prefers-color-scheme: dark)');

dark.addEventListener('change', () => {
  read.clear();
  for (const listener of listeners) listener();
});

/** How many colours there are for lines. */
export const SERIES_COLOURS = 8;

/** The name of the colour of the n-th line, from 0. */
export function seriesColour(index: number): string {
  return `--series-${(index % SERIES_COLOURS) + 1}`;
}

/** The value of a custom property such as `--line`, as `#rrggbb`. */
export function colour(name: string): string {
  let value = read.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    read.set(name, value);
  }
  return value;
}

/** Whether the ground is dark. */
export function isDark(): boolean {
  return dark.matches;
}

/** Calls back when the colours have changed. */
export function onColours(listener: () => void): void {
  listeners.add(listener);
}
