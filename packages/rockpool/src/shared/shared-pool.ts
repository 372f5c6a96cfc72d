/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `SharedPool`: blocks of shared memory, taken and given back by any worker. The fast path is here; all below it is in
 * `worker-view.ts`. docs/memory-model.md says what holds between workers, and what when one of them dies.
 */
import { ArgumentRangeError } from '../buffer/index.ts';
import { AcquireTimeoutError } from '../internal/acquire-timeout-error.ts';
import { load, store } from '../internal/atomics.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { Roll } from '../internal/roll.ts';
import { SLICE_MS, waitForChange } from './doorbell.ts';
import type { Magazine } from './magazine.ts';
import { DETACHED, FIELD, GENERATION, INDEX, KIND, SHARED } from './ownership-word.ts';
import { auditPool, type SharedPoolAudit } from './pool-audit.ts';
import { dumpPool, poolStats } from './pool-stats.ts';
import { type Reclaimed, reclaimWorker } from './reclaim.ts';
import { RELEASES, RegionLayout, readLayout, WAITERS, writeHeader } from './region-layout.ts';
import type { SharedBlock } from './shared-block.ts';
import { BlockHeldError, DetachedError, SharedExhaustedError, StaleHandleError } from './shared-errors.ts';
import { readPoolOptions, type SharedPoolOptions } from './shared-pool-options.ts';
import type { SharedPoolStats } from './shared-stats.ts';
import { threadNumber } from './thread-number.ts';
import { WorkerRegistry } from './worker-registry.ts';
import { WorkerView, ZERO_ON_ACQUIRE } from './worker-view.ts';
import { zeroBytes } from './zero-bytes.ts';

/** The memory of a pool, for other threads: goes through `workerData` or `postMessage`. */
export interface SharedPoolHandle {
  readonly control: SharedArrayBuffer;
  readonly data: SharedArrayBuffer;
}

/** What of Node's `Worker` the pool needs: who it is, and when it has ended. */
export interface AdoptableWorker {
  readonly threadId: number;
  once(event: 'exit', listener: () => void): unknown;
}

/** The sizes of a lookup table's steps: classes are multiples of it. */
const UNIT_SHIFT = 6;

/** The shared pools that this thread is attached to. */
export const sharedPools: Roll<SharedPool> = new Roll();

/**
 * One pool for all worker threads.
 *
 * Ownership: `acquire` gives a block with one reference, and its holder releases it, moves it to another worker or shares
 * it. A worker that ends in any way loses nothing: what it had comes back when whoever started it reclaims, which
 * `adopt(worker)` does by itself.
 *
 * Thread: an object of one thread; others attach with the handle. Cost: see {@link SharedBlock}.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { SharedPool } from 'rockpool';
 *
 * const pool = SharedPool.create({ bytes: 1 << 20, maxBytes: 16 << 20 });
 * // new Worker(file, { workerData: pool.handle }), and there: SharedPool.attach(workerData)
 * const other = SharedPool.attach(pool.handle);
 *
 * const block = pool.acquire(3);
 * block.bytes.set([1, 2, 3]);
 * const received = other.receive(block.move()); // the number may go through postMessage
 * assert.deepEqual([...received.bytes], [1, 2, 3]);
 * received.release();
 * other.detach();
 * assert(pool.audit().clean);
 * ```
 */
export class SharedPool implements Disposable {
  /** Name in metrics, of this thread; may be set at any time. */
  name = 'shared';
  /** @internal */
  readonly _view: WorkerView;
  /** Goes to other threads: see {@link attach}. */
  readonly handle: SharedPoolHandle;
  private readonly magazines: readonly Magazine[];
  /** The size class of each multiple of 64 bytes. */
  private readonly classOf: Uint8Array;
  private readonly largest: number;
  private readonly zeroOnAcquire: boolean;
  private detached = false;
  private readonly leaveRoll: () => void;

