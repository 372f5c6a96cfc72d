/** How to get figures: before the first snapshot, and for what a process does not use. */
import type { Snapshot } from '@rockpool/metrics';
import type { Model } from '../data/model.ts';
import { make } from '../dom.ts';
import { makeSection, type Part } from './part.ts';

/** Shown until the first snapshot is there. */
export class Welcome implements Part {
  readonly element: HTMLElement = makeSection(
    'welcome',
    'Waiting for the first figures',
    make('p', {}, 'They come as soon as a process tells them. In your program:'),
    make(
      'pre',
      {},
      "import { serveMetrics } from '@rockpool/metrics';\n\nawait serveMetrics(); // http://127.0.0.1:9464",
    ),
    make('p', {}, 'and beside it, in a terminal:'),
    make('pre', {}, 'npx rockpool watch http://127.0.0.1:9464'),
  );

  draw({ snapshot }: Model): void {
    this.element.hidden = snapshot !== undefined;
  }
}

interface Hint {
  readonly what: string;
  readonly code: string;
  readonly used: (snapshot: Snapshot) => boolean;
}

const HINTS: readonly Hint[] = [
  {
    what: 'Buffers: bytes, arenas, size classes',
    code: "const allocator = new ByteBufAllocator({ name: 'frames' });",
    used: ({ allocators }) => allocators.length > 0,
  },
  {
    what: 'Object pools',
    code: "const rows = new Pool({ name: 'rows', create: () => new Row() });",
    used: ({ pools }) => pools.length > 0,
  },
  {
    what: 'Resource pools: waits, leases',
    code: "const db = new ResourcePool({ name: 'db', create: connect, max: 10 });",
    used: ({ resourcePools }) => resourcePools.length > 0,
  },
  {
    what: 'Memory shared by worker threads',
    code: 'const shared = SharedPool.create({ bytes: 1 << 20, maxBytes: 16 << 20 });',
    used: ({ sharedPools, sharedMaps }) => sharedPools.length + sharedMaps.length > 0,
  },
  {
    what: 'A tuner that sets the bounds by what is used',
    code: 'const tuner = new Tuner({ targets: [allocator, rows] });',
    used: ({ tuners }) => tuners.length > 0,
  },
];

/** What the process does not use, and the line that would change that. */
export class Hints implements Part {
  readonly element: HTMLElement;
  readonly #list = make('dl', { class: 'hints' });
  #shown = '';

  constructor() {
    this.element = makeSection('unused', 'Not in use in this process', this.#list);
  }

  draw({ snapshot }: Model): void {
    const missing = snapshot === undefined ? [] : HINTS.filter(({ used }) => !used(snapshot));
    this.element.hidden = missing.length === 0;
    const shown = missing.map(({ what }) => what).join('\n');
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#list.replaceChildren();
    for (const { what, code } of missing) {
      this.#list.append(make('dt', {}, what), make('dd', {}, make('code', {}, code)));
    }
  }
}
