/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `SharedMap`: a hash map in shared memory for all worker threads. Segments with a lock each for changes, look-ups without
 * any; see `map-segment.ts` for how they are kept apart, and `map-lock.ts` for what a death leaves.
 */
import { load } from '../internal/atomics.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { expectInteger, OptionRangeError, OptionTypeError, readOptions } from '../internal/options.ts';
import { ceilPowerOfTwo } from '../internal/power-of-two.ts';
import { Roll } from '../internal/roll.ts';
import { MapNestedError } from './map-errors.ts';
import { PreparedKey, type SharedMapKey } from './map-key.ts';
import { COUNT, ENTRY_HEADER, KEY, MapLayout, readMapLayout, USED, writeMapHeader } from './map-layout.ts';
import { MapLocks } from './map-lock.ts';
import { MapSegments } from './map-segment.ts';
import { DetachedError } from './shared-errors.ts';
import type { AdoptableWorker } from './shared-pool.ts';
import { threadNumber } from './thread-number.ts';
import { WorkerRegistry } from './worker-registry.ts';

/** Options of {@link SharedMap.create}. Unknown names are refused. */
export interface SharedMapOptions {
  /**
   * Bytes for entries, in all segments together: keys, values and 12 bytes each, rounded up to 8. 1 KiB to 1 GiB. It takes
   * that much twice, as a segment is compacted into another place, and is used up unevenly: a segment is full when the
   * others still have room. A quarter more than is needed is enough for a thousand entries a segment.
   */
  readonly capacityBytes: number;
  /** Parts with a lock of their own; a power of two up to 4096. Default: one for each 4 KiB, up to 64. */
  readonly segments?: number;
  /** Workers that are attached at a time. 1 to 1024, default 64. */
  readonly maxWorkers?: number;
}

/** The memory of a map, for other threads: goes through `workerData` or `postMessage`. */
export interface SharedMapHandle {
  readonly memory: SharedArrayBuffer;
}

/** What `stats()` says. */
export interface SharedMapStats {
  readonly entries: number;
  readonly segments: number;
  /** Entries of the fullest segment. */
  readonly mostEntries: number;
  /** Bytes for entries in all segments. */
  readonly capacityBytes: number;
  /** Of them, given out since the last compaction: entries, and what was replaced or deleted. */
  readonly usedBytes: number;
  /** Bytes of the memory, index and second halves included. */
  readonly memoryBytes: number;
}

const CREATE = { action: 'create shared map' };
const KIB = 1024;
/** An index has a slot for so many bytes of entries: it is half full when the entries have 32 bytes. */
const BYTES_A_SLOT = 16;
/** So that an entry has a number of 20 bits. */
const MAX_ARENA_WORDS = 2 ** 21 - 4;

/** The shared maps that this thread is attached to. */
export const sharedMaps: Roll<SharedMap> = new Roll();

/**
 * A map of bytes that all worker threads see.
 *
 * Ownership: keys and values are copied in and out. Thread: an object of one thread; others attach with the handle.
 * A `get` never waits. A change waits for others in the same segment, and its lock survives the death of its holder:
 * `adopt(worker)` reclaims it.
 *
 * Cost: a look-up with an integer key 40 ns, with a copy of the value of its own 110, a change 250 (Node 20.20, 2-core AMD
 * EPYC, `npm run bench -- shared-map`; the machine quiet).
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { SharedMap } from 'rockpool';
 *
 * const map = SharedMap.create({ capacityBytes: 1 << 20 });
 * const other = SharedMap.attach(map.handle); // in another thread
 *
 * map.set('answer', Buffer.from('42'));
 * assert.equal(Buffer.from(other.get('answer') ?? []).toString(), '42');
 * other.update('answer', (value) => Buffer.concat([value ?? Buffer.alloc(0), Buffer.from('!')]));
 * assert.equal(map.get('answer')?.length, 3);
 * assert.equal(map.size, 1);
 * ```
 */
