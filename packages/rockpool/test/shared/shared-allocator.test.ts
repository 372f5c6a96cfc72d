import { describe, expect, it } from 'vitest';
import {
  ArgumentRangeError,
  ArgumentTypeError,
  BlockHeldError,
  type ByteBuf,
  CapacityError,
  LineFrameDecoder,
  RefCountError,
  ReleasedBufferError,
  SharedAllocator,
  SharedChannel,
  SharedPool,
  unpooled,
  wrap,
} from '../../src/index.ts';

function make(): { pool: SharedPool; allocator: SharedAllocator } {
  const pool = SharedPool.create({ bytes: 1 << 20 });
  return { pool, allocator: new SharedAllocator(pool) };
}

function text(allocator: SharedAllocator, value: string): ByteBuf {
  const buf = allocator.buffer(64);
  buf.writeString(value);
  return buf;
}

function expectAllFree(pool: SharedPool): void {
  pool.trim();
  expect(pool.audit()).toMatchObject({ clean: true, owned: 0, detached: 0, shared: 0 });
}

describe('an allocator on shared memory', () => {
  it('gives buffers whose last reference gives the block back', () => {
    const { pool, allocator } = make();
    const buf = text(allocator, 'hello world');
    const slice = buf.retainedSlice(6, 5);
    buf.release();
    expect(slice.toString()).toBe('world');
    expect(pool.audit().owned).toBeGreaterThan(0);
    slice.release();
    expectAllFree(pool);
  });

  it('grows into a larger block, up to the largest size class', () => {
    const { pool, allocator } = make();
    const buf = allocator.buffer(64);
    for (let n = 0; n < 1000; n++) buf.writeUInt32BE(n);
    for (let n = 0; n < 1000; n++) expect(buf.readUInt32BE()).toBe(n);
    expect(() => buf.writeZero(65_536)).toThrow(CapacityError);
    buf.release();
    expect(() => allocator.buffer(65_537)).toThrow(ArgumentRangeError);
    expect(() => allocator.buffer(-1)).toThrow(ArgumentRangeError);
    expectAllFree(pool);
  });

  it('uses handles again', () => {
    const { allocator } = make();
    const buf = allocator.buffer(64);
    buf.release();
    expect(allocator.buffer(10_000)).toBe(buf);
    expect(buf.capacity).toBe(10_000);
  });

  it('reads a received block with a decoder, whose frames keep it', () => {
    const { pool, allocator } = make();
    const other = SharedPool.attach(pool.handle);
    const channel = SharedChannel.create(pool);
    const buf = text(allocator, 'one\ntwo\nthr');
    channel.send(allocator.take(buf));
    expect(buf.refCnt).toBe(0);
    channel.send(Buffer.from('ee\n'));
    const into = SharedChannel.attach(other, channel.handle);
    const there = new SharedAllocator(other, 'there');
    const decoder = new LineFrameDecoder({ maxLength: 100 });
    const frames: string[] = [];
    for (let block = into.tryReceive(); block !== undefined; block = into.tryReceive()) {
      decoder.feed(there.wrap(block), (frame) => {
        frames.push(frame.toString());
        frame.release();
      });
    }
    decoder.end();
    expect(frames).toEqual(['one', 'two', 'three']);
    other.trim();
    expectAllFree(pool);
  });

  it('lends the block of a slice, to be shared', () => {
    const { pool, allocator } = make();
    const other = SharedPool.attach(pool.handle);
    const buf = text(allocator, 'hello world');
    const slice = buf.retainedSlice(6, 5);
    const block = allocator.blockOf(slice);
    const received = other.receive(block.share());
    expect(Buffer.from(received.bytes.subarray(6, 11)).toString()).toBe('world');
    slice.release();
    buf.release();
    received.release();
    other.trim();
    expectAllFree(pool);
  });

  it('takes the readable bytes, moved to the beginning', () => {
    const { pool, allocator } = make();
    const buf = text(allocator, 'hello');
    buf.skipBytes(2);
    const block = allocator.take(buf);
    expect([Buffer.from(block.bytes).toString(), block.refCnt]).toEqual(['llo', 1]);
    block.release();
    expectAllFree(pool);
  });

  it('refuses what is not its own, or held by others, and leaves it as it was', () => {
    const { pool, allocator } = make();
    const plain = unpooled.buffer(8);
    expect(() => allocator.take(plain)).toThrow(ArgumentTypeError);
    expect(() => allocator.blockOf(wrap(new Uint8Array(3)))).toThrow(ArgumentTypeError);
    expect(() => allocator.blockOf(undefined as never)).toThrow(ArgumentTypeError);
    expect(() => allocator.wrap(plain as never)).toThrow(ArgumentTypeError);
    const buf = allocator.buffer(8).writeUInt8(1);
    const slice = buf.retainedSlice();
    expect(() => allocator.take(buf)).toThrow(BlockHeldError);
    expect(() => allocator.take(slice)).toThrow(BlockHeldError);
    slice.release();
    expect(buf.refCnt).toBe(1);
    const block = allocator.take(buf);
    expect(() => allocator.take(buf)).toThrow(ReleasedBufferError);
    block.release();
    expect(() => allocator.wrap(block)).toThrow(RefCountError);
    expectAllFree(pool);
  });
});
