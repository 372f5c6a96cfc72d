/**
 * What a pool is, as one plain array of idle items, the oldest first: no slot, no generations, no cost.
 *
 * The private slot shows in one thing only: its item stays on top while later puts go below it.
 */

/** An item as the model sees it. */
export interface ModelItem {
  readonly id: number;
  readonly charge: number;
}

/** How the pool that is modelled was made. */
export interface ModelOptions {
  readonly maxIdle: number;
  readonly minIdle: number;
  /** Infinite where there is no `sizeOf`. */
  readonly maxIdleBytes: number;
  /** Whether the pool has a private slot. */
  readonly slot: boolean;
  readonly order: 'last in, first out' | 'first in, first out';
}

/** What was dropped, and why. */
export type ModelDrop = readonly [id: number, reason: string];

/** The idle items of one pool. */
export class PoolModel {
  readonly #options: ModelOptions;
  /** Oldest first: victims, then live items, the slot's item last. */
  idle: ModelItem[] = [];
  victimCount = 0;
  #slotTaken = false;

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.idle.reduce((sum, { charge }) => sum + charge, 0);
  }

  /** The item that `get` must give, or undefined for a miss. */
  get(): ModelItem | undefined {
    if (this.idle.length === 0) return undefined;
    const fifo = this.#options.order === 'first in, first out';
    const index = fifo ? 0 : this.idle.length - 1;
    if (index < this.victimCount) this.victimCount--;
    this.#slotTaken = false;
    return this.idle.splice(index, 1)[0];
  }

  /** Takes an item in; gives what is dropped for it, or the item itself if it is refused. */
  put(item: ModelItem): ModelDrop[] {
    if (this.#options.slot && !this.#slotTaken) {
      this.#slotTaken = true;
      this.idle.push(item);
      return [];
    }
    const drops: ModelDrop[] = [];
    const liveBytes = this.idle.slice(this.victimCount).reduce((sum, { charge }) => sum + charge, 0);
    if (liveBytes + item.charge > this.#options.maxIdleBytes) return [[item.id, 'full']];
    while (
      this.idle.length >= this.#options.maxIdle ||
      this.bytes + item.charge > this.#options.maxIdleBytes
    ) {
      if (this.victimCount === 0) return [...drops, [item.id, 'full']];
      const [victim] = this.idle.splice(--this.victimCount, 1);
      drops.push([(victim as ModelItem).id, 'full']);
    }
    this.idle.splice(this.idle.length - (this.#slotTaken ? 1 : 0), 0, item);
    return drops;
  }

  /** One epoch; gives the ids that aged, the oldest first. The slot's item of a full pool waits. */
  age(): number[] {
    const { maxIdle, minIdle, slot } = this.#options;
    const full = this.idle.length - this.victimCount === maxIdle || minIdle === maxIdle;
    const apart = slot && this.#slotTaken && full ? 1 : 0;
    const ageing = this.idle.length - apart;
    const aged = this.#dropOldest(Math.min(this.victimCount, Math.max(0, ageing - minIdle)));
    this.victimCount = this.idle.length - apart;
    this.#slotTaken = apart === 1;
    return aged;
  }

  /** Drops down to `keep`; gives the ids, the oldest first. */
  shrink(keep: number): number[] {
    const dropped = this.#dropOldest(Math.max(0, this.idle.length - keep));
    this.#slotTaken = false;
    if (this.#options.slot && this.idle.length === this.#options.maxIdle) this.#refillSlot();
    return dropped;
  }

  #refillSlot(): void {
    this.#slotTaken = true;
    if (this.victimCount === this.idle.length) this.victimCount--;
  }

  #dropOldest(count: number): number[] {
    this.victimCount = Math.max(0, this.victimCount - count);
    return this.idle.splice(0, count).map(({ id }) => id);
  }
}
