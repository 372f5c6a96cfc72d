/** Pools of numbered items that tell what they destroyed. */
import { type DropReason, Pool, type PoolOptions } from '../../src/index.ts';

export interface Item {
  readonly id: number;
  size: number;
}

/** A pool of numbered items, without ageing of its own, and the record of what it destroyed. */
export function numbered(options: Partial<PoolOptions<Item>> = {}): {
  pool: Pool<Item>;
  destroyed: [number, DropReason][];
} {
  let id = 0;
  const destroyed: [number, DropReason][] = [];
  const pool = new Pool<Item>({
    create: () => ({ id: ++id, size: 1 }),
    destroy: (item, reason) => void destroyed.push([item.id, reason]),
    aging: 'manual',
    ...options,
  });
  return { pool, destroyed };
}

/** Takes `count` items, then puts them all back in the same order. */
export function fill(pool: Pool<Item>, count: number): Item[] {
  const items = Array.from({ length: count }, () => pool.get());
  for (const item of items) pool.put(item);
  return items;
}
