/** A table that is brought up to date in place, and scrolls by itself where it is wide. */
import { make, setCount, setText } from '../dom.ts';

/** A column. */
export interface ColumnSpec<R> {
  readonly head: string;
  readonly of: (row: R) => string;
  /** Words rather than figures: to the left. */
  readonly text?: boolean;
  /** What the head means, shown when it is pointed at. */
  readonly hint?: string;
}

/** Rows of one kind. The first column names them. */
export class DataTable<R> {
  readonly element: HTMLElement;
  readonly #columns: readonly ColumnSpec<R>[];
  readonly #body = make('tbody');

  constructor(testId: string, caption: string, columns: readonly ColumnSpec<R>[]) {
    this.#columns = columns;
    const heads = columns.map(({ head, hint, text }) =>
      make('th', { scope: 'col', ...classOf(text), ...(hint === undefined ? {} : { title: hint }) }, head),
    );
    const table = make(
      'table',
      { 'data-testid': testId },
      make('caption', {}, caption),
      make('thead', {}, make('tr', {}, ...heads)),
      this.#body,
    );
    const attributes = { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption };
    this.element = make('div', attributes, table);
  }

  draw(rows: readonly R[]): void {
    setCount(this.#body, rows.length, () => this.#row());
    rows.forEach((row, r) => {
      const cells = (this.#body.children[r] as HTMLElement).children;
      this.#columns.forEach(({ of }, c) => {
        setText(cells[c] as Node, of(row));
      });
    });
  }

  #row(): HTMLElement {
    const cells = this.#columns.map(({ text }, i) =>
      i === 0 ? make('th', { scope: 'row', ...classOf(text) }) : make('td', classOf(text)),
    );
    return make('tr', {}, ...cells);
  }
}

function classOf(text: boolean | undefined): Record<string, string> {
  return text === true ? { class: 'text' } : {};
}
