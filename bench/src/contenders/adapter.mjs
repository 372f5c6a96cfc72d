// @ts-check
/**
 * How a pool takes part: two pieces of source, `get` and `put`, over the names that `load` returns. The loops
 * of `loops.mjs` are generated from them, so that every contender runs the same loop with its own calls in
 * place, as its user would write it, and nothing between the loop and the library.
 */

/**
 * @typedef {object} Adapter
 * @property {string} id
 * @property {string} label
 * @property {string} get An expression whose value is an item.
 * @property {string} put A statement that takes back `item`.
 * @property {string} [skip] Why it does not take part.
 * @property {(ItemClass: typeof import('../item.mjs').Item) => Promise<Record<string, unknown>>} load
 */

/**
 * Compiles the source of a function over named values.
 *
 * @param {string} source The body of a function that returns the loop.
 * @param {Record<string, unknown>} env
 * @returns {(iterations: number) => number}
 */
export function compile(source, env) {
  const build = new Function(...Object.keys(env), `'use strict';\n${source}`);
  return build(...Object.values(env));
}

/**
 * Thrown by `prepare` where this platform cannot run the contender: reported as skipped, not as a failure.
 */
export class Unavailable extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = 'Unavailable';
  }
}
