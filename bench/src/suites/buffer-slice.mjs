// @ts-check
/** Windows on a buffer: one with a count of its own, taken and given back. */
import { compile } from '../contenders/adapter.mjs';
import { bothNetty, NETTY, netty } from '../contenders/netty.mjs';

/** Bytes of the buffer that is sliced, and of a slice; as in `bench/java`. */
const PARENT_BYTES = 1024;
const SLICE_BYTES = 256;

/**
 * @param {string} id
 * @param {string} label
 * @param {string} make
 * @param {string} touch
 * @param {string} drop
 * @param {() => Promise<Record<string, unknown>>} load
 * @returns {import('../types.d.ts').JsContender}
 */
const slices = (id, label, make, touch, drop, load) => ({
  kind: 'js',
  id,
  label,
  prepare: async () => ({
    run: compile(
      `return function slices(iterations) {
        let sum = 0;
        for (let i = 0; i < iterations; i++) {
          const start = i & 511;
          const item = ${make};
          keep.item = item;
          ${touch}
          ${drop};
        }
        return sum;
      };`,
      { SLICE_BYTES, keep: { item: null }, ...(await load()) },
    ),
  }),
});

const BYTES_TOUCH = 'item[0] = i; sum = (sum + item[0]) | 0;';
const BUF_TOUCH = 'item.setUInt8(0, i & 255); sum = (sum + item.getUInt8(0)) | 0;';
const NOTHING = '';

/** @param {import('rockpool').ByteBufAllocatorOptions} [options] */
async function parent(options) {
  const { ByteBufAllocator } = await import('rockpool');
  return { parent: new ByteBufAllocator(options).buffer(PARENT_BYTES).writeZero(PARENT_BYTES) };
}

const RETAINED = 'parent.retainedSlice(start, SLICE_BYTES)';

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'buffer-slice',
  title: 'Slices',
  about: `Takes a slice of ${SLICE_BYTES} bytes of a buffer of 1 KiB, at another place each time, writes and reads its first byte through it, and gives it back where it counts for itself (\`retainedSlice\`). \`slice\`, \`subarray\` and \`shallowSlice\` make an object that is left to the collector. Every slice is stored in a field, as what is handed on would be: or the JVM would make none. Netty’s adaptive allocator makes a new object for a retained slice, the pooled one takes it from a pool.`,
  unit: 'slice',
  contenders: [
    slices(
      'rockpool-retained',
      'Rockpool retainedSlice + release',
      RETAINED,
      BUF_TOUCH,
      'item.release()',
      parent,
    ),
    slices(
      'rockpool-retained-fresh',
      'Rockpool retainedSlice + release, recycleHandles: false',
      RETAINED,
      BUF_TOUCH,
      'item.release()',
      () => parent({ recycleHandles: false }),
    ),
    slices(
      'rockpool-slice',
      'Rockpool slice',
      'parent.slice(start, SLICE_BYTES)',
      BUF_TOUCH,
      NOTHING,
      parent,
    ),
    slices(
      'subarray',
      'Buffer.subarray',
      'parent.subarray(start, start + SLICE_BYTES)',
      BYTES_TOUCH,
      NOTHING,
      async () => ({ parent: Buffer.alloc(PARENT_BYTES) }),
    ),
    slices(
      'uint8array-subarray',
      'Uint8Array.subarray',
      'parent.subarray(start, start + SLICE_BYTES)',
      BYTES_TOUCH,
      NOTHING,
      async () => ({ parent: new Uint8Array(PARENT_BYTES) }),
    ),
    slices(
      'bl',
      'bl shallowSlice',
      'parent.shallowSlice(start, start + SLICE_BYTES)',
      'sum = (sum + item.get(0)) | 0;',
      NOTHING,
      async () => ({ parent: new (await import('bl')).BufferList(Buffer.alloc(PARENT_BYTES)) }),
    ),
    ...bothNetty('retained-slice', {}),
    { ...netty('pooled', 'slice', {}), id: 'netty-slice', label: 'Netty pooled direct, slice' },
  ],
  baselines: ['netty-pooled', NETTY, 'subarray'],
  targets: [
    { contender: 'rockpool-retained', baseline: 'netty-pooled', atMost: 1 },
    { contender: 'rockpool-retained', baseline: NETTY, atMost: 1 },
    { contender: 'rockpool-retained', baseline: 'subarray', atMost: 0.35 },
  ],
};
