/**
 * The options that all decoders have, and their checks.
 */
import type { Allocator } from '../buffer/allocator.ts';
import { ByteBufAllocator } from '../buffer/byte-buf-allocator.ts';
import {
  expectInteger,
  expectOneOf,
  type OptionSite,
  OptionTypeError,
  readOptions,
} from '../internal/options.ts';

/** How the beginning of a frame and what follows are put together. */
export type CumulationMode = 'merge' | 'composite';

/** Options of every decoder. Unknown names are refused. */
export interface DecoderOptions {
  /** Where copies are made. Default `ByteBufAllocator.default`. */
  readonly allocator?: Allocator;
  /**
   * `'merge'`, the default: a frame that comes in several reads is copied together, once. `'composite'`: it is not
   * copied; the frame is a composite of slices, and holds the memory of every read that it came in.
   */
  readonly cumulation?: CumulationMode;
  /**
   * After so many reads in a row that left bytes over, bytes that are read are discarded, where nobody else looks
   * at them. 1 to 65536, default 16.
   */
  readonly discardAfterReads?: number;
}

/** What is in force. */
export interface DecoderSettings {
  readonly allocator: Allocator;
  readonly cumulation: CumulationMode;
  readonly discardAfterReads: number;
}

/** The names of the options that every decoder has. */
const SHARED = ['allocator', 'cumulation', 'discardAfterReads'] as const;

/** Netty's number of reads. */
const DISCARD_AFTER_READS = 16;

/** Where the options of a class are read. */
export function siteOf(what: string): OptionSite {
  return { action: `create ${what}` };
}

/** Refuses names that are neither in `own` nor shared by all decoders, and picks those that are shared. */
export function pickDecoderOptions<T extends DecoderOptions>(
  site: OptionSite,
  options: T,
  own: readonly (keyof T & string)[],
): DecoderOptions {
  readOptions(site, options, [...own, ...SHARED]);
  const picked: Record<string, unknown> = {};
  for (const name of SHARED) picked[name] = options[name];
  return picked;
}

/** Checks what all decoders share. */
export function readDecoderOptions(site: OptionSite, options: DecoderOptions): DecoderSettings {
  const {
    allocator = ByteBufAllocator.default,
    cumulation,
    discardAfterReads,
  } = readOptions(site, options, SHARED);
  if (typeof allocator?.buffer !== 'function' || typeof allocator.composite !== 'function') {
    throw new OptionTypeError(site, 'allocator', 'an allocator of byte buffers', allocator);
  }
  return {
    allocator,
    cumulation: expectOneOf(site, 'cumulation', cumulation, ['merge', 'composite'], 'merge'),
    discardAfterReads: expectInteger(
      site,
      'discardAfterReads',
      discardAfterReads,
      1,
      65_536,
      DISCARD_AFTER_READS,
    ),
  };
}

/** An integer option without a default. */
export function requireInteger(
  site: OptionSite,
  option: string,
  value: number,
  min: number,
  max: number,
): number {
  if (value === undefined) {
    throw new OptionTypeError(site, option, `an integer from ${min} to ${max}`, value);
  }
  return expectInteger(site, option, value, min, max, min);
}

/** An allocator; default the shared one. */
export function expectAllocator(site: OptionSite, allocator: Allocator | undefined): Allocator {
  if (allocator === undefined) return ByteBufAllocator.default;
  if (typeof allocator?.buffer !== 'function' || typeof allocator.composite !== 'function') {
    throw new OptionTypeError(site, 'allocator', 'an allocator of byte buffers', allocator);
  }
  return allocator;
}
