import { describe, expect, it } from 'vitest';
import {
  type Allocator,
  ArgumentTypeError,
  ByteBudgetError,
  type ByteBuf,
  ByteToMessageDecoder,
  DecoderClosedError,
  type DecoderOptions,
  DecoderStalledError,
  type Emit,
  FixedLengthFrameDecoder,
  LengthFieldFrameDecoder,
  ReleasedBufferError,
  SuppressedError,
  TruncatedFrameError,
} from '../../src/index.ts';
import { rockpoolErrorOf, thrownBy } from '../buffer/tools.ts';
import { pool } from './inputs.ts';

/** Numbers of one byte each; 0xff is an error, 0xfe is no number. */
class Numbers extends ByteToMessageDecoder<number> {
  calls = 0;
  protected override decode(input: ByteBuf, emit: Emit<number>): void {
    this.calls++;
    const number = input.readUInt8();
    if (number === 0xff) throw new Error('not a number');
    if (number !== 0xfe) emit(number);
  }
}

/** Pairs of bytes, by the default of joining everything. */
class Pairs extends ByteToMessageDecoder<string> {
  seen: { reader: number; readable: number }[] = [];
  protected override decode(input: ByteBuf, emit: Emit<string>): void {
    this.seen.push({ reader: input.readerIndex, readable: input.readableBytes });
    if (input.readableBytes >= 2) emit(input.readString(2, 'latin1'));
  }
}

const frame3 = (options: DecoderOptions) => new FixedLengthFrameDecoder({ ...options, length: 3 });
const ignore = (frame: ByteBuf): void => void frame.release();

describe('what is fed', () => {
  it('passes to the decoder as a ByteBuf, and is lent as bytes', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = frame3({ allocator });
    const input = allocator.buffer(3).writeZero(3);
    decoder.feed(input, ignore);
    expect(input.refCnt).toBe(0);
    const bytes = Buffer.from('abcd');
    decoder.feed(bytes, ignore);
    bytes.fill(0);
    decoder.feed(Buffer.from('ef'), (frame) => {
      expect(frame.toString()).toBe('def');
      frame.release();
    });
    expectNothingHeld();
  });

  it('is released where the call is refused', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = frame3({ allocator });
    const input = (): ByteBuf => allocator.buffer(4).writeZero(4);
    expect(() => decoder.feed(input(), undefined as never)).toThrow(ArgumentTypeError);
    expect(() => decoder.feed(new Uint8Array(3), 'emit' as never)).toThrow(ArgumentTypeError);
    expect(() => decoder.feed('text' as never, ignore)).toThrow(ArgumentTypeError);
    expect(() => decoder.end(7 as never)).toThrow(ArgumentTypeError);
    const released = input();
    released.release();
    expect(() => decoder.feed(released, ignore)).toThrow(ReleasedBufferError);
    decoder.feed(input(), ignore);
    expect(decoder.bufferedBytes).toBe(1);
    decoder.close();
    expect(() => decoder.feed(input(), ignore)).toThrow(DecoderClosedError);
    expectNothingHeld();
  });

  it('may be empty', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = new Numbers({ allocator });
    decoder.feed(new Uint8Array(0), () => {});
    decoder.feed(allocator.buffer(16), () => {});
    expect(decoder.calls).toBe(0);
    decoder.end(() => {});
    expectNothingHeld();
  });

  it('may be the same buffer again', () => {
    for (const cumulation of ['merge', 'composite'] as const) {
      const { allocator, expectNothingHeld } = pool();
      const decoder = frame3({ allocator, cumulation });
      const texts: string[] = [];
      const take = (frame: ByteBuf): void => {
        texts.push(frame.toString());
        frame.release();
      };
      const input = allocator.buffer(16);
      input.writeString('abcd');
      for (let i = 0; i < 3; i++) {
        decoder.feed(input.retain(), take);
        input.readerIndex = 0;
      }
      input.release();
      expect(texts).toEqual(['abc', 'dab', 'cda', 'bcd']);
      expect(decoder.bufferedBytes).toBe(0);
      expectNothingHeld();
    }
  });
});

