import { describe, expect, it } from 'vitest';
import {
  type ByteBuf,
  type Decoder,
  DelimiterFrameDecoder,
  type DelimiterFrameDecoderOptions,
  FixedLengthFrameDecoder,
  FrameTooLongError,
  LineFrameDecoder,
  type LineFrameDecoderOptions,
  TruncatedFrameError,
} from '../../src/index.ts';
import { rockpoolErrorOf } from '../buffer/tools.ts';
import { pool } from './inputs.ts';

function reading(decoder: Decoder<ByteBuf>) {
  const frames: string[] = [];
  const take = (frame: ByteBuf): void => {
    frames.push(frame.toString());
    frame.release();
  };
  return { decoder, frames, take, feed: (text: string) => decoder.feed(Buffer.from(text), take) };
}

const line = (options: Partial<LineFrameDecoderOptions> = {}) =>
  reading(new LineFrameDecoder({ maxLength: 16, ...options }));
const delimiter = (options: Partial<DelimiterFrameDecoderOptions> = {}) =>
  reading(new DelimiterFrameDecoder({ maxLength: 16, delimiters: ['\r\n', '\n'], ...options }));

describe('lines', () => {
  it('end with either end of line, which is stripped', () => {
    const { frames, feed } = line();
    feed('one\ntwo\r\n\r\n\nthree\r');
    expect(frames).toEqual(['one', 'two', '', '']);
    feed('\n');
    expect(frames.at(-1)).toBe('three');
  });

  it('keep it where they are told to', () => {
    const { frames, feed } = line({ strip: false });
    feed('one\ntwo\r\n');
    expect(frames).toEqual(['one\n', 'two\r\n']);
  });

  it('keep a carriage return that is no end of line', () => {
    const { frames, feed } = line();
    feed('a\rb\r');
    feed('\r\n');
    expect(frames).toEqual(['a\rb\r']);
  });

  it('that are too long are told at their end, and the next one decodes', () => {
    const { frames, feed } = line();
    feed('12345678901234567');
    feed('890');
    const error = rockpoolErrorOf(() => feed('1\r\nnext\n'));
    expect(error).toBeInstanceOf(FrameTooLongError);
    expect(error).toMatchObject({ length: 21, maximum: 16, offset: 0 });
    feed('');
    expect(frames).toEqual(['next']);
  });

  it('that are too long are told at once with failFast, and only once', () => {
    const { decoder, frames, feed } = line({ failFast: true });
    feed('ok\n');
    const error = rockpoolErrorOf(() => feed('12345678901234567'));
    expect(error).toMatchObject({ length: 17, offset: 3 });
    expect(error.message).toContain("'maxLength' is 16: received a frame of at least 17 bytes");
    feed('more');
    feed(' of it\nnext\n');
    expect(frames).toEqual(['ok', 'next']);
    expect(decoder.bufferedBytes).toBe(0);
  });

  it('that are too long by themselves, in one read, are told and skipped', () => {
    for (const failFast of [true, false]) {
      const { frames, feed } = line({ failFast });
      expect(rockpoolErrorOf(() => feed('12345678901234567\nnext\n'))).toMatchObject({
        length: 17,
        offset: 0,
      });
      feed('');
      expect(frames).toEqual(['next']);
    }
  });

  it('of the largest length are lines, also where \\r\\n comes in two reads', () => {
    const { frames, feed } = line({ failFast: true });
    feed('1234567890123456\r');
    feed('\n');
    expect(frames).toEqual(['1234567890123456']);
  });

  it('without an end are an error, or the last line', () => {
    const without = line();
    without.feed('one\ntwo');
    expect(rockpoolErrorOf(() => without.decoder.end(without.take))).toMatchObject({ length: 3, offset: 4 });
    expect(without.frames).toEqual(['one']);

    const last = line({ emitLast: true });
    last.feed('one\ntwo');
    last.decoder.end(last.take);
    expect(last.frames).toEqual(['one', 'two']);

    const none = line({ emitLast: true });
    none.feed('one\n');
    none.decoder.end(none.take);
    expect(none.frames).toEqual(['one']);
  });

  it('that are too long are an error at the end, where it was not told', () => {
    const slow = line();
    slow.feed('12345678901234567');
    expect(rockpoolErrorOf(() => slow.decoder.end())).toMatchObject({ length: 17, offset: 0 });
    const fast = line({ failFast: true });
    expect(() => fast.feed('12345678901234567\r')).toThrow(FrameTooLongError);
    fast.decoder.end();
    expect(fast.decoder.closed).toBe(true);
  });

  it('are not searched twice', () => {
    const { allocator } = pool();
    const { decoder, frames, take } = reading(new LineFrameDecoder({ allocator, maxLength: 1e6 }));
    let searched = 0;
    const { prototype } = Buffer;
    const { indexOf } = prototype;
    prototype.indexOf = function (this: Buffer, value: never, from?: number) {
      searched += this.length - (from ?? 0);
      return indexOf.call(this, value, from as never);
    } as never;
    try {
      for (let i = 0; i < 1000; i++) decoder.feed(Buffer.from('xxxxxxxxxx'), take);
      decoder.feed(Buffer.from('\n'), take);
    } finally {
      prototype.indexOf = indexOf;
    }
    expect(frames[0]).toHaveLength(10_000);
    expect(searched).toBeLessThan(40_000);
  });
});

