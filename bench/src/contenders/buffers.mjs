// @ts-check
/**
 * The makers of buffers that take part, as pieces of source; the loops of `buffer-loops.mjs` put them in place.
 * Each writes and reads a byte of every buffer, in the way that is the fastest with it.
 */

/**
 * @typedef {object} BufferAdapter
 * @property {string} id
 * @property {string} label
 * @property {(size: string) => string} make An expression whose value is `item`; `i` is the turn.
 * @property {string} touch Statements that write a byte of `item` and add what is read to `sum`.
 * @property {(item: string) => string} drop A statement that gives it back.
 * @property {string} forget A statement instead of `drop`, where the next line would forget it at once.
 * @property {string} [copyIn] All of `source` goes into `item`.
 * @property {string} [copyOut] All of `item` goes into `target`.
 * @property {() => Promise<Record<string, unknown>>} load
 */

const BYTES_TOUCH = 'item[0] = i; sum = (sum + item[0]) | 0;';
/** What keeps a buffer from being optimised away. */
const KEEP = 'keep.item = item';

/** @returns {{ keep: { item: unknown } }} */
const keeper = () => ({ keep: { item: null } });

/**
 * @param {string} id
 * @param {string} label
 * @param {string} method
 * @returns {BufferAdapter}
 */
const nodeBuffer = (id, label, method) => ({
  id,
  label,
  make: (size) => `Buffer.${method}(${size})`,
  touch: BYTES_TOUCH,
  drop: () => '',
  forget: KEEP,
  copyIn: 'item.set(source)',
  copyOut: 'target.set(item)',
  load: async () => keeper(),
});

export const bufferAlloc = nodeBuffer('alloc', 'Buffer.alloc', 'alloc');
export const bufferAllocUnsafe = nodeBuffer('alloc-unsafe', 'Buffer.allocUnsafe', 'allocUnsafe');
export const bufferAllocUnsafeSlow = nodeBuffer(
  'alloc-unsafe-slow',
  'Buffer.allocUnsafeSlow',
  'allocUnsafeSlow',
);

/**
 * @param {string} id
 * @param {string} label
 * @param {() => Promise<import('rockpool').Allocator>} allocator
 * @returns {BufferAdapter}
 */
const byteBuf = (id, label, allocator) => ({
  id,
  label,
  make: (size) => `allocator.buffer(${size})`,
  touch: 'item.setUInt8(0, i & 255); sum = (sum + item.getUInt8(0)) | 0;',
  drop: (item) => `${item}.release()`,
  forget: 'item.release()',
  copyIn: 'item.setBytes(0, source)',
  copyOut: 'item.getBytes(0, target)',
  load: async () => ({ allocator: await allocator() }),
});

/**
 * @param {string} id
 * @param {string} label
 * @param {import('rockpool').ByteBufAllocatorOptions} options
 */
const rockpoolBuffers = (id, label, options) =>
  byteBuf(id, label, async () => new (await import('rockpool')).ByteBufAllocator(options));

/** @param {'off' | 'basic' | 'strict' | 'paranoid'} checks */
export const rockpoolChecks = (checks) =>
  rockpoolBuffers(`rockpool-${checks}`, `Rockpool, checks ${checks}`, { checks });

export const rockpoolUncached = rockpoolBuffers('rockpool-uncached', 'Rockpool, cache: false (the arena)', {
  cache: false,
});

export const rockpoolFresh = rockpoolBuffers('rockpool-fresh', 'Rockpool, recycleHandles: false', {
  recycleHandles: false,
});

export const rockpoolUnpooled = byteBuf(
  'rockpool-unpooled',
  'Rockpool unpooled',
  async () => (await import('rockpool')).unpooled,
);

/** @type {BufferAdapter} It pools nothing; this is what wrapping a buffer and consuming it costs. */
export const bl = {
  id: 'bl',
  label: 'bl over Buffer.allocUnsafe',
  make: (size) => `wrap(Buffer.allocUnsafe(${size}), i)`,
  touch: 'sum = (sum + item.get(0)) | 0;',
  drop: (item) => `${item}.consume(${item}.length)`,
  forget: 'item.consume(item.length)',
  load: async () => {
    const { BufferList } = await import('bl');
    /**
     * @param {Buffer} bytes
     * @param {number} first
     */
    const wrap = (bytes, first) => {
      bytes[0] = first;
      return new BufferList(bytes);
    };
    return { wrap };
  },
};

/** Enough for 33 buffers of the largest held size, or a few of 1 MiB. */
const THING_BYTES = 32 * 1024 * 1024;

async function thingPool() {
  const { MemPool } = await import('@thi.ng/malloc');
  const buf = new ArrayBuffer(THING_BYTES);
  return { pool: new MemPool({ buf }), u8: new Uint8Array(buf) };
}

/** @type {BufferAdapter} An address is all that one gets: the fastest way with it. */
export const thingAddress = {
  id: 'thi-ng',
  label: '@thi.ng/malloc, malloc (an address)',
  make: (size) => `pool.malloc(${size})`,
  touch: 'u8[item] = i; sum = (sum + u8[item]) | 0;',
  drop: (item) => `pool.free(${item})`,
  forget: 'pool.free(item)',
  copyIn: 'u8.set(source, item)',
  copyOut: 'target.set(u8.subarray(item, item + BYTES))',
  load: thingPool,
};

/** @type {BufferAdapter} */
export const thingView = {
  id: 'thi-ng-view',
  label: "@thi.ng/malloc, mallocAs('u8')",
  make: (size) => `pool.mallocAs('u8', ${size})`,
  touch: BYTES_TOUCH,
  drop: (item) => `pool.free(${item})`,
  forget: 'pool.free(item)',
  copyIn: 'item.set(source)',
  copyOut: 'target.set(item)',
  load: thingPool,
};

/** @type {BufferAdapter} Rounds up to powers of two and makes a view each time. */
export const typedarrayPool = {
  id: 'typedarray-pool',
  label: 'typedarray-pool',
  make: (size) => `pool.mallocUint8(${size})`,
  touch: BYTES_TOUCH,
  drop: (item) => `pool.freeUint8(${item})`,
  forget: 'pool.freeUint8(item)',
  copyIn: 'item.set(source)',
  copyOut: 'target.set(item)',
  load: async () => ({ pool: (await import('typedarray-pool')).default }),
};
