// @ts-check
/**
 * The item that all contenders pool: six fields, as the struct in `bench/go`. `next` is there because reusify
 * links items through it; everyone carries it, so that everyone makes and keeps the same object.
 */

export class Item {
  constructor() {
    this.id = 0;
    this.uses = 0;
    this.left = 0;
    this.right = 0;
    /** @type {object | null} */
    this.payload = null;
    /** @type {Item | null} */
    this.next = null;
  }
}

/**
 * The reset of the `pool-reset` suite: every field but the link.
 *
 * @param {Item} item
 */
export function resetItem(item) {
  item.id = 0;
  item.uses = 0;
  item.left = 0;
  item.right = 0;
  item.payload = null;
}

/**
 * The class to pool. With counters it is a class of its own, so that the timed one stays without the count.
 *
 * @param {import('./types.d.ts').Counters} [counters]
 * @returns {typeof Item}
 */
export function itemClass(counters) {
  if (counters === undefined) return Item;
  const counted = counters;
  return class CountedItem extends Item {
    constructor() {
      super();
      counted.created++;
    }
  };
}
