import { describe, expect, it } from 'vitest';
import {
  AcquireTimeoutError,
  ArgumentRangeError,
  ArgumentTypeError,
  BlockHeldError,
  DetachedError,
  OptionRangeError,
  OptionTypeError,
  RefCountError,
  ReleasedBufferError,
  SharedExhaustedError,
  SharedLayoutError,
  SharedPool,
  type SharedPoolOptions,
  ShareLimitError,
  StaleHandleError,
  TooManyWorkersError,
  UnknownOptionError,
} from '../../src/index.ts';

const KIB = 1024;

function expectClean(pool: SharedPool): void {
  const audit = pool.audit();
  expect(audit).toMatchObject({ clean: true, wrong: [], lost: [] });
  expect(audit.free + audit.owned + audit.detached + audit.shared).toBe(audit.blocks);
}

/** Nothing but idle blocks is left. */
function expectAllFree(...pools: SharedPool[]): void {
  for (const pool of pools) pool.trim();
  const audit = pools[0]?.audit();
  expect(audit?.free).toBe(audit?.blocks);
}

describe('a shared pool', () => {
  it('hands out blocks of the smallest class that fits', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    for (const [bytes, capacity] of [
      [0, 64],
      [1, 64],
      [64, 64],
      [65, 128],
      [1000, 1024],
      [65_536, 65_536],
    ] as const) {
      const block = pool.acquire(bytes);
      expect([block.length, block.capacity, block.bytes.length, block.refCnt]).toEqual([
        bytes,
        capacity,
        bytes,
        1,
      ]);
      block.release();
    }
    expectAllFree(pool);
  });

  it('gives a worker the same object for the same block, and the same view', () => {
    const pool = SharedPool.create({ bytes: 64 * KIB, classes: [64] });
    const block = pool.acquire(10);
    const view = block.bytes;
    block.release();
    const again = pool.acquire(10);
    expect(again).toBe(block);
    expect(again.bytes).toBe(view);
    expect(pool.acquire(20).bytes).not.toBe(view);
  });

  it('gives no two live blocks the same bytes', () => {
    const pool = SharedPool.create({ bytes: 256 * KIB, classes: [64, 192, 4096] });
    const blocks = Array.from({ length: 60 }, (_, n) => pool.acquire([64, 190, 4000][n % 3] as number));
    blocks.forEach((block, n) => {
      block.bytes.fill(n + 1);
    });
    blocks.forEach((block, n) => {
      expect(block.bytes.every((byte) => byte === n + 1)).toBe(true);
    });
    for (const block of blocks) block.release();
    expectAllFree(pool);
  });

  it('grows from `bytes` to `maxBytes`, and says so when it is there', () => {
    const pool = SharedPool.create({ bytes: 4096, maxBytes: 16_384, classes: [1024] });
    const blocks = Array.from({ length: 16 }, () => pool.acquire(1024));
    expect(pool.tryAcquire(1024)).toBeUndefined();
    let error: unknown;
    try {
      pool.acquire(1000);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SharedExhaustedError);
    expect(error).toMatchObject({
      requestedBytes: 1000,
      classBytes: 1024,
      slabBytes: 16_384,
      maxBytes: 16_384,
    });
    expect(new Set(blocks.map(({ index }) => index)).size).toBe(16);
    for (const block of blocks) block.release();
    expect(pool.acquire(1).release()).toBe(true);
  });

  it("takes others' idle blocks before it grows beyond `bytes`", () => {
    const pool = SharedPool.create({
      bytes: 4096,
      maxBytes: 65_536,
      classes: [{ bytes: 1024, magazine: 2 }],
    });
    const other = SharedPool.attach(pool.handle);
    const blocks = Array.from({ length: 4 }, () => pool.acquire(1024));
    for (const block of blocks) block.release();
    pool.trim();
    const taken = Array.from({ length: 4 }, () => other.acquire(1024));
    expect(other.stats().slabBytes).toBe(4096);
    expect(other.stats().workers[1]?.counters.stolen).toBeGreaterThan(0);
    for (const block of taken) block.release();
  });

  it('keeps to the limit of a class', () => {
    const pool = SharedPool.create({ bytes: 64 * KIB, classes: [{ bytes: 64, maxBlocks: 3 }, 128] });
    const blocks = [pool.acquire(64), pool.acquire(64), pool.acquire(64)];
    expect(pool.tryAcquire(64)).toBeUndefined();
    expect(pool.acquire(65).release()).toBe(true);
    for (const block of blocks) block.release();
    expect(pool.stats().classes[0]).toMatchObject({ blocks: 3, maxBlocks: 3 });
  });

  it('finds by a scan what no hint tells of', () => {
    const pool = SharedPool.create({ bytes: 64 * 64, classes: [{ bytes: 64, magazine: 1 }] });
    const blocks = Array.from({ length: 64 }, () => pool.acquire(1));
    // A shelf has 16 hints.
    for (const block of blocks) block.release();
    pool.trim();
    const again = Array.from({ length: 64 }, () => pool.acquire(1));
    expect(new Set(again).size).toBe(64);
    expect(pool.stats().total.scanned).toBeGreaterThan(0);
  });

  it.each(['on-release', 'on-acquire'] as const)('zeroes %s', (zero) => {
    const pool = SharedPool.create({ bytes: 256 * KIB, classes: [128 * KIB], zero });
    const block = pool.acquire(128 * KIB);
    block.bytes.fill(7);
    block.release();
    expect(pool.acquire(128 * KIB).bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('counts: blocks = free + owned + detached + shared', () => {
    const pool = SharedPool.create({ bytes: 64 * KIB, classes: [64] });
    const other = SharedPool.attach(pool.handle);
    const [owned, moved, shared] = [pool.acquire(1), pool.acquire(1), pool.acquire(1)];
    moved.move();
    other.receive(shared.share());
    const [all] = pool.stats().classes;
    if (all === undefined) throw new Error('there is a class');
    expect(all.free + all.owned + all.detached + all.shared).toBe(all.blocks);
    expect(all).toMatchObject({ detached: 1, shared: 1 });
    expect(pool.stats().workers).toMatchObject([
      { slot: 0, detachedBlocks: 1, sharedBlocks: 1 },
      { slot: 1, ownedBlocks: 0, sharedBlocks: 1 },
    ]);
    expect(pool.stats().total.acquired).toBe(3);
    expect(pool.dump()).toMatch(/2 workers\n.*block bytes/);
    owned.release();
  });
});

describe('a handle', () => {
  it('moves a block, with its length, to the first who receives it', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    const other = SharedPool.attach(pool.handle);
    const block = pool.acquire(100);
    block.bytes.fill(9);
    const handle = block.move();
    expect(handle | 0).toBe(handle);
    expect(() => block.bytes).toThrow(ReleasedBufferError);
    const received = other.receive(handle);
    expect([received.length, received.bytes[99], received.refCnt]).toEqual([100, 9, 1]);
    expect(() => other.receive(handle)).toThrow(StaleHandleError);
    expect(() => pool.receive(handle)).toThrow(StaleHandleError);
    expect(pool.recall(handle)).toBeUndefined();
    received.release();
    expectAllFree(pool, other);
  });

  it('that nobody received is recalled', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    const handle = pool.acquire(100).move();
    const back = pool.recall(handle);
    expect([back?.length, back?.refCnt]).toEqual([100, 1]);
    back?.release();
    expectAllFree(pool);
  });

  it('shares a block until the last of its holders releases it', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    const others = [SharedPool.attach(pool.handle), SharedPool.attach(pool.handle)];
    const block = pool.acquire(5);
    const handle = block.share();
    const received = others.map((other) => other.receive(handle));
    expect(received.map(({ length }) => length)).toEqual([5, 5]);
    expect(others[0]?.receive(handle)).toBe(received[0]);
    expect(received[0]?.refCnt).toBe(2);
    block.release();
    received[0]?.release(2);
    expect(pool.audit().shared).toBe(1);
    received[1]?.release();
    expect(pool.audit().shared).toBe(0);
    expect(() => pool.receive(handle)).toThrow(StaleHandleError);
    expectAllFree(pool, ...others);
  });

  it('that is foreign, old, or no number is refused, and nothing changes', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    const foreign = SharedPool.create({ bytes: 1 << 20, classes: [4096] });
    const old = pool.acquire(1).move();
    pool.receive(old).release();
    const inUse = pool.acquire(1);
    for (const handle of [old, foreign.acquire(1).move(), -1, 2 ** 31, 0.5, Number.NaN, '7' as never]) {
      expect(() => pool.receive(handle)).toThrow(StaleHandleError);
    }
    expect(pool.tryAcquire(1)?.release()).toBe(true);
    inUse.release();
    expectClean(pool);
  });

  it('is good again after 256 lives of its block: the generation has 8 bits', () => {
    const pool = SharedPool.create({ bytes: 64, classes: [{ bytes: 64, magazine: 1 }] });
    const seen = new Set<number>();
    for (let life = 0; life < 128; life++) {
      const handle = pool.acquire(1).move();
      expect(seen.has(handle)).toBe(false);
      seen.add(handle);
      pool.receive(handle).release();
      pool.trim();
    }
    const handle = pool.acquire(1).move();
    expect(seen.has(handle)).toBe(true);
    pool.receive(handle).release();
    expectAllFree(pool);
  });
});

