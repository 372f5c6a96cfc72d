/** Tables of object pools, resource pools, shared pools and shared maps; each only where there are any. */
import type { Model } from '../data/model.ts';
import { setShown } from '../dom.ts';
import { DataTable } from '../tables/data-table.ts';
import { MAP_COLUMNS, POOL_COLUMNS, RESOURCE_COLUMNS, SHARED_COLUMNS } from '../tables/pool-columns.ts';
import { makeSection, type Part } from './part.ts';

/** The section of pools. */
export class PoolTables implements Part {
  readonly element: HTMLElement;
  readonly #pools = new DataTable('table-pools', 'Object pools', POOL_COLUMNS);
  readonly #resources = new DataTable('table-resource-pools', 'Resource pools', RESOURCE_COLUMNS);
  readonly #shared = new DataTable('table-shared-pools', 'Shared pools', SHARED_COLUMNS);
  readonly #maps = new DataTable('table-maps', 'Shared maps', MAP_COLUMNS);

  constructor() {
    const tables = [this.#pools, this.#resources, this.#shared, this.#maps];
    this.element = makeSection('pools', 'Pools', ...tables.map(({ element }) => element));
  }

  draw({ snapshot }: Model): void {
    if (snapshot === undefined) return;
    const { pools, resourcePools, sharedPools, sharedMaps } = snapshot;
    drawShown(this.#pools, pools);
    drawShown(this.#resources, resourcePools);
    drawShown(this.#shared, sharedPools);
    drawShown(this.#maps, sharedMaps);
    setShown(
      this.element,
      [pools, resourcePools, sharedPools, sharedMaps].some(({ length }) => length > 0),
    );
  }
}

function drawShown<R>(table: DataTable<R>, rows: readonly R[]): void {
  setShown(table.element, rows.length > 0);
  table.draw(rows);
}
