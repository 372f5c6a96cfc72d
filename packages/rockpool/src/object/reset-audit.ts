/**
 * The reset audit: compares an item with a fresh one, deeply, and names each path that differs.
 *
 * Compared are own properties (symbols too), Map and Set sizes, array elements and dates. Typed arrays and
 * ArrayBuffers are memory, not state: most pools leave their bytes as they are on purpose, and a buffer that has
 * grown is what `strikes` are for; only one that was transferred away is told. Two functions are equal: closures made by `create` differ for each item.
 * Private fields (`#x`), closures' variables and WeakMaps cannot be seen.
 */
import { show } from '../internal/errors.ts';

/** More differences than this help nobody. */
const MAX_PATHS = 32;
/** Items nested deeper than this are taken for equal there. */
const MAX_DEPTH = 8;

/**
 * What differs between `item` and `fresh`.
 *
 * @param item a used item, after its reset
 * @param fresh what `create` gives
 * @returns paths with what was found and what was expected; empty if the reset is complete; at most 32
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { auditReset } from 'rockpool';
 *
 * const create = () => ({ id: 0, tags: [] as string[], headers: new Map<string, string>() });
 * const item = create();
 * item.tags.push('hot');
 * item.headers.set('a', '1');
 * assert.deepEqual(auditReset(item, create()), [
 *   'tags.length: 1, expected 0',
 *   'headers: Map(1), expected Map(0)',
 * ]);
 * ```
 */
export function auditReset(item: unknown, fresh: unknown): string[] {
  const audit = new Audit();
  audit.compare(item, fresh, '', 0);
  return audit.paths;
}

class Audit {
  readonly paths: string[] = [];
  /** Objects on the item's side that were entered: cycles and shared parts are compared once. */
  readonly #seen = new Set<object>();

  compare(item: unknown, fresh: unknown, path: string, depth: number): void {
    if (Object.is(item, fresh) || this.paths.length >= MAX_PATHS || depth > MAX_DEPTH) return;
    if (typeof item === 'function' && typeof fresh === 'function') return;
    if (typeof item !== 'object' || typeof fresh !== 'object' || item === null || fresh === null) {
      this.#differ(path, describe(item), describe(fresh));
      return;
    }
    if (this.#seen.has(item)) return;
    this.#seen.add(item);
    if (Object.getPrototypeOf(item) !== Object.getPrototypeOf(fresh)) {
      this.#differ(path, describe(item), describe(fresh));
      return;
    }
    if (this.#compareBuiltIn(item, fresh, path, depth)) return;
    this.#compareProperties(item, fresh, path, depth);
  }

  /** Handles what has its state in internal slots; true if there is nothing more to compare. */
  #compareBuiltIn(item: object, fresh: object, path: string, depth: number): boolean {
    if (ArrayBuffer.isView(item) || item instanceof ArrayBuffer) {
      const expected = (fresh as ArrayBufferView).byteLength;
      if (item.byteLength === 0 && expected > 0)
        this.#differ(join(path, 'byteLength'), '0', String(expected));
      return true;
    }
    if (item instanceof Map) {
      this.#compareMaps(item, fresh as Map<unknown, unknown>, path, depth);
      return false;
    }
    if (item instanceof Set) {
      const other = fresh as Set<unknown>;
      const same = item.size === other.size && holdsValuesOf(item, other) && holdsValuesOf(other, item);
      if (!same) this.#differ(path, describe(item), describe(other));
      return false;
    }
    if (item instanceof Date) {
      const other = fresh as Date;
      if (!Object.is(item.getTime(), other.getTime()))
        this.#differ(path, String(item.getTime()), String(other.getTime()));
      return false;
    }
    return false;
  }

  #compareMaps(item: Map<unknown, unknown>, fresh: Map<unknown, unknown>, path: string, depth: number): void {
    if (item.size !== fresh.size) {
      this.#differ(path, describe(item), describe(fresh));
      return;
    }
    for (const [key, value] of item) {
      if (isReference(key)) continue;
      const at = join(path, `get(${show(key)})`);
      if (!fresh.has(key)) this.#differ(at, describe(value), 'no such key');
      else this.compare(value, fresh.get(key), at, depth + 1);
    }
    for (const [key, value] of fresh) {
      if (isReference(key) || item.has(key)) continue;
      this.#differ(join(path, `get(${show(key)})`), 'no such key', describe(value));
    }
  }

  #compareProperties(item: object, fresh: object, path: string, depth: number): void {
    if (Array.isArray(item) && item.length !== (fresh as unknown[]).length) {
      this.#differ(join(path, 'length'), String(item.length), String((fresh as unknown[]).length));
      return;
    }
    const left = item as Record<PropertyKey, unknown>;
    const right = fresh as Record<PropertyKey, unknown>;
    for (const key of Reflect.ownKeys(item)) {
      if (Object.hasOwn(fresh, key)) this.compare(left[key], right[key], join(path, key), depth + 1);
      else this.#differ(join(path, key), describe(left[key]), 'no such property');
    }
    for (const key of Reflect.ownKeys(fresh)) {
      if (!Object.hasOwn(item, key)) this.#differ(join(path, key), 'no such property', describe(right[key]));
    }
  }

  #differ(path: string, found: string, expected: string): void {
    if (this.paths.length < MAX_PATHS) {
      this.paths.push(`${path === '' ? '(item)' : path}: ${found}, expected ${expected}`);
    }
  }
}

/** Objects and functions are made anew with each item, so their identity says nothing. */
function isReference(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Whether `set` has all numbers, strings and the like that are in `other`. */
function holdsValuesOf(set: Set<unknown>, other: Set<unknown>): boolean {
  return [...other].every((element) => isReference(element) || set.has(element));
}

function join(path: string, key: PropertyKey): string {
  if (typeof key === 'symbol') return `${path}[${String(key)}]`;
  if (/^\d+$/.test(String(key))) return `${path}[${String(key)}]`;
  return path === '' ? String(key) : `${path}.${String(key)}`;
}

function describe(value: unknown): string {
  if (value instanceof Map) return `Map(${value.size})`;
  if (value instanceof Set) return `Set(${value.size})`;
  if (Array.isArray(value)) return `Array(${value.length})`;
  return show(value);
}