describe('inside of a callback', () => {
  it('a feed is queued, and order is kept', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = new Numbers({ allocator });
    const seen: number[] = [];
    let depth = 0;
    const take = (number: number): void => {
      expect(++depth).toBe(1);
      seen.push(number);
      if (number === 1) {
        decoder.feed(Buffer.from([10, 11]), take);
        decoder.feed(allocator.buffer(1).writeUInt8(12), take);
        expect(decoder.bufferedBytes).toBe(5);
      }
      if (number === 10) decoder.feed(Buffer.from([20]), take);
      depth--;
    };
    decoder.feed(Buffer.from([1, 2, 3]), take);
    expect(seen).toEqual([1, 2, 3, 10, 11, 12, 20]);
    decoder.end();
    expectNothingHeld();
  });

  it('a feed completes what the outer one left over', () => {
    const decoder = new FixedLengthFrameDecoder({ length: 2 });
    const texts: string[] = [];
    const inner = (frame: ByteBuf): void => {
      texts.push(`inner ${frame}`);
      frame.release();
    };
    decoder.feed(Buffer.from('abc'), (frame) => {
      texts.push(`outer ${frame}`);
      frame.release();
      decoder.feed(Buffer.from('defg'), inner);
    });
    expect(texts).toEqual(['outer ab', 'inner cd', 'inner ef']);
    expect(decoder.bufferedBytes).toBe(1);
    decoder.close();
  });

  it('close() stops: nothing more is emitted, everything is released', () => {
    for (const cumulation of ['merge', 'composite'] as const) {
      const { allocator, expectNothingHeld } = pool();
      const decoder = frame3({ allocator, cumulation });
      let frames = 0;
      const take = (frame: ByteBuf): void => {
        frames++;
        frame.release();
        decoder.feed(Buffer.from('queued'), take);
        decoder.close();
        expect(decoder.bufferedBytes).toBe(0);
        expect(() => decoder.feed(allocator.buffer(3).writeZero(3), take)).toThrow(DecoderClosedError);
      };
      decoder.feed(Buffer.from('ab'), take);
      decoder.feed(allocator.buffer(32).writeZero(20), take);
      expect(frames).toBe(1);
      expect(decoder.closed).toBe(true);
      expectNothingHeld();
    }
  });

  it('end() comes after everything that was fed', () => {
    const decoder = new FixedLengthFrameDecoder({ length: 2 });
    const texts: string[] = [];
    const take = (frame: ByteBuf): void => {
      texts.push(frame.toString());
      frame.release();
      if (texts.length > 1) return;
      decoder.feed(Buffer.from('ef'), take);
      decoder.end();
      expect(decoder.closed).toBe(false);
      expect(() => decoder.feed(Buffer.from('no'), take)).toThrow(DecoderClosedError);
    };
    decoder.feed(Buffer.from('abcd'), take);
    expect(texts).toEqual(['ab', 'cd', 'ef']);
    expect(decoder.closed).toBe(true);

    const short = new FixedLengthFrameDecoder({ length: 2 });
    expect(() =>
      short.feed(Buffer.from('abc'), (frame) => {
        frame.release();
        short.end();
      }),
    ).toThrow(TruncatedFrameError);
  });

  it('a message belongs to the callback, also when that throws; what is behind it stays', () => {
    for (const cumulation of ['merge', 'composite'] as const) {
      const { allocator, expectNothingHeld } = pool();
      const decoder = frame3({ allocator, cumulation });
      const texts: string[] = [];
      const held: ByteBuf[] = [];
      const take = (frame: ByteBuf): void => {
        held.push(frame);
        texts.push(frame.toString());
        if (texts.length % 2 === 1) throw new Error(`after ${texts.at(-1)}`);
      };
      const input = allocator.buffer(32);
      input.writeString('bcdefghijkl');
      decoder.feed(Buffer.from('a'), take);
      expect(() => decoder.feed(input, take)).toThrow('after abc');
      expect(decoder.bufferedBytes).toBe(9);
      expect(() => decoder.feed(Buffer.from('m'), take)).toThrow('after ghi');
      expect(decoder.bufferedBytes).toBe(4);
      decoder.feed(new Uint8Array(0), take);
      expect(() => decoder.feed(Buffer.from('no'), take)).toThrow('after mno');
      expect(texts).toEqual(['abc', 'def', 'ghi', 'jkl', 'mno']);
      expect(held.map((frame) => frame.toString())).toEqual(texts);
      for (const frame of held) frame.release();
      decoder.end();
      expectNothingHeld();
    }
  });

  it('an error does not lose what was fed there', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = new Numbers({ allocator });
    const seen: number[] = [];
    const take = (number: number): void => {
      seen.push(number);
      if (number !== 1) return;
      decoder.feed(Buffer.from([3, 4]), (inner) => seen.push(-inner));
      throw new Error('later');
    };
    expect(() => decoder.feed(Buffer.from([1, 2]), take)).toThrow('later');
    expect(decoder.bufferedBytes).toBe(3);
    decoder.feed(Buffer.from([5]), take);
    expect(seen).toEqual([1, -2, -3, -4, 5]); // whose feed decodes a message gets it
    expectNothingHeld();
  });

  it('an end() that an error overtakes has not been', () => {
    const decoder = new Numbers();
    const first = thrownBy(() =>
      decoder.feed(Buffer.from([1, 2]), () => {
        decoder.end();
        throw new Error('first');
      }),
    );
    expect(first).toMatchObject({ message: 'first' });
    expect(decoder.closed).toBe(false);
    const seen: number[] = [];
    decoder.end((number) => seen.push(number));
    expect(seen).toEqual([2]);
  });
});

