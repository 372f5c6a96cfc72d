/** The maps of all allocators, under one legend. */
import { ArenaView } from '../arena/arena-view.ts';
import { classColour, powersBetween } from '../arena/class-colours.ts';
import type { Model } from '../data/model.ts';
import { make, setCount, setShown, setText } from '../dom.ts';
import { bytes } from '../format.ts';
import { onColours } from '../palette.ts';
import { makeSection, type Part } from './part.ts';

/** The section of maps. */
export class ArenaMaps implements Part {
  readonly element: HTMLElement;
  readonly #scale = make('ul', { class: 'scale', 'aria-label': 'Colours of size classes' });
  readonly #host = make('div');
  #views: ArenaView[] = [];
  #sizes: readonly number[] = [];

  constructor() {
    const forms = make(
      'ul',
      { class: 'forms' },
      make('li', {}, make('i', { class: 'form full' }), 'block, or full slab'),
      make('li', {}, make('i', { class: 'form half' }), 'slab, half of its slots used'),
      make('li', {}, make('i', { class: 'form hollow' }), 'free pages'),
    );
    const legend = make('div', { class: 'map-legend' }, this.#scale, forms);
    this.element = makeSection('arenas', 'Arenas', legend, this.#host);
    onColours(() => this.#drawScale());
  }

  draw({ snapshot }: Model): void {
    const drawn = (snapshot?.allocators ?? []).filter(({ map }) => map.chunks.length > 0);
    setShown(this.element, drawn.length > 0);
    this.#sizes = powersBetween(
      drawn.flatMap(({ map }) =>
        map.chunks.flatMap(({ runs }) =>
          runs.flatMap(({ kind, blockBytes }) => (kind === 'free' ? [] : blockBytes)),
        ),
      ),
    );
    this.#drawScale();
    this.#views.length = Math.min(this.#views.length, drawn.length);
    setCount(this.#host, drawn.length, (i) => {
      const view = new ArenaView();
      this.#views[i] = view;
      return view.element;
    });
    drawn.forEach(({ name, map }, i) => {
      this.#views[i]?.draw(name, map);
    });
  }

  #drawScale(): void {
    setCount(this.#scale, this.#sizes.length, () => make('li', {}, make('i'), make('span')));
    this.#sizes.forEach((size, i) => {
      const [swatch, label] = (this.#scale.children[i] as HTMLElement).children;
      (swatch as HTMLElement).style.background = classColour(size);
      setText(label as Node, bytes(size));
    });
  }
}
