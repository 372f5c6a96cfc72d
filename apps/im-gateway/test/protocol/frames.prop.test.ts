import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteBufAllocator, wrap } from 'rockpool';
import { describe, expect, it } from 'vitest';
import { encodeEnvelope, openEnvelope, roomSubject } from '../../src/bus/envelope.ts';
import { decodePresence, encodePresence } from '../../src/bus/presence-message.ts';
import * as layout from '../../src/protocol/frame-layout.ts';
import {
  bodyOf,
  idOf,
  inspectHeader,
  isText,
  senderOf,
  targetOf,
  timeUsOf,
  typeIn,
  wantsAck,
  wordOf,
} from '../../src/protocol/frame-reading.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { encodeFrame, encodeMessage, readdress, writeAck } from '../../src/protocol/frame-writing.ts';
import { isName, splitLogin } from '../../src/protocol/names.ts';
import { frameOf } from '../test-client.ts';

const word32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const allocator = new ByteBufAllocator({ name: 'frames', checks: 'strict' });

describe('the layout', () => {
  it('is what the drawing says', () => {
    const { MAGIC_OFFSET, LENGTH_OFFSET, VERSION_OFFSET, TYPE_OFFSET, FLAGS_OFFSET, ID_OFFSET } = layout;
    expect([MAGIC_OFFSET, LENGTH_OFFSET, VERSION_OFFSET, TYPE_OFFSET, FLAGS_OFFSET, ID_OFFSET]).toEqual([
      0, 4, 8, 9, 10, 12,
    ]);
    const { SENDER_OFFSET, TARGET_OFFSET, TIME_OFFSET, HEADER_BYTES, MAGIC } = layout;
    expect([SENDER_OFFSET, TARGET_OFFSET, TIME_OFFSET, HEADER_BYTES]).toEqual([16, 20, 24, 32]);
    expect(Buffer.from(MAGIC.toString(16), 'hex').toString()).toBe('RPIM');
  });
});

describe('a frame', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(
        word32,
        word32,
        word32,
        time,
        text,
        fc.constantFrom(0, 1),
        (id, sender, target, timeUs, body, flags) => {
          const frame = encodeFrame(
            allocator,
            { type: FrameType.room, id, sender, target, timeUs, flags },
            body,
          );
          try {
            assert.equal(inspectHeader(frame, wordOf(frame)), 0);
            assert.deepEqual(
              [
                typeIn(wordOf(frame)),
                idOf(frame),
                senderOf(frame),
                targetOf(frame),
                timeUsOf(frame),
                bodyOf(frame),
              ],
              [FrameType.room, id, sender, target, timeUs, Buffer.from(body).toString()],
            );
            assert.equal(wantsAck(wordOf(frame)), flags === 1);
            assert.equal(frame.getUInt32BE(4), frame.readableBytes);
            assert(isText(frame));
          } finally {
            frame.release();
          }
        },
      ),
    );
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it('becomes the message to its receivers: time and body as they were, all else new', () => {
    fc.assert(
      fc.property(word32, word32, word32, time, text, (id, sender, target, timeUs, body) => {
        const bytes = frameOf({ type: FrameType.direct, id, target: 1, timeUs, flags: 1, body });
        const sent = wrap(bytes);
        const frame = encodeMessage(allocator, sent, FrameType.delivery, sender, target);
        const expected = frameOf({ type: FrameType.delivery, id, target, timeUs, body });
        expected.writeUInt32BE(sender, 16);
        assert(frame.equals(expected));
        readdress(frame, target, sender);
        assert.deepEqual([senderOf(frame), targetOf(frame)], [target, sender]);
        assert.equal(sent.readerIndex, 0);
        frame.release();
      }),
    );
  });

  it('of an ack is the same, whichever way it is written', () => {
    fc.assert(
      fc.property(word32, word32, word32, (id, sender, target) => {
        const quick = allocator.buffer(32);
        writeAck(quick, id, sender, target);
        const frame = encodeFrame(allocator, { type: FrameType.ack, id, sender, target });
        assert(quick.equals(frame));
        quick.release();
        frame.release();
      }),
    );
  });
});

describe('isText', () => {
  it('agrees with a strict decoder, wherever the bytes begin', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      text.map((value) => new Uint8Array(Buffer.from(value))),
      fc.string({ maxLength: 40 }).map((value) => new Uint8Array(Buffer.from(value))),
    );
    fc.assert(
      fc.property(bytes, fc.nat(7), (body, shift) => {
        const block = allocator.buffer(shift + 32 + body.length);
        block.writeZero(shift).writeBytes(frameOf({ type: FrameType.direct, body }));
        const frame = block.retainedSlice(shift, 32 + body.length);
        let valid = true;
        try {
          decoder.decode(body);
        } catch {
          valid = false;
        }
        assert.equal(isText(frame), valid);
        frame.release();
        block.release();
      }),
    );
  });
});

describe('an envelope', () => {
  it('opens as it was closed, on a copy', () => {
    const id = '0123456789abcdef';
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), text, (name, body) => {
        const frame = encodeFrame(allocator, { type: FrameType.delivery, id: 1 }, body);
        const envelope = encodeEnvelope(allocator, id, name, frame);
        const payload = Uint8Array.prototype.slice.call(envelope.toBuffer());
        const opened = openEnvelope(allocator, payload);
        assert(opened !== undefined);
        payload.fill(0);
        assert.deepEqual([opened.gateway, opened.name], [id, Buffer.from(name).toString()]);
        assert(opened.frame.equals(frame.toBuffer()));
        for (const buf of [frame, envelope, opened.frame]) buf.release();
      }),
    );
  });

  it('that is none is not opened, and leaks nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        openEnvelope(allocator, payload)?.frame.release();
      }),
    );
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it('goes to a subject that has no character which means something there', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }), (name) => {
        assert.match(roomSubject(name), /^im\.room\.[A-Za-z0-9_-]+$/);
      }),
    );
  });
});

describe('a presence message', () => {
  it('is refused unless it is one', () => {
    for (const bad of [
      '',
      '{',
      'null',
      '7',
      '{"kind":"hello"}',
      '{"kind":"users","gateway":"g","users":[1]}',
      '{"kind":"x","gateway":"g"}',
    ]) {
      expect(decodePresence(Buffer.from(bad))).toBeUndefined();
    }
    const users = [{ number: 1, name: 'anna', sinceMs: 5 }];
    const message = { kind: 'users', gateway: 'g', users } as const;
    expect(decodePresence(encodePresence(message))).toEqual(message);
  });
});

describe('a name', () => {
  it.each(['a', 'Ærøskøbing', 'with space', 'x'.repeat(64), '你好'])('may be %j', (name) => {
    expect(isName(name)).toBe(true);
  });

  it.each(['', ' a', 'a ', 'a\tb', 'a\0b', '\u007f', 'x'.repeat(65), 'ü'.repeat(33)])(
    'may not be %j',
    (name) => {
      expect(isName(name)).toBe(false);
    },
  );

  it('comes before the token of a login', () => {
    expect(splitLogin('anna')).toEqual({ name: 'anna', token: '' });
    expect(splitLogin('anna\0se\0same')).toEqual({ name: 'anna', token: 'se\0same' });
  });
});
