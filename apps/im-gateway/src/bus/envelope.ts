/**
 * A message on the bus: who sends it, so that the receiving gateway can tell its clients, and the frame.
 *
 *      0          16      17           17 + n
 *     ┌──────────┬───────┬────────────┬─ ─ ─ ─
 *     │ gateway  │ n     │ name       │ frame …
 *     └──────────┴───────┴────────────┴─ ─ ─ ─
 *
 * `gateway` is the sending gateway's id, in ASCII; `name` is the sending user's. The frame is the one that the
 * sending gateway's own clients get: its `sender` is the user's number there, its `target` the receiver's number at
 * the receiving gateway, or, in a room, nothing that means anything elsewhere.
 */
import type { Allocator, ByteBuf } from 'rockpool';
import { HEADER_BYTES, LENGTH_OFFSET } from '../protocol/frame-layout.ts';
import { inspectHeader, wordOf } from '../protocol/frame-reading.ts';

/** Characters of a gateway's id. */
const GATEWAY_ID_BYTES = 16;

/** The subject of what every gateway hears. */
export const PRESENCE_SUBJECT = 'im.presence';

/** The subject of messages to users of one gateway. */
export function gatewaySubject(id: string): string {
  return `im.gateway.${id}`;
}

/** The subject of messages to a room. A name is any text: it is a word of the subject in base64url. */
export function roomSubject(name: string): string {
  return `im.room.${Buffer.from(name).toString('base64url')}`;
}

/** Encodes; the caller releases. Borrows the frame. */
export function encodeEnvelope(allocator: Allocator, gateway: string, name: string, frame: ByteBuf): ByteBuf {
  const frameBytes = frame.readableBytes;
  const out = allocator.buffer(GATEWAY_ID_BYTES + 1 + 3 * name.length + frameBytes);
  out.writeString(gateway, 'latin1');
  const lengthAt = out.writerIndex;
  out.writeUInt8(0);
  out.setUInt8(lengthAt, out.writeString(name));
  out.writeBytes(frame, frame.readerIndex, frameBytes);
  return out;
}

/** What came in; `frame` belongs to whoever opened it. */
export interface Envelope {
  readonly gateway: string;
  readonly name: string;
  readonly frame: ByteBuf;
}

/**
 * Opens one. The frame is a copy, which may be changed.
 *
 * @returns undefined where it is none, or its frame is not whole
 */
export function openEnvelope(allocator: Allocator, payload: Uint8Array): Envelope | undefined {
  const nameAt = GATEWAY_ID_BYTES + 1;
  const frameAt = nameAt + (payload[GATEWAY_ID_BYTES] ?? 0);
  const frameBytes = payload.length - frameAt;
  if (frameBytes < HEADER_BYTES) return undefined;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const frame = allocator.buffer(frameBytes, frameBytes).writeBytes(bytes, frameAt, frameBytes);
  if (inspectHeader(frame, wordOf(frame)) !== 0 || frame.getUInt32BE(LENGTH_OFFSET) !== frameBytes) {
    frame.release();
    return undefined;
  }
  return {
    gateway: bytes.toString('latin1', 0, GATEWAY_ID_BYTES),
    name: bytes.toString('utf8', nameAt, frameAt),
    frame,
  };
}
