/** What shared maps throw. Each error leaves the map as it was before the call. */
import { brand } from '../internal/errors.ts';

/**
 * An entry does not fit into its segment of the map.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { MapFullError, SharedMap } from 'rockpool';
 *
 * const map = SharedMap.create({ capacityBytes: 4096, segments: 1 });
 * assert.throws(() => map.set('all of it', new Uint8Array(5000)), MapFullError);
 * ```
 */
export class MapFullError extends RangeError {
  readonly code = 'ERR_ROCKPOOL_MAP_FULL' as const;
  /** Bytes of the entry: key, value and header. */
  readonly entryBytes: number;
  /** Bytes that are free in the segment of its key. */
  readonly freeBytes: number;

  constructor(entryBytes: number, freeBytes: number) {
    super(
      `Cannot set as the entry has ${entryBytes} bytes and ${freeBytes} are free in the segment of its key:` +
        ` delete entries, or create the map with a larger 'capacityBytes' or fewer 'segments'`,
    );
    this.name = 'MapFullError';
    this.entryBytes = entryBytes;
    this.freeBytes = freeBytes;
    brand(this);
  }
}

/**
 * The function given to `update` was to change the map: it holds a lock, and another one could wait for it.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { MapNestedError, SharedMap } from 'rockpool';
 *
 * const map = SharedMap.create({ capacityBytes: 65_536 });
 * assert.throws(() => map.update(1, () => (map.delete(2) ? undefined : undefined)), MapNestedError);
 * map.update(1, () => map.get(2) ?? new Uint8Array(1)); // reading takes no lock
 * ```
 */
export class MapNestedError extends Error {
  readonly code = 'ERR_ROCKPOOL_MAP_NESTED' as const;

  constructor(action: string) {
    super(`Cannot ${action} inside of an update: return the new value from it, or do it behind it`);
    this.name = 'MapNestedError';
    brand(this);
  }
}
