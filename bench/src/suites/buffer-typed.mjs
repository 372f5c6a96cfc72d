// @ts-check
/** Numbers in and out of a buffer, call by call. */
import { compile } from '../contenders/adapter.mjs';
import { netty } from '../contenders/netty.mjs';

const BYTES = 1024;
/** Calls of a turn: 1 KiB of the widest. As in `bench/java`. */
const CALLS = 128;
/** Passes over each other kind of buffer, before the plain one is timed. */
const STRANGE_PASSES = 2000;

/**
 * @typedef {object} Call One method, as it is with ours and with Node's.
 * @property {string} name Ours, and the case.
 * @property {'write' | 'read' | 'set' | 'get'} how
 * @property {number} width Bytes.
 * @property {'int' | 'big' | 'real'} [value]
 * @property {string} [node] Node's, where it has another name; without its last parentheses.
 * @property {string} [nodeTail] What Node wants behind the offset.
 */

/** @type {readonly Call[]} */
const CALL_LIST = [
  { name: 'writeUInt8', how: 'write', width: 1 },
  { name: 'writeUInt16LE', how: 'write', width: 2 },
  { name: 'writeUInt24BE', how: 'write', width: 3, node: 'writeUIntBE', nodeTail: ', 3' },
  { name: 'writeUInt32BE', how: 'write', width: 4 },
  { name: 'writeBigUInt64BE', how: 'write', width: 8, value: 'big' },
  { name: 'writeDoubleLE', how: 'write', width: 8, value: 'real' },
  { name: 'setUInt32BE', how: 'set', width: 4, node: 'writeUInt32BE' },
  { name: 'readUInt8', how: 'read', width: 1 },
  { name: 'readUInt16LE', how: 'read', width: 2 },
  { name: 'readUInt24BE', how: 'read', width: 3, node: 'readUIntBE', nodeTail: ', 3' },
  { name: 'readUInt32BE', how: 'read', width: 4 },
  { name: 'readBigUInt64BE', how: 'read', width: 8, value: 'big' },
  { name: 'readDoubleLE', how: 'read', width: 8, value: 'real' },
  { name: 'getUInt32BE', how: 'get', width: 4, node: 'readUInt32BE' },
];

/** What is written; it changes with the call and the turn. */
const VALUES = { int: '(k + i) & 127', big: 'BIG[(k + i) & 127]', real: '((k + i) & 127) + 0.5' };
/** What becomes of what is read. @type {Record<'int' | 'big' | 'real', (read: string) => string>} */
const SUMS = {
  int: (read) => `sum = (sum + ${read}) | 0`,
  big: (read) => `sum += ${read} === BIG[5] ? 1 : 0`,
  real: (read) => `sum += ${read} > 0 ? 1 : 0`,
};
const BIG = Array.from({ length: 128 }, (_, k) => BigInt(k));

/**
 * The loop over a buffer, `target`: turns begin at its beginning.
 *
 * @param {string} begin
 * @param {string} call
 * @param {string} end
 */
const loop = (begin, call, end) => `
  return function typed(target, turns) {
    let sum = 0;
    for (let i = 0; i < turns; i++) {
      ${begin};
      for (let k = 0; k < ${CALLS}; k++) {
        ${call};
      }
      ${end};
    }
    return sum;
  };`;

/** @param {Call} call */
function byteBufLoop({ name, how, width, value = 'int' }) {
  const written = VALUES[value];
  const check = `sum = (sum + target.getUInt8(${CALLS - 1})) | 0`;
  switch (how) {
    case 'write':
      return loop('target.clear()', `target.${name}(${written})`, check);
    case 'set':
      return loop('', `target.${name}(k * ${width}, ${written})`, check);
    case 'read':
      return loop(`target.setIndex(0, ${BYTES})`, SUMS[value](`target.${name}()`), '');
    case 'get':
      return loop('', SUMS[value](`target.${name}(k * ${width})`), '');
  }
}

/** @param {Call} call */
function nodeLoop({ name, how, width, value = 'int', node = name, nodeTail = '' }) {
  const written = VALUES[value];
  const check = `sum = (sum + target[${CALLS - 1}]) | 0`;
  switch (how) {
    case 'write':
      return loop('let offset = 0', `offset = target.${node}(${written}, offset${nodeTail})`, check);
    case 'set':
      return loop('', `target.${node}(${written}, k * ${width}${nodeTail})`, check);
    case 'read':
      return loop(
        'let offset = 0',
        `${SUMS[value](`target.${node}(offset${nodeTail})`)}; offset += ${width}`,
        '',
      );
    case 'get':
      return loop('', SUMS[value](`target.${node}(k * ${width}${nodeTail})`), '');
  }
}