describe('the end', () => {
  it('decodes what is left behind errors, then throws them all', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = new Numbers({ allocator });
    const seen: number[] = [];
    expect(() => decoder.feed(Buffer.from([0xff, 1, 0xff, 2, 0xff, 3]), (n) => seen.push(n))).toThrow();
    const error = thrownBy(() => decoder.end((number) => seen.push(number)));
    expect(seen).toEqual([1, 2, 3]);
    expect(error).toBeInstanceOf(SuppressedError);
    expect(decoder.closed).toBe(true);
    expectNothingHeld();
  });

  it('without a callback counts what was not decoded as left over', () => {
    const decoder = new Numbers();
    expect(() => decoder.feed(Buffer.from([0xff, 1]), () => {})).toThrow('not a number');
    expect(rockpoolErrorOf(() => decoder.end())).toMatchObject({ length: 1, offset: 1 });
  });

  it('comes once', () => {
    const decoder = new FixedLengthFrameDecoder({ length: 4 });
    decoder.feed(Buffer.from('abc'), ignore);
    expect(() => decoder.end()).toThrow(TruncatedFrameError);
    decoder.end();
    decoder.close();
    decoder[Symbol.dispose]();
    expect(rockpoolErrorOf(() => decoder.feed(Buffer.from('d'), ignore)).cause).toBeInstanceOf(
      TruncatedFrameError,
    );
  });

  it('gives decodeLast what is left', () => {
    class Rest extends Pairs {
      protected override decodeLast(input: ByteBuf, emit: Emit<string>): void {
        emit(`last ${input.readString(input.readableBytes)}`);
      }
    }
    const decoder = new Rest();
    const seen: string[] = [];
    decoder.feed(Buffer.from('abc'), (pair) => seen.push(pair));
    decoder.end((pair) => seen.push(pair));
    expect(seen).toEqual(['ab', 'last c']);
  });
});

