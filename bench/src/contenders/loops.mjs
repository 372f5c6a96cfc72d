// @ts-check
/**
 * The loops, as source. Each item is written and read (`uses`), the sum of what was read is returned, and the
 * same loops stand in `bench/go/pool_test.go`. Change them together.
 */
import { itemClass } from '../item.mjs';
import { compile } from './adapter.mjs';

/** Items of a burst, as in Go's BenchmarkPoolOverflow. */
export const BURST = 100;
/** Items of a burst that come back in the starvation loop, as in Go's BenchmarkPoolStarvation. */
export const STARVED = 67;

const USE = 'item.uses = (item.uses + 1) | 0; sum = (sum + item.uses) | 0;';

/** @typedef {(get: string, put: string) => string} LoopSource */

/** @type {LoopSource} get, use, put */
export const pairLoop = (get, put) => `
  return function pair(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      const item = ${get};
      ${USE}
      ${put};
    }
    return sum;
  };`;

/**
 * Takes `BURST` items, then puts the first `returned` of them back and forgets the rest.
 *
 * @param {number} returned
 * @returns {LoopSource}
 */
export const burstLoop = (returned) => (get, put) =>
  `
  const held = [];
  for (let k = 0; k < ${BURST}; k++) held.push(${get});
  for (let k = 0; k < ${BURST}; k++) {
    const item = held[k];
    ${put};
  }
  return function burst(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      for (let k = 0; k < ${BURST}; k++) {
        const item = ${get};
        ${USE}
        held[k] = item;
      }
      for (let k = 0; k < ${returned}; k++) {
        const item = held[k];
        ${put};
      }
    }
    return sum;
  };`;

/** @type {LoopSource} get and forget; `sink` is what keeps the item from being optimised away */
export const missLoop = (get) => `
  const sink = { last: null };
  return function miss(iterations) {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      const item = ${get};
      ${USE}
      sink.last = item;
    }
    return sum;
  };`;

/**
 * Makes a contender of an adapter and a loop.
 *
 * @param {import('./adapter.mjs').Adapter} adapter
 * @param {LoopSource} loop
 * @returns {import('../types.d.ts').JsContender}
 */
export function contender(adapter, loop) {
  const { id, label, get, put, skip, load } = adapter;
  return {
    kind: 'js',
    id,
    label,
    ...(skip === undefined ? {} : { skip }),
    prepare: async (counters) => ({ run: compile(loop(get, put), await load(itemClass(counters))) }),
  };
}
