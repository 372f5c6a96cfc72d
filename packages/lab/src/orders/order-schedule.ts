/**
 * What comes when: a quiet market, a burst of block trades with long terms, a basket trade with terms of all sizes, quiet
 * again. Sizes and moments come from a seed, so that every run gets the same orders.
 *
 *     bytes of terms
 *     160 KiB ┤            ▓▓▓▓▓▓▓▓▓▓▓▓
 *      40 KiB ┤            ▓▓▓▓▓▓▓▓▓▓▓▓ ░░░░░░░░░░░░░░░
 *              ┆                        ░░░░░░░░░░░░░░░
 *         1 K ┤ ▓▓▓▓▓▓▓▓▓▓ ▒▒▒▒▒▒▒▒▒▒▒▒ ░░░░░░░░░░░░░░░ ▓▓▓▓▓▓▓▓▓▓
 *               quiet      burst        many classes    quiet
 */
import { seededRandom } from '../frames/seeded-random.ts';

/** Orders of one kind for a while. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly ordersPerSecond: number;
  /** Bytes of the next order's terms, of a random number from 0 to 1. */
  readonly bytesOf: (random: () => number) => number;
}

const KIB = 1024;
const small = (random: () => number): number => 120 + Math.floor(random() * 1280);
const bulk = (random: () => number): number => (40 + Math.floor(random() * 120)) * KIB;
const any = (random: () => number): number => Math.floor(64 * 2 ** (random() * 10.5));

/** The market's day, shortened. */
export const MARKET_DAY: readonly Phase[] = [
  { name: 'quiet', seconds: 3, ordersPerSecond: 2000, bytesOf: small },
  {
    name: 'burst',
    seconds: 8,
    ordersPerSecond: 500,
    bytesOf: (random) => (random() < 0.5 ? bulk(random) : small(random)),
  },
  { name: 'many classes', seconds: 6, ordersPerSecond: 1200, bytesOf: any },
  { name: 'quiet again', seconds: 3, ordersPerSecond: 2000, bytesOf: small },
];

/** A day that is over so many times sooner, with as many orders a second. */
export function shortened(phases: readonly Phase[], factor: number): readonly Phase[] {
  return phases.map((phase) => ({ ...phase, seconds: phase.seconds / factor }));
}

/** The orders of one slice of time. */
export interface Slice {
  readonly phase: Phase;
  /** Milliseconds since the start at which they are due. */
  readonly atMs: number;
  /** Bytes of terms of each. */
  readonly sizes: readonly number[];
}

/**
 * The day in slices.
 *
 * @param sliceMs how long a slice is, in milliseconds
 */
export function* slices(phases: readonly Phase[], sliceMs: number, seed = 20_231_115): Generator<Slice> {
  const random = seededRandom(seed);
  let atMs = 0;
  for (const phase of phases) {
    const count = Math.round((phase.seconds * 1000) / sliceMs);
    let due = 0;
    for (let i = 0; i < count; i++) {
      due += (phase.ordersPerSecond * sliceMs) / 1000;
      const sizes: number[] = [];
      for (; due >= 1; due--) sizes.push(phase.bytesOf(random));
      yield { phase, atMs, sizes };
      atMs += sliceMs;
    }
  }
}