  private constructor(handle: SharedPoolHandle, layout: RegionLayout, thread: number) {
    const words = new Int32Array(handle.control, 0, layout.totalWords);
    const registry = new WorkerRegistry(words, layout.registry, layout.geometry.maxWorkers);
    registry.register(thread);
    this.handle = handle;
    this._view = new WorkerView(words, handle.data, layout, registry);
    this.magazines = this._view.magazines;
    this.largest = this.magazines.at(-1)?.blockBytes ?? 0;
    this.classOf = new Uint8Array((this.largest >> UNIT_SHIFT) + 1);
    for (let unit = 0, sizeClass = 0; unit < this.classOf.length; unit++) {
      if (unit << UNIT_SHIFT > (this.magazines[sizeClass]?.blockBytes as number)) sizeClass++;
      this.classOf[unit] = sizeClass;
    }
    this.zeroOnAcquire = layout.geometry.zero === ZERO_ON_ACQUIRE;
    this._view.publishCounters();
    this.leaveRoll = sharedPools.enter(this);
  }

  /**
   * Makes the memory of a pool, and attaches to it.
   *
   * @throws {OptionTypeError} {@link OptionRangeError} {@link UnknownOptionError}
   * @throws RangeError the runtime has not so many addresses left
   */
  static create(options: SharedPoolOptions): SharedPool {
    const layout = new RegionLayout(readPoolOptions(options));
    const { slabBytes, maxSlabs } = layout.geometry;
    const control = new SharedArrayBuffer(layout.totalWords * 4);
    const Growable = SharedArrayBuffer as unknown as GrowableConstructor;
    const data = new Growable(slabBytes, { maxByteLength: slabBytes * maxSlabs });
    writeHeader(new Int32Array(control), layout);
    return new SharedPool({ control, data }, layout, threadNumber());
  }

  /**
   * Attaches this thread to a pool that another one made.
   *
   * @throws {SharedLayoutError} it is no such memory, or of another version
   * @throws {TooManyWorkersError} `maxWorkers` are attached
   */
  static attach(handle: SharedPoolHandle): SharedPool {
    const { control, data } = handle ?? {};
    for (const [name, memory] of Object.entries({ control, data })) {
      if (!(memory instanceof SharedArrayBuffer)) {
        throw new ArgumentTypeError('attach', name, 'a SharedArrayBuffer', memory);
      }
    }
    return SharedPool._attachAs({ control, data }, threadNumber());
  }

  /** Attaches as a thread with this number: tests have several in one. @internal */
  static _attachAs({ control, data }: SharedPoolHandle, thread: number): SharedPool {
    return new SharedPool({ control, data }, readLayout(control, data), thread);
  }

  /** The number of this worker's life: goes to {@link reclaim}. Never given twice. */
  get workerId(): number {
    return this._view.wid;
  }

  /**
   * A block of at least `bytes`, with what its last user left in it unless `zero` says otherwise.
   *
   * @param bytes 0 to the largest size class
   * @throws {SharedExhaustedError} none is free, and no more may be made
   * @throws {ArgumentRangeError} @throws {DetachedError}
   */
  acquire(bytes: number): SharedBlock {
    const block = this.tryAcquire(bytes);
    if (block === undefined) throw this.exhausted(bytes);
    return block;
  }

  /** As {@link acquire}, but undefined where none is free. */
  tryAcquire(bytes: number): SharedBlock | undefined {
    if (bytes >>> 0 !== bytes || bytes > this.largest) throw this.badSize(bytes);
    const sizeClass = this.classOf[(bytes + 63) >> UNIT_SHIFT] as number;
    const magazine = this.magazines[sizeClass] as Magazine;
    let block = magazine.pop();
    if (block === undefined) {
      if (this.detached) throw new DetachedError('acquire');
      block = this._view.take(sizeClass);
      if (block === undefined) return undefined;
    }
    this._view.counters.acquired++;
    block._length = bytes;
    block.tag = 0;
    block._refs = 1;
    if (this.zeroOnAcquire) zeroBytes(block.bytes);
    return block;
  }

