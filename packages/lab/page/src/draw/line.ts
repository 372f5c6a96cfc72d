/** What a chart draws: lines and clouds of points over common times. */
import type { Column } from '../data/history.ts';

/** A line. */
export interface Line {
  readonly label: string;
  /** Name of a custom property of the style sheet. */
  readonly colour: string;
  /** What is drawn, and told unless there are `told`. */
  readonly values: Column;
  /** What the legend tells, where something else is drawn: lines on top of others. */
  readonly told?: Column;
  /** Fills down to the axis, or to the line before this one. */
  readonly fill?: 'axis' | 'before';
  /** Points instead of a line; open ones have the ground's colour inside. */
  readonly points?: 'full' | 'open';
  readonly dash?: boolean;
}

/** Whether charts of these lines are drawn alike, so that new data will do. */
export function sameLines(a: readonly Line[], b: readonly Line[]): boolean {
  return (
    a.length === b.length &&
    a.every((line, i) => {
      const other = b[i] as Line;
      return line.label === other.label && line.colour === other.colour && line.points === other.points;
    })
  );
}
