import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ArgumentTypeError,
  FrameLengthError,
  LengthFieldFrameDecoder,
  LengthFieldPrepender,
  wrap,
} from '../../src/index.ts';
import { rockpoolErrorOf } from '../buffer/tools.ts';
import { pool } from './inputs.ts';

describe('a length is prepended', () => {
  it.each([
    [{ lengthFieldLength: 1 as const }, '01'],
    [{ lengthFieldLength: 2 as const }, '0001'],
    [{ lengthFieldLength: 3 as const }, '000001'],
    [{ lengthFieldLength: 4 as const }, '00000001'],
    [{ lengthFieldLength: 8 as const }, '0000000000000001'],
    [{ lengthFieldLength: 2 as const, byteOrder: 'little' as const }, '0100'],
    [{ lengthFieldLength: 3 as const, byteOrder: 'little' as const }, '010000'],
    [{ lengthFieldLength: 4 as const, byteOrder: 'little' as const }, '01000000'],
    [{ lengthFieldLength: 8 as const, byteOrder: 'little' as const }, '0100000000000000'],
    [{ lengthFieldLength: 4 as const, lengthIncludesLengthField: true }, '00000005'],
    [{ lengthFieldLength: 4 as const, lengthAdjustment: 7 }, '00000008'],
    [{ lengthFieldLength: 4 as const, lengthAdjustment: -1 }, '00000000'],
    [{ lengthFieldLength: 1 as const, lengthIncludesLengthField: true, lengthAdjustment: -2 }, '00'],
  ])('with %j', (options, header) => {
    const { allocator, expectNothingHeld } = pool();
    const prepender = new LengthFieldPrepender({ ...options, allocator });
    const message = allocator.buffer(1).writeUInt8(0x41);
    const frame = prepender.prepend(message);
    expect(frame.hexDump()).toBe(`${header}41`);
    frame.release();
    const alone = prepender.header(1);
    expect(alone.hexDump()).toBe(header);
    alone.release();
    const target = allocator.buffer(0).writeUInt8(9);
    prepender.writeFrame(target, (to) => to.writeUInt8(0x41));
    expect(target.hexDump()).toBe(`09${header}41`);
    target.release();
    expectNothingHeld();
  });

  it('and a decoder with the same options reads it', () => {
    const width = fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, 8 as const);
    fc.assert(
      fc.property(
        width,
        fc.boolean(),
        fc.boolean(),
        fc.uint8Array({ maxLength: 250 }),
        (bytes, counts, little, message) => {
          const byteOrder = little ? 'little' : 'big';
          const prepender = new LengthFieldPrepender({
            lengthFieldLength: bytes,
            lengthIncludesLengthField: counts,
            byteOrder,
          });
          const decoder = new LengthFieldFrameDecoder({
            maxFrameLength: 300,
            lengthFieldOffset: 0,
            lengthFieldLength: bytes,
            lengthAdjustment: counts ? -bytes : 0,
            initialBytesToStrip: bytes,
            byteOrder,
          });
          let read: Buffer | undefined;
          decoder.feed(prepender.prepend(wrap(message)), (frame) => {
            read = Buffer.from(frame.toBuffer());
            frame.release();
          });
          expect(read).toEqual(Buffer.from(message));
          decoder.end();
        },
      ),
    );
  });
});

describe('a length that does not fit', () => {
  it.each([
    [1 as const, 255],
    [2 as const, 65_535],
    [3 as const, 16_777_215],
    [4 as const, 4_294_967_295],
    [8 as const, Number.MAX_SAFE_INTEGER],
  ])('%i bytes is refused above %i', (lengthFieldLength, maximum) => {
    const prepender = new LengthFieldPrepender({ lengthFieldLength });
    prepender.header(maximum).release();
    expect(rockpoolErrorOf(() => prepender.header(maximum + 1))).toMatchObject({
      code: 'ERR_ROCKPOOL_FRAME_LENGTH',
      length: maximum + 1,
      maximum,
    });
  });

  it('is refused below 0', () => {
    const prepender = new LengthFieldPrepender({ lengthFieldLength: 2, lengthAdjustment: -3 });
    expect(rockpoolErrorOf(() => prepender.header(2))).toMatchObject({ length: -1 });
    for (const bad of [-1, 1.5, Number.NaN, '3' as never]) {
      expect(() => prepender.header(bad)).toThrow(FrameLengthError);
    }
  });

  it('leaves nothing behind', () => {
    const { allocator, expectNothingHeld } = pool();
    const prepender = new LengthFieldPrepender({ lengthFieldLength: 1, allocator });
    const message = allocator.buffer(256).writeZero(256);
    expect(() => prepender.prepend(message)).toThrow(FrameLengthError);
    expect(message.refCnt).toBe(0);
    const target = allocator.buffer(512).writeUInt8(1);
    expect(() => prepender.writeFrame(target, (to) => to.writeZero(256))).toThrow(FrameLengthError);
    expect(target.hexDump()).toBe('01');
    expect(() =>
      prepender.writeFrame(target, (to) => {
        to.writeZero(3);
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(target.hexDump()).toBe('01');
    target.release();
    expectNothingHeld();
  });

  it('and so are arguments of the wrong kind', () => {
    const prepender = new LengthFieldPrepender({ lengthFieldLength: 1 });
    expect(() => prepender.prepend(new Uint8Array(1) as never)).toThrow(ArgumentTypeError);
    expect(() => prepender.writeFrame(new Uint8Array(1) as never, () => {})).toThrow(ArgumentTypeError);
    expect(() => prepender.writeFrame(wrap(new Uint8Array(1)), 1 as never)).toThrow(ArgumentTypeError);
  });
});