describe('a block', () => {
  it('refuses what its counts do not allow, and stays as it was', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    const block = pool.acquire(10).retain(2);
    expect(() => block.release(4)).toThrow(RefCountError);
    expect(() => block.release(0)).toThrow(RefCountError);
    expect(() => block.release(0.5)).toThrow(RefCountError);
    expect(() => block.retain(-1)).toThrow(RefCountError);
    expect(() => block.move()).toThrow(BlockHeldError);
    expect(() => {
      block.length = 65;
    }).toThrow(ArgumentRangeError);
    expect([block.refCnt, block.length]).toEqual([3, 10]);
    expect(block.release(2)).toBe(false);
    expect(block.release()).toBe(true);
    for (const use of [
      () => block.bytes,
      () => block.release(),
      () => block.retain(),
      () => block.move(),
      () => block.share(),
      () => {
        block.length = 1;
      },
    ]) {
      expect(use).toThrow();
    }
    expect(block.refCnt).toBe(0);
    block[Symbol.dispose]();
    expectAllFree(pool);
  });

  it('that is shared is not moved', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    const block = pool.acquire(1);
    block.share();
    expect(() => block.move()).toThrow(BlockHeldError);
    block.release();
    expectAllFree(pool);
  });

  it('has another length when it is set, and a view of that', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    const block = pool.acquire(64);
    block.length = 3;
    expect(block.bytes.length).toBe(3);
    block.release();
  });

  it('is released at the end of its block by `using`', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    const block = pool.acquire(1);
    block[Symbol.dispose]();
    expect(block.refCnt).toBe(0);
  });
});