describe('a decoder of one’s own', () => {
  it('that emits and reads nothing is stopped', () => {
    class Stuck extends ByteToMessageDecoder<number> {
      protected override decode(_input: ByteBuf, emit: Emit<number>): void {
        emit(1);
        emit(2);
      }
    }
    const { allocator, expectNothingHeld } = pool();
    const decoder = new Stuck({ allocator });
    const seen: number[] = [];
    const error = rockpoolErrorOf(() => decoder.feed(Buffer.from('abc'), (number) => seen.push(number)));
    expect(error).toBeInstanceOf(DecoderStalledError);
    expect(error).toMatchObject({ emitted: 2, offset: 0, code: 'ERR_ROCKPOOL_DECODER_STALLED' });
    expect(error.message).toBe('Cannot decode at byte 0 as Stuck emitted 2 messages and read no byte');
    expect(seen).toEqual([1, 2]);
    expect(decoder.closed).toBe(true);
    expectNothingHeld();
  });

  it('may read without emitting, and throw: what it read is gone, the rest stays', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = new Numbers({ allocator });
    const seen: number[] = [];
    const take = (number: number): number => seen.push(number);
    decoder.feed(Buffer.from([0xfe, 0xfe, 1]), take);
    expect(() => decoder.feed(allocator.buffer(4).writeUInt32BE(0x02ff0304), take)).toThrow('not a number');
    expect(decoder.closed).toBe(false);
    decoder.feed(Buffer.from([5]), take);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expectNothingHeld();
  });

  it('may close itself with an error', () => {
    class Strict extends ByteToMessageDecoder<number> {
      protected override decode(input: ByteBuf): void {
        input.skipBytes(2);
        this.fail(new Error(`bad byte at ${this.offset}`));
      }
    }
    const { allocator, expectNothingHeld } = pool();
    const decoder = new Strict({ allocator });
    expect(() => decoder.feed(Buffer.from('abc'), () => {})).toThrow('bad byte at 2');
    expect(rockpoolErrorOf(() => decoder.feed(Buffer.from('d'), () => {})).message).toBe(
      'Cannot feed Strict as it is closed by an error',
    );
    expectNothingHeld();
  });

  it('sees everything that is there joined, and read bytes are discarded after 16 reads', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = new Pairs({ allocator });
    const seen: string[] = [];
    decoder.feed(Buffer.from('a'), (pair) => seen.push(pair));
    for (let i = 0; i < 40; i++) decoder.feed(Buffer.from('ba'), (pair) => seen.push(pair));
    expect(seen).toEqual(Array.from({ length: 40 }, () => 'ab'));
    const readers = decoder.seen.map(({ reader }) => reader);
    expect(Math.max(...readers)).toBe(32); // 16 pairs
    expect(allocator.stats().activeBytes).toBe(256);
    decoder.close();
    expectNothingHeld();
  });

  it('does not have bytes discarded that slices look at', () => {
    class Slices extends ByteToMessageDecoder<ByteBuf> {
      protected override decode(input: ByteBuf, emit: Emit<ByteBuf>): void {
        if (input.readableBytes >= 2) emit(input.readRetainedSlice(2));
      }
    }
    const { allocator, expectNothingHeld } = pool();
    const decoder = new Slices({ allocator, discardAfterReads: 1 });
    const held: ByteBuf[] = [];
    decoder.feed(Buffer.from('0'), (slice) => held.push(slice));
    for (let i = 1; i < 400; i++) {
      decoder.feed(Buffer.from(`${i % 10}${i % 10}`), (slice) => held.push(slice));
    }
    expect(held.map((slice) => slice.toString())).toEqual(
      Array.from({ length: 399 }, (_, i) => `${i % 10}${(i + 1) % 10}`),
    );
    for (const slice of held) slice.release();
    decoder.close();
    expectNothingHeld();
  });

  it('says how many bytes it lacks, and the rest is decoded where it lies', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = new LengthFieldFrameDecoder({
      allocator,
      maxFrameLength: 99,
      lengthFieldOffset: 0,
      lengthFieldLength: 1,
    });
    decoder.feed(Buffer.from([3, 1]), ignore);
    const input = allocator.buffer(16).writeBytes(Buffer.from([2, 3, 1, 42]));
    const seen = input.toBuffer(0, 4);
    const frames: ByteBuf[] = [];
    decoder.feed(input, (frame) => frames.push(frame));
    expect(frames.map((frame) => frame.hexDump())).toEqual(['03010203', '012a']);
    frames[1]?.setUInt8(1, 43);
    expect(seen[3]).toBe(43); // the second is a slice of the input
    frames[0]?.setUInt8(3, 0);
    expect(seen[1]).toBe(3); // the first is not
    for (const frame of frames) frame.release();
    expectNothingHeld();
  });

  it('with composites: a frame in several reads is not copied', () => {
    const { allocator, expectNothingHeld } = pool();
    const decoder = new FixedLengthFrameDecoder({ allocator, cumulation: 'composite', length: 4 });
    const reads = [1, 2, 3].map((byte) => allocator.buffer(2).writeUInt16BE(byte * 0x0101));
    const seen = reads.map((read) => read.toBuffer(0, 2));
    const frames: ByteBuf[] = [];
    for (const read of reads) decoder.feed(read, (frame) => frames.push(frame));
    const [frame] = frames as [ByteBuf];
    expect(frame.hexDump()).toBe('01010202');
    frame.setUInt32BE(0, 0);
    expect([...(seen[0] as Buffer), ...(seen[1] as Buffer)]).toEqual([0, 0, 0, 0]);
    frame.release();
    decoder.close();
    expectNothingHeld();
  });
});

