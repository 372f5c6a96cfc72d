/** The figures of this moment. */
import type { Snapshot } from '@rockpool/metrics';
import { bufferBytes } from '../data/figures.ts';
import type { Model } from '../data/model.ts';
import { make, setText } from '../dom.ts';
import { bytes, compact, count, milliseconds, percent, plural } from '../format.ts';
import { makeSection, type Part } from './part.ts';

interface Told {
  readonly value: string;
  readonly note: string;
  readonly alarm?: boolean;
}

interface Tile {
  readonly id: string;
  readonly label: string;
  readonly tell: (snapshot: Snapshot, model: Model) => Told;
}

const NO_ALLOCATOR: Told = { value: '–', note: 'no allocator' };

const TILES: readonly Tile[] = [
  { id: 'hit-rate', label: 'Hit rate now', tell: hitRate },
  {
    id: 'in-use',
    label: 'Bytes in use',
    tell: ofBuffers(({ inUse, asked }) => ({ value: bytes(inUse), note: `${bytes(asked)} asked for` })),
  },
  {
    id: 'cached',
    label: 'Bytes cached',
    tell: ofBuffers(({ cached, maxCached }, { pools }) => {
      const idle = pools.reduce((sum, { idleBytes }) => sum + idleBytes, 0);
      const inPools = idle > 0 ? `, ${bytes(idle)} in pools` : '';
      return { value: bytes(cached), note: `of ${bytes(maxCached)}${inPools}` };
    }),
  },
  {
    id: 'reserved',
    label: 'Bytes reserved',
    tell: ofBuffers(({ reserved, chunks }) => ({ value: bytes(reserved), note: plural(chunks, 'chunk') })),
  },
  {
    id: 'allocations',
    label: 'Allocations/s',
    tell: ({ allocators }, { rates }) => {
      if (allocators.length === 0) return NO_ALLOCATOR;
      const ever = allocators.reduce((sum, { allocations }) => sum + allocations, 0);
      return { value: compact(rates.allocationsPerS), note: `${compact(ever)} since start` };
    },
  },
  {
    id: 'rss',
    label: 'RSS',
    tell: ({ process: { rssBytes, heapUsedBytes } }) => ({
      value: bytes(rssBytes),
      note: `heap ${bytes(heapUsedBytes)}`,
    }),
  },
  {
    id: 'gc',
    label: 'GC time, last second',
    tell: ({ atMs }, model) => {
      const lately = model.pauses.filter((pause) => pause.atMs > atMs - 60_000);
      const longest = Math.max(0, ...lately.map(({ durationMs }) => durationMs));
      const note = lately.length === 0 ? 'no pause in a minute' : `longest ${milliseconds(longest)} in 1 min`;
      return { value: percent(model.gcShare()), note };
    },
  },
  {
    id: 'leaks',
    label: 'Leaks',
    tell: ({ leaks: { leaked, tracked } }) => ({
      value: count(leaked),
      note: tracked === 0 ? 'nothing tracked' : `of ${compact(tracked)} tracked`,
      alarm: leaked > 0,
    }),
  },
];

/** The row of tiles. */
export class Tiles implements Part {
  readonly element: HTMLElement;
  readonly #tiles: readonly HTMLElement[];

  constructor() {
    this.#tiles = TILES.map(({ id, label }) =>
      make(
        'div',
        { class: 'tile', 'data-testid': `tile-${id}` },
        make('dt', {}, label),
        make('dd', { class: 'value' }, '–'),
        make('dd', { class: 'note' }),
      ),
    );
    this.element = makeSection('now', 'Now', make('dl', { class: 'tiles' }, ...this.#tiles));
  }

  draw(model: Model): void {
    const { snapshot } = model;
    this.element.hidden = snapshot === undefined;
    if (snapshot === undefined) return;
    TILES.forEach(({ tell }, i) => {
      const tile = this.#tiles[i] as HTMLElement;
      const { value, note, alarm = false } = tell(snapshot, model);
      setText(tile.children[1] as Node, value);
      setText(tile.children[2] as Node, note);
      tile.classList.toggle('alarm', alarm);
    });
  }
}

function hitRate(_: Snapshot, { rates }: Model): Told {
  const { hitRate: now, hitRateEver: ever } = rates;
  if (ever === undefined) return { value: '–', note: 'nothing asked for yet' };
  return {
    value: percent(now),
    note: now === undefined ? `idle; ${percent(ever)} ever` : `${percent(ever)} ever`,
  };
}

function ofBuffers(tell: (sum: ReturnType<typeof bufferBytes>, snapshot: Snapshot) => Told): Tile['tell'] {
  return (snapshot) =>
    snapshot.allocators.length === 0 ? NO_ALLOCATOR : tell(bufferBytes(snapshot), snapshot);
}
