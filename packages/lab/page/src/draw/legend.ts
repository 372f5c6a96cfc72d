/** What the lines of a chart are called, and their values: now, or where the cursor is. */
import { make, setCount, setText } from '../dom.ts';
import type { Line } from './line.ts';

/** A list beside a chart. */
export class Legend {
  readonly element: HTMLUListElement = make('ul', { class: 'legend' });

  /** Tells the values at `index`; without one, the last there are. */
  update(lines: readonly Line[], index: number | undefined, format: (value: number) => string): void {
    setCount(this.element, lines.length, () =>
      make('li', {}, make('span', { class: 'swatch', 'aria-hidden': 'true' }), make('span'), make('b')),
    );
    lines.forEach((line, i) => {
      const [swatch, label, value] = (this.element.children[i] as HTMLElement).children;
      (swatch as HTMLElement).dataset['kind'] = line.points ?? (line.dash === true ? 'dash' : 'line');
      (swatch as HTMLElement).style.color = `var(${line.colour})`;
      setText(label as Node, line.label);
      const told = line.told ?? line.values;
      const at = index === undefined ? lastOf(told) : told[index];
      setText(value as Node, at === null || at === undefined ? '–' : format(at));
    });
  }
}

function lastOf(values: Line['values']): number | null | undefined {
  return values.findLast((value) => value !== null);
}
