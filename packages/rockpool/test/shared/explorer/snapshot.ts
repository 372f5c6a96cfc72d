/**
 * Copies of what a simulated worker has of its own: the graph of objects below its pool and channels.
 *
 * A copy has the same prototypes and fields. What is the same in all threads (memory, the layout) or nobody's state
 * (functions) is not copied. Works for objects without `#private` fields.
 */
import { PoolCounters } from '../../../src/shared/pool-counters.ts';
import { RegionLayout } from '../../../src/shared/region-layout.ts';

/** Copies the graph below `root`. */
export function copyOf<T extends object>(root: T): T {
  const copies = new Map<object, object>();
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || isCommon(value)) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    if (Array.isArray(value)) {
      const array: unknown[] = new Array(value.length);
      copies.set(value, array);
      for (let i = 0; i < value.length; i++) array[i] = copy(value[i]);
      return array;
    }
    const made = Object.create(Object.getPrototypeOf(value) as object) as Record<string, unknown>;
    copies.set(value, made);
    for (const name of Object.keys(value)) made[name] = copy((value as Record<string, unknown>)[name]);
    return made;
  };
  return copy(root) as T;
}

/** A text that is the same for graphs that behave alike. Counters, views and scratch space do not count. */
export function textOf(root: object): string {
  const numbers = new Map<object, number>();
  let text = '';
  const write = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) {
      text += `${String(value)},`;
      return;
    }
    if (isCommon(value) || value instanceof PoolCounters) return;
    const known = numbers.get(value);
    if (known !== undefined) {
      text += `@${known},`;
      return;
    }
    numbers.set(value, numbers.size);
    text += '{';
    // What is above a magazine's count means nothing.
    const count = isMagazine(value) ? value.count : undefined;
    for (const name of Object.keys(value)) {
      const field = (value as Record<string, unknown>)[name];
      if (count !== undefined && name === 'blocks') write((field as unknown[]).slice(0, count));
      else if (name !== '_bytes' && name !== '_length' && name !== 'victim' && name !== 'leaving')
        write(field);
    }
    text += '}';
  };
  write(root);
  return text;
}

function isMagazine(value: object): value is { count: number; blocks: unknown[] } {
  return 'blocks' in value && 'count' in value && 'quickCapacity' in value;
}

function isCommon(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    value instanceof SharedArrayBuffer ||
    value instanceof RegionLayout ||
    typeof value === 'function'
  );
}