describe('more workers than a mask has bits', () => {
  it('move, and are told why they cannot share', () => {
    const pools = [SharedPool.create({ bytes: 1 << 20, maxWorkers: 25 })];
    const [first] = pools;
    if (first === undefined) throw new Error('there is a pool');
    while (pools.length < 25) pools.push(SharedPool.attach(first.handle));
    const last = pools[24] as SharedPool;
    expect(() => SharedPool.attach(first.handle)).toThrow(TooManyWorkersError);
    const block = last.acquire(8);
    expect(() => block.share()).toThrow(ShareLimitError);
    const moved = first.receive(block.move());
    const handle = moved.share();
    expect(() => last.receive(handle)).toThrow(ShareLimitError);
    pools[21]?.receive(handle).release();
    moved.release();
    expectAllFree(first, ...pools);
  });
});

describe('a worker', () => {
  it('that dies gives everything back: idle, in use, moved, shared', () => {
    const pool = SharedPool.create({ bytes: 64 * KIB, classes: [64] });
    const dying = SharedPool.attach(pool.handle);
    dying.acquire(1).release();
    dying.acquire(1);
    const handle = dying.acquire(1).move();
    const shared = pool.receive(dying.acquire(1).share());
    const reclaimed = pool.reclaim(dying.workerId);
    expect(reclaimed).toMatchObject({ inFlight: 0, shared: 1 });
    expect(reclaimed.freed).toBeGreaterThanOrEqual(3);
    expect(() => pool.receive(handle)).toThrow(StaleHandleError);
    shared.release();
    expectAllFree(pool);
    expect(pool.reclaim(dying.workerId)).toEqual({ freed: 0, inFlight: 0, shared: 0, drained: 0 });
    expect(pool.stats().workers.length).toBe(1);
  });

  it('that is adopted is reclaimed behind its exit, whether anybody is told or not', () => {
    const pool = SharedPool.create({ bytes: 64 * KIB, classes: [64] });
    const told: unknown[] = [];
    for (const [threadId, listener] of [[7001], [7002, (found: unknown) => told.push(found)]] as const) {
      const exits: (() => void)[] = [];
      const worker = { threadId, once: (_: 'exit', exit: () => void) => exits.push(exit) };
      pool.adopt(worker, listener);
      SharedPool._attachAs(pool.handle, threadId).acquire(1);
      expect(pool.stats().workers.length).toBe(2);
      for (const exit of exits) exit();
      expect(pool.stats().workers.length).toBe(1);
    }
    expect(told).toMatchObject([{ shared: 0, drained: 0 }]);
    expectAllFree(pool);
  });

  it('that detaches leaves nothing, and its object refuses', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    const other = SharedPool.attach(pool.handle);
    const block = other.acquire(1);
    expect(() => other.detach()).toThrow(BlockHeldError);
    block.release();
    other.detach();
    other.detach();
    expect(pool.stats().workers.length).toBe(1);
    for (const use of [
      () => other.acquire(1),
      () => other.tryAcquire(1),
      () => other.receive(1),
      () => other.recall(1),
      () => other.audit(),
      () => other.stats(),
      () => other.dump(),
      () => other.trim(),
      () => other.reclaim(1),
    ]) {
      expect(use).toThrow(DetachedError);
    }
    expectAllFree(pool);
  });

  it('is never given a number twice', () => {
    const pool = SharedPool.create({ bytes: 1 << 20, maxWorkers: 2 });
    const ids = new Set([pool.workerId]);
    for (let n = 0; n < 20; n++) {
      const other = SharedPool.attach(pool.handle);
      ids.add(other.workerId);
      other.detach();
    }
    expect(ids.size).toBe(21);
  });

  it('cannot reclaim itself', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    expect(() => pool.reclaim(pool.workerId)).toThrow(ArgumentRangeError);
    expect(pool.reclaim(12_345)).toMatchObject({ freed: 0 });
  });
});

