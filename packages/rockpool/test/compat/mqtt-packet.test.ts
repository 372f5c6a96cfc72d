/** Packets in pooled buffers: the same bytes as mqtt-packet's own, the same errors, and nothing lost by those. */
import fc from 'fast-check';
import mqtt from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { MqttEncoder } from '../../src/compat/mqtt-packet.ts';
import {
  ArgumentTypeError,
  ByteBudgetError,
  ByteBufAllocator,
  OptionTypeError,
  UnknownOptionError,
} from '../../src/index.ts';

function makeEncoder() {
  const allocator = new ByteBufAllocator({ name: 'packets' });
  return { allocator, encoder: new MqttEncoder(mqtt, { allocator }) };
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const messageId = fc.integer({ min: 1, max: 65_535 });
const publish = fc.record({
  cmd: fc.constant('publish' as const),
  topic: text,
  payload: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes)),
  ),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  messageId,
  dup: fc.boolean(),
  retain: fc.boolean(),
});
const subscribe = fc.record({
  cmd: fc.constant('subscribe' as const),
  messageId,
  subscriptions: fc.array(
    fc.record({ topic: text, qos: fc.constantFrom(0 as const, 1 as const, 2 as const) }),
    { minLength: 1, maxLength: 5 },
  ),
});
const connect = fc.record({
  cmd: fc.constant('connect' as const),
  clientId: text,
  username: text,
  password: text.map((password) => Buffer.from(password)),
  keepalive: fc.nat(65_535),
  clean: fc.boolean(),
  will: fc.record({
    topic: text,
    payload: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    qos: fc.constant(1 as const),
    retain: fc.boolean(),
  }),
});
const short = fc.oneof(
  fc.constantFrom({ cmd: 'pingreq' as const }, { cmd: 'pingresp' as const }, { cmd: 'disconnect' as const }),
  fc.record({ cmd: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'), messageId }),
  fc.record({ cmd: fc.constant('connack'), returnCode: fc.nat(5) }),
  fc.record({ cmd: fc.constant('suback'), messageId, granted: fc.array(fc.nat(2), { minLength: 1 }) }),
  fc.record({
    cmd: fc.constant('unsubscribe'),
    messageId,
    unsubscriptions: fc.array(text, { minLength: 1 }),
  }),
);
const packet = fc.oneof(publish, subscribe, connect, short) as fc.Arbitrary<mqtt.Packet>;

describe('the bytes of a packet', () => {
  it("are mqtt-packet's own, whatever was encoded before", () => {
    const { allocator, encoder } = makeEncoder();
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 4 }), (packets) => {
        const held = packets.map((each) => encoder.encode(each));
        for (const [i, each] of packets.entries()) {
          expect(held[i]?.toBuffer()).toEqual(mqtt.generate(each));
          expect(held[i]?.release()).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it("are mqtt-packet's own with the properties of protocol 5", () => {
    const { encoder } = makeEncoder();
    const options = { protocolVersion: 5 };
    const packets = [
      {
        cmd: 'publish',
        topic: 'a/ü',
        payload: 'x'.repeat(200),
        qos: 2,
        messageId: 300,
        dup: false,
        retain: true,
        properties: {
          payloadFormatIndicator: true,
          messageExpiryInterval: 4321,
          topicAlias: 100,
          responseTopic: 'answer',
          correlationData: Buffer.from([1, 2, 3, 4]),
          userProperties: { key: 'value', keys: ['one', 'two'] },
          subscriptionIdentifier: 20_000,
          contentType: 'text',
        },
      },
      {
        cmd: 'disconnect',
        reasonCode: 0x81,
        properties: { reasonString: 'gone' },
      },
      {
        cmd: 'auth',
        reasonCode: 0,
        properties: { authenticationMethod: 'test', authenticationData: Buffer.from([0]) },
      },
      { cmd: 'puback', messageId: 2, reasonCode: 16, properties: { reasonString: 'none' } },
    ] as mqtt.Packet[];
    for (const each of packets) {
      const buf = encoder.encode(each, options);
      expect(buf.toBuffer()).toEqual(mqtt.generate(each, options));
      buf.release();
    }
  });

  it.each(['publish', 'subscribe', 'connect', 'pubrel', 'pingreq'])(
    'of a %s are exactly the capacity, but for a packet that does not tell its length',
    (cmd) => {
      const { encoder } = makeEncoder();
      const buf = encoder.encode({
        cmd,
        topic: 'a',
        payload: Buffer.alloc(3000),
        messageId: 1,
        subscriptions: [{ topic: 'a', qos: 0 }],
        clientId: 'me',
      } as never);
      expect(buf.capacity).toBe(cmd === 'pingreq' ? 256 : buf.readableBytes);
      buf.release();
    },
  );

  it('are the same where a getter of a packet encodes another one', () => {
    const { allocator, encoder } = makeEncoder();
    const outer = {
      cmd: 'publish' as const,
      topic: 'outer',
      qos: 0 as const,
      dup: false,
      retain: false,
      get payload() {
        const buf = encoder.encode({ cmd: 'pingreq' });
        const bytes = Buffer.from(buf.toBuffer());
        buf.release();
        return bytes;
      },
    };
    const buf = encoder.encode(outer);
    expect(buf.toBuffer()).toEqual(mqtt.generate(outer));
    buf.release();
    expect(allocator.stats().activeBuffers).toBe(0);
  });
});

describe('when it throws', () => {
  it.each([
    ['an unknown command', { cmd: 'sing' }, undefined],
    ['no topic', { cmd: 'publish', payload: 'x' }, undefined],
    ['no message id', { cmd: 'publish', topic: 'a', qos: 1 }, undefined],
    ['a bad payload', { cmd: 'publish', topic: 'a', qos: 0, payload: 17 }, undefined],
    [
      'bad properties',
      { cmd: 'publish', topic: 'a', properties: { topicAlias: 'x' } },
      { protocolVersion: 5 },
    ],
    ['bad subscriptions', { cmd: 'subscribe', messageId: 1, subscriptions: [{ qos: 1 }] }, undefined],
  ])('throws what generate() throws, and loses nothing: %s', (_, bad, options) => {
    const { allocator, encoder } = makeEncoder();
    let expected: unknown;
    try {
      mqtt.generate(bad as never, options);
    } catch (error) {
      expected = error;
    }
    expect(expected).toBeInstanceOf(Error);
    expect(() => encoder.encode(bad as never, options)).toThrow((expected as Error).message);
    expect(allocator.stats().activeBuffers).toBe(0);
    const buf = encoder.encode({ cmd: 'pingreq' });
    expect(buf.hexDump()).toBe('c000');
    buf.release();
  });

  it('releases what was written when it fails in the middle', () => {
    const allocator = new ByteBufAllocator();
    let pieces = 0;
    const library = {
      writeToStream(_packet: object, stream: { write(piece: Uint8Array | string): boolean }) {
        for (const piece of [Buffer.from([0x30]), Buffer.from([0x80, 0x01]), 'text']) {
          stream.write(piece);
          pieces++;
        }
        throw new Error('in the middle');
      },
    };
    const encoder = new MqttEncoder(library, { allocator });
    expect(() => encoder.encode({})).toThrow('in the middle');
    expect(pieces).toBe(3);
    expect(allocator.stats()).toMatchObject({ allocations: 1, activeBuffers: 0 });
  });

  it('grows where a packet is longer than it said', () => {
    const library = {
      writeToStream(_packet: object, stream: { write(piece: Uint8Array | string): boolean }) {
        for (const piece of ['\x30', Buffer.alloc(300, 'a'), 'text']) stream.write(piece);
      },
    };
    const buf = new MqttEncoder(library).encode({});
    expect(buf.toString()).toBe(`\x30${'a'.repeat(300)}text`);
    buf.release();
  });

  it('loses nothing at the bound of the allocator', () => {
    const allocator = new ByteBufAllocator({ maxBytes: 512 * 1024 });
    const encoder = new MqttEncoder(mqtt, { allocator });
    const large = {
      cmd: 'publish',
      topic: 'a',
      payload: Buffer.alloc(800_000),
      qos: 0,
      dup: false,
      retain: false,
    };
    expect(() => encoder.encode(large as mqtt.Packet)).toThrow(ByteBudgetError);
    expect(allocator.stats().activeBuffers).toBe(0);
    encoder.encode({ cmd: 'pingreq' }).release();
  });
});

describe('misuse', () => {
  it('refuses what is no mqtt-packet, and wrong options', () => {
    expect(() => new MqttEncoder(undefined as never)).toThrow(ArgumentTypeError);
    expect(() => new MqttEncoder({} as never)).toThrow('with its writeToStream(): received an object');
    expect(() => new MqttEncoder(mqtt, { alocator: 1 } as never)).toThrow(UnknownOptionError);
    expect(() => new MqttEncoder(mqtt, { allocator: 1 } as never)).toThrow(OptionTypeError);
  });
});