export class SharedMap implements Disposable {
  /** Name in metrics, of this thread; may be set at any time. */
  name = 'shared';
  /** Goes to other threads: see {@link attach}. */
  readonly handle: SharedMapHandle;
  private readonly layout: MapLayout;
  private readonly registry: WorkerRegistry;
  private readonly segments: MapSegments;
  private readonly locks: MapLocks;
  private readonly key: PreparedKey = new PreparedKey();
  /** The update that runs; its `runs` is false from the next microtask on, whatever became of it. */
  private updating: { runs: boolean } | undefined = undefined;
  private detached = false;
  private readonly leaveRoll: () => void;

  private constructor(memory: SharedArrayBuffer, layout: MapLayout, thread: number) {
    const words = new Int32Array(memory, 0, layout.totalWords);
    this.handle = { memory };
    this.layout = layout;
    this.registry = new WorkerRegistry(words, layout.registry, layout.geometry.maxWorkers);
    this.registry.register(thread);
    this.segments = new MapSegments(words, layout);
    this.locks = new MapLocks(words, layout, this.segments, this.registry.wid);
    this.leaveRoll = sharedMaps.enter(this);
  }

  /**
   * Makes the memory of a map, and attaches to it.
   *
   * @throws {OptionTypeError} {@link OptionRangeError} {@link UnknownOptionError}
   */
  static create(options: SharedMapOptions): SharedMap {
    readOptions(CREATE, options, ['capacityBytes', 'segments', 'maxWorkers']);
    if (options.capacityBytes === undefined) {
      throw new OptionTypeError(CREATE, 'capacityBytes', 'a number', undefined);
    }
    const capacityBytes = expectInteger(CREATE, 'capacityBytes', options.capacityBytes, KIB, 2 ** 30, 0);
    const most = 2 ** Math.floor(Math.log2(Math.max(1, Math.min(64, capacityBytes / (4 * KIB)))));
    const least = Math.ceil(capacityBytes / 4 / MAX_ARENA_WORDS);
    const fallback = Math.max(most, ceilPowerOfTwo(least));
    const segments = expectInteger(CREATE, 'segments', options.segments, 1, 4096, fallback);
    if (ceilPowerOfTwo(segments) !== segments || segments < least) {
      throw new OptionRangeError(CREATE, 'segments', `a power of two from ${least} to 4096`, segments);
    }
    const arenaWords = Math.min(MAX_ARENA_WORDS, 4 + 2 * Math.ceil(capacityBytes / segments / 8));
    const slots = ceilPowerOfTwo(Math.max(8, (arenaWords * 4) / BYTES_A_SLOT));
    const maxWorkers = expectInteger(CREATE, 'maxWorkers', options.maxWorkers, 1, 1024, 64);
    const layout = new MapLayout({ maxWorkers, segments, slots, arenaWords });
    const memory = new SharedArrayBuffer(layout.totalWords * 4);
    writeMapHeader(new Int32Array(memory), layout);
    return new SharedMap(memory, layout, threadNumber());
  }

  /**
   * Attaches this thread to a map that another one made.
   *
   * @throws {SharedLayoutError} it is no such memory, or of another version
   * @throws {TooManyWorkersError} `maxWorkers` are attached
   */
  static attach(handle: SharedMapHandle): SharedMap {
    return SharedMap._attachAs(handle, threadNumber());
  }

  /** Attaches as a thread with this number: tests have several in one. @internal */
  static _attachAs(handle: SharedMapHandle, thread: number): SharedMap {
    const memory = handle?.memory;
    if (!(memory instanceof SharedArrayBuffer)) {
      throw new ArgumentTypeError('attach', 'memory', 'a SharedArrayBuffer', memory);
    }
    return new SharedMap(memory, readMapLayout(memory), thread);
  }

  /** The number of this worker's life: goes to {@link reclaim}. */
  get workerId(): number {
    return this.registry.wid;
  }

  /** Entries of all segments, read one after the other. */
  get size(): number {
    let size = 0;
    for (const segment of this.layout.allSegments()) size += this.countOf(segment);
    return size;
  }

  /**
   * A copy of a value, or undefined. Takes no lock, and waits for nobody.
   *
   * @throws {ArgumentTypeError} {@link ArgumentRangeError} the key is no key
   */
  get(key: SharedMapKey): Uint8Array | undefined {
    const { segments } = this;
    this.prepare('get', key);
    const segment = segments.segmentOf(this.key.hash);
    for (;;) {
      const epoch = segments.epochOf(segment);
      const entry = segments.find(segment, epoch, this.key);
      const value = entry < 0 ? undefined : segments.valueOf(entry);
      if (segments.isStill(segment, epoch)) return value;
    }
  }

