/**
 * Ways to cut frames out of a stream: what people write by hand, what they take from npm and from Node, and Rockpool.
 *
 * Each is written as its users would, with the checks that a real one has: a length that is less than the header
 * or more than the limit is an error.
 *
 * - `plain` is the loop of countless programs: concatenate, look, cut, cut the rest.
 * - `plainOffset` cuts the rest once a read, which few of them do.
 * - `bl` appends to a list; its `slice` copies where the frame is in several reads.
 * - `pausedReadable` asks a Node stream for as many bytes as it wants; the header has to be remembered.
 */
import { Readable } from 'node:stream';
import { BufferList } from 'bl';
import { type Allocator, type ByteBuf, type CumulationMode, LengthFieldFrameDecoder } from 'rockpool';
import { HEADER_BYTES, ID_OFFSET, LENGTH_OFFSET } from './frame-layout.ts';

/** Longest frame that is accepted, in bytes. */
const MAX_FRAME_BYTES = 1024 * 1024;
const PREFIX_BYTES = LENGTH_OFFSET + 4;

/** One way. `T` is what a frame is there. */
export interface FrameReader<T> {
  /** Begins a stream. The reads belong to the caller, who uses them again once they are fed. */
  readonly start: (onFrame: (frame: T) => void) => (read: Buffer) => void;
  /** Reads the frame's number and its last byte, and lets go of it. */
  readonly finish: (frame: T) => number;
  /** A copy of the frame. */
  readonly copy: (frame: T) => Buffer;
}

const ofBuffers = {
  finish: (frame: Buffer): number => frame.readUInt32BE(ID_OFFSET) + (frame[frame.length - 1] as number),
  copy: (frame: Buffer): Buffer => Buffer.from(frame),
};

export const plain: FrameReader<Buffer> = {
  ...ofBuffers,
  start(onFrame) {
    let pending: Buffer = Buffer.alloc(0);
    return (read) => {
      pending = Buffer.concat([pending, read]);
      while (pending.length >= PREFIX_BYTES) {
        const length = expectLength(pending.readUInt32BE(LENGTH_OFFSET));
        if (pending.length < length) break;
        const frame = pending.subarray(0, length);
        pending = pending.subarray(length);
        onFrame(frame);
      }
    };
  },
};

export const plainOffset: FrameReader<Buffer> = {
  ...ofBuffers,
  start(onFrame) {
    let pending: Buffer = Buffer.alloc(0);
    return (read) => {
      pending = Buffer.concat([pending, read]);
      let at = 0;
      while (pending.length - at >= PREFIX_BYTES) {
        const length = expectLength(pending.readUInt32BE(at + LENGTH_OFFSET));
        if (pending.length - at < length) break;
        const frame = pending.subarray(at, at + length);
        at += length;
        onFrame(frame);
      }
      pending = pending.subarray(at);
    };
  },
};

export const bufferList: FrameReader<Buffer> = {
  ...ofBuffers,
  start(onFrame) {
    const list = new BufferList();
    return (read) => {
      list.append(read);
      while (list.length >= PREFIX_BYTES) {
        const length = expectLength(list.readUInt32BE(LENGTH_OFFSET));
        if (list.length < length) break;
        const frame = list.slice(0, length);
        list.consume(length);
        onFrame(frame);
      }
    };
  },
};

export const pausedReadable: FrameReader<Buffer> = {
  ...ofBuffers,
  start(onFrame) {
    const readable = new Readable({ read() {}, highWaterMark: 2 * MAX_FRAME_BYTES });
    let prefix: Buffer | null = null;
    return (read) => {
      readable.push(read);
      for (;;) {
        prefix ??= readable.read(PREFIX_BYTES) as Buffer | null;
        if (prefix === null) break;
        const rest = readable.read(expectLength(prefix.readUInt32BE(LENGTH_OFFSET)) - PREFIX_BYTES);
        if (rest === null) break;
        const frame = Buffer.concat([prefix, rest as Buffer]);
        prefix = null;
        onFrame(frame);
      }
    };
  },
};

/**
 * Rockpool's decoder.
 *
 * @param pooledReads whether reads come in pooled buffers, as from a socket that reads into them: each is copied into
 * one here, which stands for what the socket does. Else they are lent, and the decoder copies what it needs
 */
export function rockpool(
  allocator: Allocator,
  cumulation: CumulationMode,
  pooledReads: boolean,
): FrameReader<ByteBuf> {
  return {
    start(onFrame) {
      const decoder = new LengthFieldFrameDecoder({
        allocator,
        cumulation,
        maxFrameLength: MAX_FRAME_BYTES,
        lengthFieldOffset: LENGTH_OFFSET,
        lengthFieldLength: 4,
        lengthAdjustment: -PREFIX_BYTES,
      });
      if (!pooledReads) return (read) => decoder.feed(read, onFrame);
      return (read) => decoder.feed(allocator.buffer(read.length).writeBytes(read), onFrame);
    },
    finish(frame) {
      const sum = frame.getUInt32BE(ID_OFFSET) + frame.getUInt8(frame.readableBytes - 1);
      frame.release();
      return sum;
    },
    copy: (frame) => Buffer.from(frame.toBuffer()),
  };
}

function expectLength(length: number): number {
  if (length < HEADER_BYTES || length > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${length} bytes`);
  return length;
}
