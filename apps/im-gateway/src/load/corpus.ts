/**
 * The bodies of the load, as frames that are ready but for what varies, and as bytes to compare with.
 *
 * All frames lie in one block. To send is to copy a frame and to patch four numbers; to verify is to compare the
 * received bytes with those of the block, four at a time: neither makes an object, and no text is decoded.
 */
import { makeBodies } from '@rockpool/lab/workload';
import {
  HEADER_BYTES,
  LENGTH_OFFSET,
  MAGIC,
  VERSION,
  VERSION_OFFSET,
  WANTS_ACK,
} from '../protocol/frame-layout.ts';

/** Different bodies. A power of two. */
const BODIES = 4096;

/** Ready frames. */
export class Corpus {
  /** Each a frame with magic, length, version and flags; all else is zero. */
  readonly frames: readonly Uint8Array[];
  readonly meanFrameBytes: number;
  readonly #lengths: Int32Array = new Int32Array(BODIES);
  readonly #starts: Int32Array = new Int32Array(BODIES);
  readonly #view: DataView;

  /**
   * @param seed of the bodies
   * @param maxBodyBytes the longest body, 18 to 1000
   */
  constructor(seed: number, maxBodyBytes: number) {
    const { texts } = makeBodies(BODIES, seed, maxBodyBytes);
    const encoded = texts.map((text) => Buffer.from(text));
    const total = encoded.reduce((sum, { length }) => sum + HEADER_BYTES + length, 0);
    const block = Buffer.alloc(total);
    this.#view = new DataView(block.buffer, block.byteOffset, total);
    let at = 0;
    this.frames = encoded.map((body, i) => {
      const length = HEADER_BYTES + body.length;
      block.writeUInt32BE(MAGIC, at);
      block.writeUInt32BE(length, at + LENGTH_OFFSET);
      block.writeUInt32BE((VERSION << 24) | WANTS_ACK, at + VERSION_OFFSET);
      body.copy(block, at + HEADER_BYTES);
      this.#starts[i] = at;
      this.#lengths[i] = length;
      const frame = block.subarray(at, at + length);
      at += length;
      return frame;
    });
    this.meanFrameBytes = total / BODIES;
  }

  /** Which body message `id` of the sender `sender` has. */
  static indexOf(sender: number, id: number): number {
    return (Math.imul(sender, 0x9e3779b1) + id) & (BODIES - 1);
  }

  /** Whether a received frame, `length` bytes at `at`, has the body `index`. */
  matches(index: number, received: DataView, at: number, length: number): boolean {
    if (length !== this.#lengths[index]) return false;
    const own = this.#view;
    const shift = (this.#starts[index] as number) - at;
    const end = at + length;
    let i = at + HEADER_BYTES;
    for (; i + 4 <= end; i += 4) if (received.getInt32(i) !== own.getInt32(i + shift)) return false;
    for (; i < end; i++) if (received.getUint8(i) !== own.getUint8(i + shift)) return false;
    return true;
  }
}