  /**
   * Copies a value into bytes of yours: where many are read, this allocates nothing.
   *
   * @param target gets as much of the value as it holds
   * @returns the length of the value, which may be more than `target` holds; −1: there is none
   */
  getInto(key: SharedMapKey, target: Uint8Array): number {
    const { segments } = this;
    if (!(target instanceof Uint8Array)) throw new ArgumentTypeError('get', 'target', 'a Uint8Array', target);
    this.prepare('get', key);
    const segment = segments.segmentOf(this.key.hash);
    for (;;) {
      const epoch = segments.epochOf(segment);
      const entry = segments.find(segment, epoch, this.key);
      const length = entry < 0 ? -1 : segments.copyValue(entry, target);
      if (segments.isStill(segment, epoch)) return length;
    }
  }

  /** Whether there is an entry. Takes no lock. */
  has(key: SharedMapKey): boolean {
    const { segments } = this;
    this.prepare('look up', key);
    const segment = segments.segmentOf(this.key.hash);
    for (;;) {
      const epoch = segments.epochOf(segment);
      const found = segments.find(segment, epoch, this.key) >= 0;
      if (segments.isStill(segment, epoch)) return found;
    }
  }

  /**
   * Sets a copy of `value`, in place of what there was.
   *
   * @throws {MapFullError} its segment has no room @throws {MapNestedError} inside of an update
   */
  set(key: SharedMapKey, value: Uint8Array): this {
    expectValue(value);
    const segment = this.lock('set', key);
    try {
      this.segments.set(segment, this.key, value);
    } finally {
      this.locks.give(segment);
    }
    return this;
  }

  /**
   * Sets a value where there is none.
   *
   * @returns whether it was set
   */
  setIfAbsent(key: SharedMapKey, value: Uint8Array): boolean {
    expectValue(value);
    const segment = this.lock('set', key);
    try {
      const { segments } = this;
      if (segments.find(segment, segments.epochOf(segment), this.key) >= 0) return false;
      segments.set(segment, this.key, value);
      return true;
    } finally {
      this.locks.give(segment);
    }
  }

  /**
   * Changes a value under the lock of its segment: nobody else changes it meanwhile.
   *
   * @param change gets a copy of the value, or undefined, and returns the new one, or undefined for none. If it throws,
   *   nothing has changed. It may read the map, and must not change it
   * @returns what `change` returned
   */
  update(
    key: SharedMapKey,
    change: (value: Uint8Array | undefined) => Uint8Array | undefined,
  ): Uint8Array | undefined {
    const segment = this.lock('update', key);
    const { segments } = this;
    const mine = { runs: true };
    try {
      const entry = segments.find(segment, segments.epochOf(segment), this.key);
      const value = entry < 0 ? undefined : segments.valueOf(entry);
      this.updating = mine;
      // What interrupts `change` may not run the `finally` here; a microtask runs behind it in any case.
      queueMicrotask(() => {
        mine.runs = false;
      });
      const next = change(value);
      mine.runs = false;
      if (next !== undefined) expectValue(next);
      // `change` may have looked up other keys.
      this.key.prepare(key);
      if (next !== undefined) segments.set(segment, this.key, next);
      else if (segments.find(segment, segments.epochOf(segment), this.key) >= 0) segments.delete(segment);
      return next;
    } finally {
      mine.runs = false;
      this.locks.give(segment);
    }
  }

  /** @returns whether there was an entry */
  delete(key: SharedMapKey): boolean {
    const segment = this.lock('delete', key);
    try {
      const { segments } = this;
      if (segments.find(segment, segments.epochOf(segment), this.key) < 0) return false;
      segments.delete(segment);
      return true;
    } finally {
      this.locks.give(segment);
    }
  }

  /** Deletes all entries, one segment after the other. */
  clear(): void {
    this.expectNoUpdate('clear');
    for (const segment of this.layout.allSegments()) {
      this.locks.take(segment);
      try {
        this.segments.clear(segment);
      } finally {
        this.locks.give(segment);
      }
    }
  }

