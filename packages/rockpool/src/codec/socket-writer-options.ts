/** What a {@link BufferedSocketWriter} is told at its creation, and the defaults. */
import type { Allocator } from '../buffer/allocator.ts';
import { ByteBufAllocator } from '../buffer/byte-buf-allocator.ts';
import {
  expectInteger,
  OptionRangeError,
  type OptionSite,
  OptionTypeError,
  readOptions,
} from '../internal/options.ts';
import { type FlushPolicy, MAX_INTERVAL_MS } from './flush-schedule.ts';

/** Options of a {@link BufferedSocketWriter}. */
export interface BufferedSocketWriterOptions {
  /** Where batches come from. Default `ByteBufAllocator.default`. */
  readonly allocator?: Allocator;
  /**
   * When gathered bytes go out: `'manual'`, `'tick'`, `'immediate'` (default), milliseconds from 1 to 60,000, or a
   * {@link FlushTiming}.
   */
  readonly flush?: FlushPolicy;
  /** Gathered bytes that go out at once, whatever `flush` says. 1 to 2^30; default 64 KiB. */
  readonly flushBytes?: number;
  /** Bytes of the block that small frames are copied into. 256 to 4 MiB; default 16 KiB. */
  readonly batchBytes?: number;
  /** Buffers up to so many bytes are copied, larger ones are passed by reference. 0 to `batchBytes`; default 4 KiB. */
  readonly copyMaxBytes?: number;
  /** `write` returns false from so many pending bytes on. 1 to 2^40; default 256 KiB. */
  readonly highWaterBytes?: number;
  /** `ready()` waits until no more than so many are pending. 0 to `highWaterBytes`; default half of that. */
  readonly lowWaterBytes?: number;
  /** More pending bytes are refused. `highWaterBytes` to 2^40; default 16 MiB, or four times `highWaterBytes` where that is more. */
  readonly maxPendingBytes?: number;
}

/** What is in force. */
export interface WriterSettings {
  readonly allocator: Allocator;
  readonly flush: FlushPolicy;
  readonly flushBytes: number;
  readonly batchBytes: number;
  readonly copyMaxBytes: number;
  readonly highWaterBytes: number;
  readonly lowWaterBytes: number;
  readonly maxPendingBytes: number;
}

const SITE: OptionSite = { action: 'create writer' };
const KIB = 1024;
const MIB = 1024 * 1024;
const MOST = 2 ** 40;
/**
 * Where a copy costs as much as a piece of a `writev` more: copied against passed, 0.50 for 100 B, 0.72 for 1 KiB,
 * 0.92 for 4 KiB, 1.8 for 16 KiB (Node 20.20, 2-core AMD EPYC, `npm run bench -- socket-write`).
 */
const COPY_MAX_BYTES = 4 * KIB;
const POLICIES = `'manual', 'tick', 'immediate', an integer from 1 to ${MAX_INTERVAL_MS} or a schedule`;

/** Checks every option and fills in the defaults. */
export function readWriterOptions(options: BufferedSocketWriterOptions): WriterSettings {
  const given = readOptions(SITE, options, [
    'allocator',
    'flush',
    'flushBytes',
    'batchBytes',
    'copyMaxBytes',
    'highWaterBytes',
    'lowWaterBytes',
    'maxPendingBytes',
  ]);
  const batchBytes = expectInteger(SITE, 'batchBytes', given.batchBytes, 256, 4 * MIB, 16 * KIB);
  const high = expectInteger(SITE, 'highWaterBytes', given.highWaterBytes, 1, MOST, 256 * KIB);
  return {
    allocator: expectAllocator(SITE, given.allocator),
    flush: expectPolicy(given.flush),
    flushBytes: expectInteger(SITE, 'flushBytes', given.flushBytes, 1, 2 ** 30, 64 * KIB),
    batchBytes,
    copyMaxBytes: expectInteger(
      SITE,
      'copyMaxBytes',
      given.copyMaxBytes,
      0,
      batchBytes,
      Math.min(COPY_MAX_BYTES, batchBytes),
    ),
    highWaterBytes: high,
    lowWaterBytes: expectInteger(SITE, 'lowWaterBytes', given.lowWaterBytes, 0, high, Math.floor(high / 2)),
    maxPendingBytes: expectInteger(
      SITE,
      'maxPendingBytes',
      given.maxPendingBytes,
      high,
      MOST,
      Math.max(16 * MIB, Math.min(MOST, 4 * high)),
    ),
  };
}

/** An allocator, or the default one. */
export function expectAllocator(site: OptionSite, allocator: Allocator | undefined): Allocator {
  if (allocator === undefined) return ByteBufAllocator.default;
  if (typeof allocator !== 'object' || allocator === null || typeof allocator.buffer !== 'function') {
    throw new OptionTypeError(site, 'allocator', 'an Allocator', allocator);
  }
  return allocator;
}

function expectPolicy(policy: FlushPolicy | undefined): FlushPolicy {
  if (policy === undefined) return 'immediate';
  if (typeof policy === 'object' && policy !== null && typeof policy.add === 'function') return policy;
  if (typeof policy !== 'string' && typeof policy !== 'number') {
    throw new OptionTypeError(SITE, 'flush', POLICIES, policy);
  }
  const known = policy === 'manual' || policy === 'tick' || policy === 'immediate';
  if (
    !known &&
    !(Number.isInteger(policy) && (policy as number) >= 1 && (policy as number) <= MAX_INTERVAL_MS)
  ) {
    throw new OptionRangeError(SITE, 'flush', POLICIES, policy);
  }
  return policy;
}
