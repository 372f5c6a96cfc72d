/**
 * The chaos mode: drops puts at random and hands out idle items in random order, so that tests cannot come to
 * rely on retention. Source: the race-detector mode of Go's sync.Pool, which drops a quarter of the puts.
 */
import {
  expectBoolean,
  expectFraction,
  expectInteger,
  type OptionSite,
  readOptions,
} from '../internal/options.ts';
import { Random } from '../internal/random.ts';
import type { ChaosOptions } from './pool-options.ts';

/** The random decisions of one pool; the same seed gives the same sequence. */
export class Chaos {
  readonly #random: Random;
  readonly #dropRate: number;
  readonly #shuffle: boolean;

  constructor(site: OptionSite, options: ChaosOptions) {
    const { dropRate, shuffle, seed } = readOptions(site, options, ['dropRate', 'shuffle', 'seed'], 'chaos');
    this.#dropRate = expectFraction(site, 'chaos.dropRate', dropRate, 0.25);
    this.#shuffle = expectBoolean(site, 'chaos.shuffle', shuffle, true);
    this.#random = new Random(expectInteger(site, 'chaos.seed', seed, -(2 ** 31), 2 ** 32 - 1, 1));
  }

  /** Whether to drop the item that is being put. */
  drops(): boolean {
    return this.#random.fraction() < this.#dropRate;
  }

  /** Which of `count` idle items to hand out, or −1 for the usual one. */
  pick(count: number): number {
    return this.#shuffle ? this.#random.below(count) : -1;
  }
}