  /**
   * A block when one is free: waits for a release by any worker. Blocks that lie idle in another worker's magazine come
   * when that worker releases one. Does not keep the process alive.
   *
   * @throws {AcquireTimeoutError} @throws the signal's reason; then nothing is held. Else as {@link acquire}
   */
  async acquireAsync(
    bytes: number,
    { signal, timeoutMs = Number.POSITIVE_INFINITY }: { signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<SharedBlock> {
    signal?.throwIfAborted();
    const { words, layout } = this._view;
    const until = performance.now() + timeoutMs;
    for (;;) {
      const releases = load(words, layout.live + RELEASES, 'acquire-releases');
      let block = this.tryAcquire(bytes);
      if (block === undefined) {
        store(words, layout.live + WAITERS, 1, 'acquire-wait');
        block = this.tryAcquire(bytes);
      }
      if (block !== undefined) return block;
      const left = until - performance.now();
      if (!(left > 0)) throw new AcquireTimeoutError(`${bytes} bytes`, timeoutMs);
      await waitForChange(words, layout.live + RELEASES, releases, Math.min(left, SLICE_MS));
      signal?.throwIfAborted();
    }
  }

  /**
   * Takes a block that another worker, or this one, gave a number for: by `move()`, then it is the caller's alone, or by
   * `share()`. The length is what it was then.
   *
   * @throws {StaleHandleError} it was received before, its giver died, or it is of another pool
   * @throws {ShareLimitError} it is shared, and this worker has no bit
   */
  receive(handle: number): SharedBlock {
    const view = this._expectView('receive');
    const word = (handle | 0) === handle ? view.wordOf(handle) : undefined;
    let block: SharedBlock | undefined;
    if (word !== undefined && ((word ^ handle) & GENERATION) === 0) {
      if ((word & KIND) === DETACHED) block = view.attach(handle, word & FIELD);
      else if ((word & KIND) === SHARED) block = this.joinShared(handle);
    }
    if (block === undefined) throw new StaleHandleError(handle, word);
    block._length = view.readLength(block);
    block.tag = 0;
    block._refs++;
    return block;
  }

  /**
   * Takes back what this worker moved and nobody received.
   *
   * @returns undefined: somebody has it
   */
  recall(handle: number): SharedBlock | undefined {
    const view = this._expectView('recall');
    if ((handle | 0) !== handle) throw new StaleHandleError(handle, undefined);
    const block = view.attach(handle, view.wid);
    if (block === undefined) return undefined;
    block._length = view.readLength(block);
    block._refs++;
    return block;
  }

  /**
   * Reclaims by itself when a worker has ended, however it does. Called by whoever starts it, before it attaches.
   *
   * @param worker of `node:worker_threads`
   * @param onReclaimed told what came back
   */
  adopt(worker: AdoptableWorker, onReclaimed?: (reclaimed: Reclaimed) => void): void {
    const { threadId } = worker;
    worker.once('exit', () => {
      if (this.detached) return;
      const reclaimed = this._threadEnded(threadId);
      onReclaimed?.(reclaimed);
    });
  }

  /** Reclaims all that a thread had attached. @internal */
  _threadEnded(thread: number): Reclaimed {
    const { registry } = this._view;
    for (let slot = 0; slot < registry.maxWorkers; slot++) registry.declareDead(slot, thread);
    return this.reclaimDead();
  }

  /**
   * Reclaims what a worker had. Only when its thread has ended: where nobody adopted it, and on runtimes that say
   * otherwise when that is.
   *
   * @param workerId its `workerId`; nothing happens where it is no longer attached
   */
  reclaim(workerId: number): Reclaimed {
    const { registry } = this._expectView('reclaim');
    if (workerId === this.workerId)
      throw new ArgumentRangeError('reclaim', 'workerId', 'another worker', workerId);
    const slot = registry.slotOf(workerId);
    if (slot >= 0) registry.declareDead(slot, registry.threadOf(slot));
    return this.reclaimDead();
  }

  /**
   * Checks every word, and this worker's lists against them. At rest: while others work it may see a block twice.
   *
   * @param repair frees the blocks that this worker lost, by operations that were interrupted
   */
  audit({ repair = false }: { repair?: boolean } = {}): SharedPoolAudit {
    return auditPool(this._expectView('audit'), repair);
  }

  /** Counts all words and reads all workers' counters. */
  stats(): SharedPoolStats {
    return poolStats(this._expectView('read stats'));
  }

  /** The stats as a table. */
  dump(): string {
    return dumpPool(this.stats());
  }

  /** Gives this worker's idle blocks to everybody, and releases the shares that arrived. For a worker that goes idle. */
  trim(): void {
    const view = this._expectView('trim');
    view.reap();
    view.flushAll();
  }

  /**
   * Leaves: idle blocks are everybody's, the place is free, and this object throws. Messages that are still in the rings
   * are received, but for shares.
   *
   * @throws {BlockHeldError} blocks are held, or shares are in flight; nothing changed
   */
  detach(): void {
    if (this.detached) return;
    const view = this._view;
    view.reap();
    const held = this.heldBlocks();
    if (held > 0) throw new BlockHeldError('detach', 'blocks are held, or shares in flight', held);
    this.detached = true;
    this.leaveRoll();
    view.flushAll();
    const { words, layout, slabs, registry } = view;
    reclaimWorker(words, layout, slabs, registry, registry.slot, registry.wid);
    registry.leave();
  }

  /** As {@link detach}, where nothing is held; else the blocks come back with the end of the thread. */
  [Symbol.dispose](): void {
    if (this.detached || this.heldBlocks() > 0) return;
    this.detach();
  }

  /** @internal */
  _expectView(action: string): WorkerView {
    if (this.detached) throw new DetachedError(action);
    return this._view;
  }

  /** A block without references. @internal */
  _take(bytes: number): SharedBlock {
    const block = this._view.take(this.classOf[(bytes + 63) >> UNIT_SHIFT] as number);
    if (block === undefined) throw this.exhausted(bytes);
    return block;
  }

  /** Whether `detach` would refuse. @internal */
  _holdsBlocks(): boolean {
    return this.heldBlocks() > 0;
  }

  private joinShared(handle: number): SharedBlock | undefined {
    const view = this._view;
    const slab = view.slabs.at((handle & INDEX) >>> view.layout.slabShift);
    if (slab !== undefined)
      view.block(slab, (handle & INDEX) - slab.firstIndex)._expectBit('receive a shared block');
    return view.join(handle, FIELD);
  }

  private reclaimDead(): Reclaimed {
    const { words, layout, slabs, registry } = this._view;
    const all: Reclaimed = { freed: 0, inFlight: 0, shared: 0, drained: 0 };
    registry.reclaimDead((slot, wid) => {
      const found = reclaimWorker(words, layout, slabs, registry, slot, wid);
      all.freed += found.freed;
      all.inFlight += found.inFlight;
      all.shared += found.shared;
      all.drained += found.drained;
    });
    return all;
  }

  private heldBlocks(): number {
    let held = 0;
    for (const { blocks } of this._view.slabs.slabs) {
      for (const block of blocks) if (block !== undefined && block._refs > 0) held++;
    }
    return held;
  }

  private exhausted(bytes: number): SharedExhaustedError {
    const { layout, slabs } = this._view;
    const { slabBytes, maxSlabs } = layout.geometry;
    const sizeClass = this.classOf[(bytes + 63) >> UNIT_SHIFT] as number;
    return new SharedExhaustedError(
      bytes,
      this.magazines[sizeClass]?.blockBytes ?? 0,
      slabs.slabs.length * slabBytes,
      maxSlabs * slabBytes,
    );
  }

  private badSize(bytes: number): Error {
    if (this.detached) return new DetachedError('acquire');
    return new ArgumentRangeError('acquire', 'bytes', `an integer from 0 to ${this.largest}`, bytes);
  }
}

type GrowableConstructor = new (bytes: number, options: { maxByteLength: number }) => SharedArrayBuffer;
