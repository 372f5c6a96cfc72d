/** What was asked of each size class of each allocator. */
import type { Snapshot } from '@rockpool/metrics';
import type { Model } from '../data/model.ts';
import { make, setShown } from '../dom.ts';
import { bytes, compact, percent, ratio } from '../format.ts';
import { type ColumnSpec, DataTable } from '../tables/data-table.ts';
import { makeSection, type Part } from './part.ts';

type SizeClass = Snapshot['allocators'][number]['sizeClasses'][number];

const COLUMNS: readonly ColumnSpec<SizeClass>[] = [
  { head: 'Block', of: ({ blockBytes }) => bytes(blockBytes) },
  { head: 'Active', of: ({ active }) => compact(active), hint: 'Live buffers' },
  { head: 'Cached', of: ({ cached }) => compact(cached), hint: 'Free buffers ready for use' },
  {
    head: 'Capacity',
    of: ({ capacity, maxEntries }) => `${compact(capacity)} of ${compact(maxEntries)}`,
    hint: 'Free buffers that may be kept now, and what that may grow to',
  },
  { head: 'Hits', of: ({ hits }) => compact(hits) },
  { head: 'Misses', of: ({ misses }) => compact(misses) },
  { head: 'Hit rate', of: ({ hits, misses }) => percent(ratio(hits, hits + misses)) },
  {
    head: 'Waste',
    of: ({ wasteBytes, active, blockBytes }) =>
      active === 0 ? '–' : `${bytes(wasteBytes)} (${percent(ratio(wasteBytes, active * blockBytes))})`,
    hint: 'Bytes of live blocks that their buffers do not use',
  },
];

/** A table for each allocator. */
export class SizeClassTables implements Part {
  readonly element: HTMLElement;
  readonly #host = make('div');
  #tables: { readonly name: string; readonly table: DataTable<SizeClass> }[] = [];

  constructor() {
    this.element = makeSection('size-classes', 'Size classes', this.#host);
  }

  draw({ snapshot }: Model): void {
    const used = (snapshot?.allocators ?? []).filter(({ sizeClasses }) => sizeClasses.length > 0);
    setShown(this.element, used.length > 0);
    const names = used.map(({ name }) => name);
    if (names.join('\n') !== this.#tables.map(({ name }) => name).join('\n')) this.#make(names);
    used.forEach(({ sizeClasses }, i) => {
      this.#tables[i]?.table.draw(sizeClasses);
    });
  }

  #make(names: readonly string[]): void {
    this.#tables = names.map((name) => ({ name, table: new DataTable('table-size-classes', name, COLUMNS) }));
    for (const { table } of this.#tables) table.element.classList.add('tall');
    this.#host.replaceChildren(...this.#tables.map(({ table }) => table.element));
  }
}