/** @typedef {(target: unknown, turns: number) => number} TypedLoop */

/** @param {string} source @returns {TypedLoop} */
const compileTyped = (source) => /** @type {TypedLoop} */ (compile(source, { BIG }));

const counting = Uint8Array.from({ length: BYTES }, (_, k) => k);

/**
 * Buffers of every other kind, with the same bytes: slices of both sorts, a duplicate, what was wrapped or is not
 * pooled, a composite of two, and for reads one that refuses writes.
 *
 * @param {import('rockpool').ByteBufAllocator} allocator
 * @param {boolean} reads
 */
async function strangers(allocator, reads) {
  const { unpooled, wrap } = await import('rockpool');
  const pooled = () => allocator.buffer(BYTES).setBytes(0, counting).setIndex(0, BYTES);
  const half = (/** @type {number} */ start) => {
    const part = allocator.buffer(BYTES / 2);
    return part.writeBytes(counting, start, BYTES / 2);
  };
  const composite = allocator
    .composite()
    .addComponent(half(0), true)
    .addComponent(half(BYTES / 2), true);
  return [
    pooled().slice(),
    pooled().retainedSlice(),
    pooled().duplicate(),
    wrap(Uint8Array.from(counting)),
    unpooled.buffer(BYTES).setBytes(0, counting).setIndex(0, BYTES),
    composite,
    composite.slice(0, BYTES),
    ...(reads ? [pooled().asReadOnly()] : []),
  ];
}

/**
 * @param {Call} call
 * @param {boolean} strange Whether the loop sees the other kinds of buffer first.
 * @returns {import('../types.d.ts').JsContender}
 */
const ours = (call, strange) => ({
  kind: 'js',
  id: strange ? 'rockpool-strange' : 'rockpool',
  label: strange
    ? 'Rockpool, after slices, read-only and composite buffers'
    : 'Rockpool, pooled buffers only',
  case: call.name,
  prepare: async () => {
    const { ByteBufAllocator } = await import('rockpool');
    const allocator = new ByteBufAllocator();
    const typed = compileTyped(byteBufLoop(call));
    const buf = allocator.buffer(BYTES).setBytes(0, counting);
    if (strange) {
      const others = await strangers(allocator, call.how === 'read' || call.how === 'get');
      for (let pass = 0; pass < STRANGE_PASSES; pass++) {
        typed(buf, 1);
        for (const other of others) typed(other, 1);
      }
    }
    return { run: (turns) => typed(buf, turns) };
  },
});

/** @param {Call} call @returns {import('../types.d.ts').JsContender} */
const nodes = (call) => ({
  kind: 'js',
  id: 'buffer',
  label: `Buffer`,
  case: call.name,
  prepare: async () => {
    const typed = compileTyped(nodeLoop(call));
    const buf = Buffer.from(counting);
    return { run: (turns) => typed(buf, turns) };
  },
});

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'buffer-typed',
  title: 'Typed access',
  about: `${CALLS} calls of one method in a row, from the beginning of a buffer of 1 KiB, at the default checks; the time is that of one call. What is written changes with the call; a byte of it is read at the end. What is read is summed up. \`read…\` and \`write…\` move the buffer’s own index, Node’s return the next offset; \`get…\` and \`set…\` are given the index, as Node’s methods are, which they are measured against. 24 bits are \`readUIntBE(…, 3)\` in Node. The second row of ours runs the same loop over slices, duplicates, read-only, wrapped, unpooled and composite buffers first, so that V8 has seen everything that can come along, and is timed on a pooled buffer then.`,
  unit: 'call',
  iterations: 20,
  operations: CALLS,
  timing: { warmMs: 200, sampleMs: 10 },
  cases: CALL_LIST.map(({ name }) => name),
  contenders: CALL_LIST.flatMap((call) => [
    ours(call, false),
    ours(call, true),
    nodes(call),
    netty('pooled', call.name, { label: call.name }),
  ]),
  baselines: ['buffer', 'netty-pooled'],
  targets: [
    { contender: 'rockpool', baseline: 'buffer', atMost: 1.2 },
    { contender: 'rockpool', baseline: 'buffer', atMost: 1.2, over: 'every' },
    { contender: 'rockpool-strange', baseline: 'buffer', atMost: 1.2 },
    { contender: 'rockpool-strange', baseline: 'buffer', atMost: 1.2, over: 'every' },
  ],
};
