/** Reports of leaks, each behind its first line. */
import type { Model } from '../data/model.ts';
import { make, setCount, setShown, setText } from '../dom.ts';
import { count, plural } from '../format.ts';
import { makeSection, type Part } from './part.ts';

/** The section of leaks: shown once anything was tracked. */
export class Leaks implements Part {
  readonly element: HTMLElement;
  readonly #sum = make('p', { class: 'note' });
  readonly #list = make('div', { 'data-testid': 'leaks' });

  constructor() {
    this.element = makeSection('leak-reports', 'Leaks', this.#sum, this.#list);
  }

  draw({ snapshot }: Model): void {
    if (snapshot === undefined) return;
    const { tracked, leaked, active, recent } = snapshot.leaks;
    setShown(this.element, tracked > 0 || recent.length > 0);
    const fate = leaked === 0 ? 'none was lost' : `${count(leaked)} collected without having been given back`;
    setText(this.#sum, `${plural(tracked, 'resource')} tracked, ${count(active)} in use now, ${fate}.`);
    setCount(this.#list, recent.length, () =>
      make('details', {}, make('summary'), make('pre', { tabindex: '0' })),
    );
    // The newest first.
    [...recent].reverse().forEach(({ resource, message }, i) => {
      const [summary, text] = (this.#list.children[i] as HTMLElement).children;
      setText(summary as Node, resource);
      setText(text as Node, message);
    });
  }
}
