/**
 * What comes in from one socket: read into pooled memory, cut into frames.
 *
 *     socket ─► PooledReader: a buffer a read ─► LengthFieldFrameDecoder: a retained slice a frame ─► the sink
 *
 * A frame that cannot be (shorter than a header, longer than the gateway takes) ends the intake: what is behind it
 * could not be understood. What still comes is thrown away, until the socket is closed.
 */
import type { Socket } from 'node:net';
import {
  type Allocator,
  type ByteBuf,
  CorruptedFrameError,
  FrameTooLongError,
  LengthFieldFrameDecoder,
  PooledReader,
} from 'rockpool';
import { ErrorCode } from '../protocol/error-code.ts';
import { HEADER_BYTES, LENGTH_BYTES, LENGTH_OFFSET } from '../protocol/frame-layout.ts';

/** Where frames go. */
export interface FrameSink {
  /** So many bytes arrived. */
  arrived(bytes: number): void;
  /** A frame of `HEADER_BYTES` at least; the sink releases it, and does not throw. */
  frame(frame: ByteBuf): void;
  /** What came is no frame; nothing more follows. */
  malformed(code: ErrorCode, text: string): void;
}

/** Options of an {@link Intake}. */
export interface IntakeOptions {
  readonly allocator: Allocator;
  readonly maxFrameBytes: number;
  readonly readBytes: number;
}

/** Reads one socket until it is closed. */
export class Intake {
  readonly #sink: FrameSink;
  readonly #decoder: LengthFieldFrameDecoder;
  readonly #emit: (frame: ByteBuf) => void;

  constructor(socket: Socket, sink: FrameSink, { allocator, maxFrameBytes, readBytes }: IntakeOptions) {
    this.#sink = sink;
    this.#emit = (frame) => this.#take(frame);
    this.#decoder = new LengthFieldFrameDecoder({
      allocator,
      maxFrameLength: maxFrameBytes,
      lengthFieldOffset: LENGTH_OFFSET,
      lengthFieldLength: LENGTH_BYTES,
      // The length is that of the whole frame.
      lengthAdjustment: -(LENGTH_OFFSET + LENGTH_BYTES),
    });
    socket.once('close', () => this.#decoder.close());
    new PooledReader(socket, (input) => this.#read(input), { allocator, blockBytes: readBytes });
  }

  #read(input: ByteBuf): void {
    this.#sink.arrived(input.readableBytes);
    if (this.#decoder.closed) {
      input.release();
      return;
    }
    try {
      this.#decoder.feed(input, this.#emit);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #take(frame: ByteBuf): void {
    if (frame.readableBytes >= HEADER_BYTES) {
      this.#sink.frame(frame);
      return;
    }
    const bytes = frame.readableBytes;
    frame.release();
    this.#decoder.close();
    this.#sink.malformed(ErrorCode.badLength, `a frame of ${bytes} bytes has no whole header`);
  }

  #refuse(error: unknown): void {
    this.#decoder.close();
    if (error instanceof FrameTooLongError) {
      this.#sink.malformed(ErrorCode.frameTooLong, `a frame may have ${error.maximum} bytes`);
    } else if (error instanceof CorruptedFrameError) {
      this.#sink.malformed(ErrorCode.badLength, `a frame of ${error.length} bytes has no whole header`);
    } else {
      throw error;
    }
  }
}