describe('delimiters', () => {
  it('the shortest frame wins', () => {
    const { frames, feed } = delimiter();
    feed('one\ntwo\r\nthree');
    expect(frames).toEqual(['one', 'two']);
  });

  it('of two that begin at the same byte the longest wins, whenever it comes', () => {
    const whole = delimiter({ delimiters: ['\r', '\r\n'] });
    whole.feed('a\r\nb\rc');
    expect(whole.frames).toEqual(['a', 'b']);
    const halves = delimiter({ delimiters: ['\r', '\r\n'] });
    halves.feed('a\r');
    expect(halves.frames).toEqual([]); // a \n may follow
    halves.feed('\nb\r');
    halves.feed('c');
    expect(halves.frames).toEqual(['a', 'b']);
  });

  it('one that another one contains is certain at the end', () => {
    const { decoder, frames, feed, take } = delimiter({ delimiters: ['\r', '\r\n'] });
    feed('a\r');
    decoder.end(take);
    expect(frames).toEqual(['a']);
  });

  it('are kept where they are told to be', () => {
    const { frames, feed } = delimiter({ strip: false, delimiters: [';', Buffer.from([0, 0])] });
    feed('a;b\0\0c;');
    expect(frames).toEqual(['a;', 'b\0\0', 'c;']);
  });

  it('may come in pieces, and begin like the content', () => {
    const { frames, feed } = delimiter({ delimiters: ['-->'] });
    for (const piece of ['a-', '-', 'b--', '-', '->', 'c-->']) feed(piece);
    expect(frames).toEqual(['a--b--', 'c']);
  });

  it('a frame that is too long is discarded up to a delimiter that comes in pieces', () => {
    const { decoder, frames, feed } = delimiter({ delimiters: ['\0\0\0'], failFast: true });
    expect(() => feed('12345678901234567890\0')).toThrow(FrameTooLongError);
    expect(decoder.bufferedBytes).toBeLessThan(3);
    feed('\0');
    feed('\0next\0\0\0');
    expect(frames).toEqual(['next']);
  });

  it('given as bytes are copied', () => {
    const bytes = Buffer.from(';');
    const { frames, feed } = delimiter({ delimiters: [bytes] });
    bytes[0] = 0;
    feed('a;');
    expect(frames).toEqual(['a']);
  });
});

describe('frames of a fixed length', () => {
  it('are cut where they end', () => {
    const { decoder, frames, feed } = reading(new FixedLengthFrameDecoder({ length: 3 }));
    feed('ABCDEFGH');
    expect(frames).toEqual(['ABC', 'DEF']);
    expect(decoder.bufferedBytes).toBe(2);
    feed('I');
    expect(frames).toEqual(['ABC', 'DEF', 'GHI']);
    decoder.end();
  });

  it('that are incomplete are an error at the end', () => {
    const { decoder, feed } = reading(new FixedLengthFrameDecoder({ length: 3 }));
    feed('ABCD');
    const error = rockpoolErrorOf(() => decoder.end());
    expect(error).toBeInstanceOf(TruncatedFrameError);
    expect(error).toMatchObject({ length: 1, offset: 3, code: 'ERR_ROCKPOOL_FRAME_TRUNCATED' });
  });
});