describe('where memory runs out', () => {
  const budget = { chunkBytes: 65_536, maxBytes: 262_144, cache: false } as const;

  /** Takes all that there is; to be released again. */
  function exhaust(allocator: Allocator): ByteBuf[] {
    const all: ByteBuf[] = [];
    for (const bytes of [32_768, 4096, 512, 16]) {
      try {
        for (;;) all.push(allocator.buffer(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(ByteBudgetError);
      }
    }
    return all;
  }

  it('a ByteBuf stays for the next feed, and nothing is lost or leaked', () => {
    const { allocator, expectNothingHeld } = pool(budget);
    const decoder = new FixedLengthFrameDecoder({ allocator, length: 30_000 });
    let frames = 0;
    const take = (frame: ByteBuf): void => {
      frames++;
      frame.release();
    };
    const input = (): ByteBuf => allocator.buffer(16_000).writeZero(16_000);
    const [first, second] = [input(), input()];
    const hog = exhaust(allocator);
    decoder.feed(first, take); // cannot be copied: stays as it is
    expect(decoder.bufferedBytes).toBe(16_000);
    expect(() => decoder.feed(second, take)).toThrow(ByteBudgetError);
    expect(decoder.bufferedBytes).toBe(32_000);
    expect(frames).toBe(0);
    for (const buf of hog) buf.release();
    decoder.feed(new Uint8Array(0), take);
    expect(frames).toBe(1);
    expect(decoder.bufferedBytes).toBe(2000);
    decoder.close();
    expectNothingHeld();
  });

  it.each(['merge', 'composite'] as const)('of bytes that are lent nothing is taken: %s', (cumulation) => {
    const { allocator, expectNothingHeld } = pool(budget);
    const decoder = new FixedLengthFrameDecoder({ allocator, cumulation, length: 30_000 });
    let frames = 0;
    const take = (frame: ByteBuf): void => {
      frames++;
      frame.release();
    };
    for (const before of [0, 10, 2000]) {
      decoder.feed(new Uint8Array(before), take);
      const hog = exhaust(allocator);
      expect(() => decoder.feed(new Uint8Array(40_000), take)).toThrow(ByteBudgetError);
      expect(decoder.bufferedBytes).toBe(before);
      for (const buf of hog) buf.release();
      decoder.feed(new Uint8Array(60_000 - before), take);
      expect(frames).toBe(2);
      expect(decoder.bufferedBytes).toBe(0);
      frames = 0;
    }
    decoder.close();
    expectNothingHeld();
  });
});
