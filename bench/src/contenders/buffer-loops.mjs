// @ts-check
/**
 * The loops over buffers, as source. The same loops stand in `bench/java`; change them together. A byte of every
 * buffer is written and read, and the sum of what was read is returned.
 */
import { compile } from './adapter.mjs';
import { MIXED, mixedSizes } from './sizes.mjs';

/** Buffers that live at once in the held loops, a power of two. */
export const HELD = 32;

/** @typedef {import('./buffers.mjs').BufferAdapter} BufferAdapter */
/** @typedef {(adapter: BufferAdapter) => string} BufferLoop */

/** @type {BufferLoop} `BYTES` are made, touched and given back. */
export const hotLoop = ({ make, touch, forget }) => `
  return function hot(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      const item = ${make('BYTES')};
      ${touch}
      ${forget};
    }
    return sum;
  };`;

/** @type {BufferLoop} Each turn makes one, and gives back the one whose place in the ring it takes. */
export const heldLoop = ({ make, touch, drop }) => `
  const ring = [];
  for (let i = 0; i < ${HELD}; i++) ring.push(${make('BYTES')});
  let cursor = 0;
  return function held(iterations) {
    let sum = 0;
    let at = cursor;
    for (let i = 0; i < iterations; i++) {
      const item = ${make('BYTES')};
      ${touch}
      const oldest = ring[at];
      ring[at] = item;
      at = (at + 1) & ${HELD - 1};
      ${drop('oldest')};
    }
    cursor = at;
    return sum;
  };`;

/** @type {BufferLoop} As the hot loop, with the sizes of the table in turn. */
export const mixedLoop = ({ make, touch, forget }) => `
  let cursor = 0;
  return function mixed(iterations) {
    let sum = 0;
    let next = cursor;
    for (let i = 0; i < iterations; i++) {
      const item = ${make('SIZES[next]')};
      next = (next + 1) & ${MIXED - 1};
      ${touch}
      ${forget};
    }
    cursor = next;
    return sum;
  };`;

/** @type {BufferLoop} As the held loop, with the sizes of the table in turn. */
export const mixedHeldLoop = ({ make, touch, drop }) => `
  const ring = [];
  for (let i = 0; i < ${HELD}; i++) ring.push(${make('SIZES[i]')});
  let cursor = 0;
  let size = 0;
  return function mixedHeld(iterations) {
    let sum = 0;
    let at = cursor;
    let next = size;
    for (let i = 0; i < iterations; i++) {
      const item = ${make('SIZES[next]')};
      next = (next + 1) & ${MIXED - 1};
      ${touch}
      const oldest = ring[at];
      ring[at] = item;
      at = (at + 1) & ${HELD - 1};
      ${drop('oldest')};
    }
    cursor = at;
    size = next;
    return sum;
  };`;

/** @type {BufferLoop} Every byte goes in from an array, and out to another. */
export const fillLoop = ({ make, copyIn, copyOut, forget }) => `
  const source = new Uint8Array(BYTES);
  const target = new Uint8Array(BYTES);
  return function fill(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      source[BYTES - 1] = i;
      const item = ${make('BYTES')};
      ${copyIn};
      ${copyOut};
      sum = (sum + target[BYTES - 1]) | 0;
      ${forget};
    }
    return sum;
  };`;

/**
 * Makes a contender of an adapter, a loop and a case.
 *
 * @param {BufferAdapter} adapter
 * @param {BufferLoop} loop
 * @param {{ readonly label: string, readonly bytes?: number }} of
 * @returns {import('../types.d.ts').JsContender}
 */
export function bufferContender(adapter, loop, of) {
  const { id, label, load } = adapter;
  return {
    kind: 'js',
    id,
    label,
    case: of.label,
    prepare: async () => {
      const { Buffer } = await import('node:buffer');
      return {
        run: compile(loop(adapter), { BYTES: of.bytes, SIZES: mixedSizes(), Buffer, ...(await load()) }),
      };
    },
  };
}
