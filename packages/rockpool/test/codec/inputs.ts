/**
 * What the tests of decoders share: allocators, the kinds of input that one may feed, and what a decoder made of a
 * stream.
 */
import {
  type Allocator,
  type ByteBuf,
  type ByteBufAllocator,
  type ByteBufAllocatorOptions,
  unpooled,
  wrap,
} from '../../src/buffer/index.ts';
import type { Decoder } from '../../src/codec/index.ts';
import { isRockpoolError } from '../../src/internal/errors.ts';
import { LeakDetector } from '../../src/leak/index.ts';
import { expectAllReturned, tinyAllocator } from '../buffer/tools.ts';

/** Memory for a decoder, and the check that it has all of it back. */
export interface Memory<A extends Allocator = Allocator> {
  readonly allocator: A;
  readonly expectNothingHeld: () => void;
}

/** A pool of few bytes. */
export function pool(options: ByteBufAllocatorOptions = {}): Memory<ByteBufAllocator> {
  const allocator = tinyAllocator(options);
  return { allocator, expectNothingHeld: () => expectAllReturned(allocator) };
}

/** Pooled at two levels of checks, and unpooled. */
export const SOURCES: readonly { readonly name: string; readonly make: () => Memory }[] = [
  { name: 'basic', make: () => pool() },
  {
    name: 'paranoid',
    make: () =>
      pool({ checks: 'paranoid', leakDetector: new LeakDetector({ level: 'paranoid', onLeak: () => {} }) }),
  },
  { name: 'unpooled', make: () => ({ allocator: unpooled, expectNothingHeld: () => {} }) },
];

/** Ways to feed some bytes. */
export const KINDS = ['lent', 'buffer', 'roomy', 'wrapped', 'slice', 'composite', 'shared'] as const;
export type Kind = (typeof KINDS)[number];

/** An input of `bytes`, and what to do once it is fed. */
export function inputOf(
  allocator: Allocator,
  kind: Kind,
  bytes: Uint8Array,
): { input: ByteBuf | Uint8Array; after: () => void } {
  const { length } = bytes;
  const fresh = (capacity = length): ByteBuf => allocator.buffer(capacity).writeBytes(bytes);
  const nothing = (): void => {};
  switch (kind) {
    case 'lent': {
      const lent = Uint8Array.from(bytes);
      return { input: lent, after: () => lent.fill(0xee) };
    }
    case 'buffer':
      return { input: fresh(), after: nothing };
    case 'roomy':
      return { input: fresh(length + 100), after: nothing };
    case 'wrapped':
      return { input: wrap(Uint8Array.from(bytes)), after: nothing };
    case 'slice': {
      const whole = allocator
        .buffer(length + 7)
        .writeZero(3)
        .writeBytes(bytes)
        .writeZero(4);
      const input = whole.retainedSlice(3, length);
      whole.release();
      return { input, after: nothing };
    }
    case 'composite': {
      const composite = allocator.composite(64);
      for (let at = 0; at < length; at += 5) {
        const part = bytes.subarray(at, at + 5);
        composite.addComponent(allocator.buffer(part.length).writeBytes(part), true);
      }
      return { input: composite, after: nothing };
    }
    case 'shared': {
      const input = fresh(length + 10);
      input.retain();
      return { input, after: () => input.clear().release() };
    }
  }
}

/** What came out: texts of frames (latin1), and codes of errors. */
export type Event = string;

/** Feeds one input; an error is an event, and an empty feed goes on behind it. */
export function feedAll<M>(
  decoder: Decoder<M>,
  input: ByteBuf | Uint8Array,
  events: Event[],
  onMessage: (message: M) => void,
): void {
  let next: ByteBuf | Uint8Array | undefined = input;
  while (next !== undefined) {
    try {
      decoder.feed(next, onMessage);
      next = undefined;
    } catch (error) {
      if (!isRockpoolError(error)) throw error;
      events.push(`! ${error.code}`);
      next = decoder.closed ? undefined : new Uint8Array(0);
    }
  }
}

/** A frame as an event. */
export function textOf(frame: ByteBuf): Event {
  return frame.toString('latin1');
}