  /** Copies of all entries; each segment as it was at one time, one after the other. */
  *entries(): Generator<[SharedMapKey, Uint8Array], void, undefined> {
    this.expectAttached('iterate');
    for (const segment of this.layout.allSegments()) yield* this.snapshot(segment);
  }

  /** As {@link entries}, the keys. */
  *keys(): Generator<SharedMapKey, void, undefined> {
    for (const [key] of this.entries()) yield key;
  }

  /** As {@link entries}, the values. */
  *values(): Generator<Uint8Array, void, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  /** As {@link entries}. */
  [Symbol.iterator](): Generator<[SharedMapKey, Uint8Array], void, undefined> {
    return this.entries();
  }

  /** Reads the counts of all segments. */
  stats(): SharedMapStats {
    const { segments, arenaWords } = this.layout.geometry;
    const { words } = this.segments;
    let entries = 0;
    let mostEntries = 0;
    let used = 0;
    for (const segment of this.layout.allSegments()) {
      const count = this.countOf(segment);
      entries += count;
      mostEntries = Math.max(mostEntries, count);
      used += load(words, segment + USED, 'map-stats');
    }
    return {
      entries,
      segments,
      mostEntries,
      capacityBytes: segments * arenaWords * 4,
      usedBytes: used * 4,
      memoryBytes: words.byteLength,
    };
  }

  /** Reclaims by itself when a worker has ended, however it does. Called by whoever starts it. */
  adopt(worker: AdoptableWorker): void {
    const { threadId } = worker;
    worker.once('exit', () => {
      if (!this.detached) this._threadEnded(threadId);
    });
  }

  /** Frees the locks of a worker that has ended. @param workerId its `workerId` */
  reclaim(workerId: number): void {
    this.expectAttached('reclaim');
    const slot = this.registry.slotOf(workerId);
    if (slot >= 0) this.registry.declareDead(slot, this.registry.threadOf(slot));
    this.registry.reclaimDead((_, wid) => this.locks.reclaim(wid));
  }

  /** @internal */
  _threadEnded(thread: number): void {
    for (let slot = 0; slot < this.registry.maxWorkers; slot++) this.registry.declareDead(slot, thread);
    this.registry.reclaimDead((_, wid) => this.locks.reclaim(wid));
  }

  /** Leaves: the place is free, and this object throws. */
  detach(): void {
    if (this.detached) return;
    this.expectNoUpdate('detach');
    this.detached = true;
    this.leaveRoll();
    this.locks.reclaim(this.registry.wid);
    this.registry.leave();
  }

  /** As {@link detach}. */
  [Symbol.dispose](): void {
    this.detach();
  }

  private countOf(segment: number): number {
    this.expectAttached('count');
    return load(this.segments.words, segment + COUNT, 'map-size');
  }

  private snapshot(segment: number): [SharedMapKey, Uint8Array][] {
    const { segments } = this;
    const { words, bytes } = segments;
    for (;;) {
      const epoch = segments.epochOf(segment);
      const found: [SharedMapKey, Uint8Array][] = [];
      for (const entry of segments.liveEntries(segment, epoch)) {
        const key = this.key.read(words[entry + KEY] as number, words, bytes, entry + ENTRY_HEADER);
        found.push([key, segments.valueOf(entry)]);
      }
      if (segments.isStill(segment, epoch)) return found;
    }
  }

  private prepare(action: string, key: SharedMapKey): void {
    if (this.detached) throw new DetachedError(action);
    this.key.prepare(key);
  }

  private lock(action: string, key: SharedMapKey): number {
    this.expectNoUpdate(action);
    this.key.prepare(key);
    const segment = this.segments.segmentOf(this.key.hash);
    this.locks.take(segment);
    return segment;
  }

  private expectNoUpdate(action: string): void {
    this.expectAttached(action);
    if (this.updating?.runs === true) throw new MapNestedError(action);
  }

  private expectAttached(action: string): void {
    if (this.detached) throw new DetachedError(action);
  }
}

function expectValue(value: Uint8Array): void {
  if (!(value instanceof Uint8Array)) throw new ArgumentTypeError('set', 'value', 'a Uint8Array', value);
}
