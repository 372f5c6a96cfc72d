// @ts-check
/** Netty's allocators as contenders. */

/** The ids of both with the leak detector off: what Netty targets are about is the faster of the two. */
export const NETTY = ['netty-pooled', 'netty-adaptive'];

/**
 * The case that a row is of, where there are cases, and the bytes of a buffer, where the benchmark wants to know.
 *
 * @typedef {{ readonly label?: string, readonly bytes?: number }} NettyCase
 */

/**
 * @param {'pooled' | 'adaptive'} allocator
 * @param {string} benchmark
 * @param {NettyCase} of
 * @param {'disabled' | 'simple'} [leakDetection] `simple` is Netty's default.
 * @returns {import('../types.d.ts').JavaContender}
 */
export function netty(allocator, benchmark, of, leakDetection = 'disabled') {
  const simple = leakDetection === 'simple';
  return {
    kind: 'java',
    id: simple ? `netty-${allocator}-simple` : `netty-${allocator}`,
    label: `Netty ${allocator} direct, leak detection ${leakDetection}${simple ? ' (its default)' : ''}`,
    ...(of.label === undefined ? {} : { case: of.label }),
    benchmark,
    allocator,
    leakDetection,
    bytes: of.bytes ?? 0,
  };
}

/**
 * Both allocators with the leak detector off.
 *
 * @param {string} benchmark
 * @param {NettyCase} of
 */
export const bothNetty = (benchmark, of) => [
  netty('pooled', benchmark, of),
  netty('adaptive', benchmark, of),
];

/**
 * Both allocators as they come.
 *
 * @param {string} benchmark
 * @param {NettyCase} of
 */
export const bothNettyDefault = (benchmark, of) => [
  netty('pooled', benchmark, of, 'simple'),
  netty('adaptive', benchmark, of, 'simple'),
];
