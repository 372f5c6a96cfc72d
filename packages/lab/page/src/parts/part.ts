/** A part of the page: an element, and how it follows the model. */
import type { Model } from '../data/model.ts';
import { make } from '../dom.ts';

/** Parts are made once and drawn with each snapshot. */
export interface Part {
  readonly element: HTMLElement;
  draw(model: Model): void;
}

/** A part with a heading, that is hidden while it has nothing to show. */
export function makeSection(id: string, title: string, ...children: readonly Node[]): HTMLElement {
  const heading = make('h2', { id: `${id}-heading` }, title);
  return make('section', { id, 'aria-labelledby': heading.id, hidden: '' }, heading, ...children);
}