describe('a wait for a block', () => {
  const options: SharedPoolOptions = { bytes: 4096, classes: [{ bytes: 64, maxBlocks: 1 }] };

  it('ends with a release by any worker', async () => {
    const pool = SharedPool.create(options);
    const other = SharedPool.attach(pool.handle);
    const block = other.acquire(1);
    const waiting = pool.acquireAsync(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    block.release();
    const got = await waiting;
    expect(got.refCnt).toBe(1);
    got.release();
    expectAllFree(pool, other);
  });

  it('ends with its time, or its signal, and holds nothing then', async () => {
    const pool = SharedPool.create(options);
    const block = pool.acquire(1);
    await expect(pool.acquireAsync(1, { timeoutMs: 2 })).rejects.toThrow(AcquireTimeoutError);
    const controller = new AbortController();
    const waiting = pool.acquireAsync(1, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(pool.acquireAsync(1, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    );
    block.release();
    expect((await pool.acquireAsync(1)).release()).toBe(true);
    expectAllFree(pool);
  });
});

describe('bad input', () => {
  it.each([
    [{}, OptionTypeError],
    [{ bytes: 63 }, OptionRangeError],
    [{ bytes: 1.5 }, OptionRangeError],
    [{ bytes: 128, maxBytes: 64 }, OptionRangeError],
    [{ bytes: 1024, classes: [] }, OptionTypeError],
    [{ bytes: 1024, classes: [100] }, OptionRangeError],
    [{ bytes: 1024, classes: [128, 64] }, OptionRangeError],
    [{ bytes: 1024, classes: [2048] }, OptionRangeError],
    [{ bytes: 1024, classes: [{ bytes: 64, maxBlocks: 0 }] }, OptionRangeError],
    [{ bytes: 1024, classes: [{ bytes: 64, most: 1 }] }, UnknownOptionError],
    [{ bytes: 1024, maxWorkers: 0 }, OptionRangeError],
    [{ bytes: 1024, zero: 'always' }, OptionRangeError],
    [{ bytes: 1024, maxWorker: 3 }, UnknownOptionError],
    [{ bytes: 2 ** 33, classes: [64] }, OptionRangeError],
  ] as [object, new (...args: never[]) => Error][])('%j is refused', (options, error) => {
    expect(() => SharedPool.create(options as SharedPoolOptions)).toThrow(error);
  });

  it('sizes beyond the largest class, or no sizes, are refused', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    for (const bytes of [-1, 0.5, Number.NaN, 65_537, 2 ** 32, '1' as never]) {
      expect(() => pool.acquire(bytes)).toThrow(ArgumentRangeError);
      expect(() => pool.tryAcquire(bytes)).toThrow(ArgumentRangeError);
    }
    expectClean(pool);
  });

  it('memory that is no pool, of another version, or cut short, is refused', () => {
    const { handle } = SharedPool.create({ bytes: 1 << 20, maxWorkers: 2 });
    const copyWith = (index: number, value: number): SharedArrayBuffer => {
      const control = new SharedArrayBuffer(handle.control.byteLength);
      new Uint8Array(control).set(new Uint8Array(handle.control));
      new Int32Array(control)[index] = value;
      return control;
    };
    const { data, control } = handle;
    for (const bad of [
      copyWith(0, 1),
      copyWith(1, 2),
      copyWith(2, 7),
      copyWith(4, 0),
      copyWith(6, 1),
      data,
    ]) {
      expect(() => SharedPool.attach({ control: bad, data })).toThrow(SharedLayoutError);
    }
    expect(() => SharedPool.attach({ control: new SharedArrayBuffer(0), data })).toThrow(SharedLayoutError);
    expect(() => SharedPool.attach({ control, data: new SharedArrayBuffer(64) })).toThrow(SharedLayoutError);
    for (const bad of [undefined, null, {}, { control }, { control, data: new ArrayBuffer(8) }]) {
      expect(() => SharedPool.attach(bad as never)).toThrow(ArgumentTypeError);
    }
    expect(SharedPool.attach(handle).stats().workers.length).toBe(2);
  });
});
