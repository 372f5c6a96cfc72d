/** Messages in pooled buffers: the same bytes as protobufjs's own, and nothing lost when it throws. */
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { ProtobufEncoder } from '../../src/compat/protobufjs.ts';
import {
  ArgumentTypeError,
  ByteBudgetError,
  ByteBufAllocator,
  CapacityError,
  OptionRangeError,
  OptionTypeError,
  UnknownOptionError,
} from '../../src/index.ts';

const { root } = protobuf.parse(`syntax = "proto3";
message Node {
  string name = 1; bytes body = 2; repeated sint32 numbers = 3; double weight = 4; bool on = 5;
  map<string, uint32> counts = 6; repeated Node children = 7; repeated float floats = 8;
}`);
const Node = root.lookupType('Node');

interface NodeShape {
  name: string;
  body: Uint8Array;
  numbers: number[];
  weight: number;
  on: boolean;
  counts: Record<string, number>;
  children: NodeShape[];
  floats: number[];
}

/** A message, with others in it down to `depth`. */
function nodes(depth: number): fc.Arbitrary<NodeShape> {
  return fc.record({
    name: fc.string({ unit: 'grapheme', maxLength: 300 }),
    body: fc.uint8Array({ maxLength: 3000 }),
    numbers: fc.array(fc.integer(), { maxLength: 40 }),
    weight: fc.double(),
    on: fc.boolean(),
    counts: fc.dictionary(fc.string({ maxLength: 5 }), fc.nat(), { maxKeys: 4 }),
    children: depth === 0 ? fc.constant([]) : fc.array(nodes(depth - 1), { maxLength: 2 }),
    floats: fc.array(fc.float({ noNaN: true }), { maxLength: 200 }),
  });
}

function makeEncoder(options = {}) {
  const allocator = new ByteBufAllocator({ name: 'messages' });
  return { allocator, encoder: new ProtobufEncoder(protobuf.Writer, { allocator, ...options }) };
}

describe('the bytes of a message', () => {
  it("are protobufjs's own, whatever was encoded before", () => {
    const { allocator, encoder } = makeEncoder();
    fc.assert(
      fc.property(fc.array(nodes(2), { minLength: 1, maxLength: 4 }), (messages) => {
        const held = messages.map((message) => encoder.encode(Node, message));
        const delimited = messages.map((message) => encoder.encodeDelimited(Node, message));
        for (const [i, message] of messages.entries()) {
          expect(held[i]?.toBuffer()).toEqual(Node.encode(message).finish());
          expect(delimited[i]?.toBuffer()).toEqual(Node.encodeDelimited(message).finish());
        }
        for (const buf of [...held, ...delimited]) expect(buf.release()).toBe(true);
      }),
      { numRuns: 200 },
    );
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it('are none for a message of defaults, with a length of 0 in front where that is asked for', () => {
    const { encoder } = makeEncoder();
    const empty = encoder.encode(Node, {});
    expect(empty.readableBytes).toBe(0);
    const delimited = encoder.encodeDelimited(Node, {});
    expect(delimited.hexDump()).toBe('00');
    empty.release();
    delimited.release();
  });

  it('are exactly the capacity, for a small message behind a large one too', () => {
    const { encoder } = makeEncoder();
    const large = encoder.encode(Node, { body: new Uint8Array(100_000) });
    const small = encoder.encode(Node, { name: 'x' });
    expect(small.capacity).toBe(3);
    expect(large.capacity).toBe(large.readableBytes);
    large.release();
    small.release();
  });

  it('go behind what a target has', () => {
    const { allocator, encoder } = makeEncoder();
    const target = allocator.buffer(4);
    target.writeUInt32BE(7);
    const bytes = encoder.encodeInto(Node, { name: 'hello' }, target);
    expect(bytes).toBe(7);
    expect(target.readableBytes).toBe(11);
    expect(target.toBuffer(4, bytes)).toEqual(Node.encode({ name: 'hello' }).finish());
    target.release();
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it('are the same where a getter of a message encodes another one', () => {
    const { encoder } = makeEncoder();
    const inner = { name: 'inner', numbers: [1, 2, 3] };
    const outer = {
      name: 'outer',
      get body() {
        const buf = encoder.encode(Node, inner);
        try {
          return Buffer.from(buf.toBuffer());
        } finally {
          buf.release();
        }
      },
      weight: 2,
    };
    const buf = encoder.encode(Node, outer);
    expect(buf.toBuffer()).toEqual(Node.encode({ ...outer }).finish());
    buf.release();
  });
});

describe('when it throws', () => {
  /** Fails when a child, and thus a fork of the writer, is half written. */
  const broken = {
    name: 'a',
    children: [
      {
        name: 'b',
        get numbers(): number[] {
          throw new Error('no numbers');
        },
      },
    ],
  };

  it('takes no buffer, and the next message is right', () => {
    const { allocator, encoder } = makeEncoder();
    expect(() => encoder.encode(Node, broken)).toThrow('no numbers');
    expect(() => encoder.encodeDelimited(Node, broken)).toThrow('no numbers');
    expect(allocator.stats().allocations).toBe(0);
    const next = { name: 'next', children: [{ name: 'child' }] };
    const buf = encoder.encodeDelimited(Node, next);
    expect(buf.toBuffer()).toEqual(Node.encodeDelimited(next).finish());
    buf.release();
  });

  it('leaves a target as it was', () => {
    const { allocator, encoder } = makeEncoder();
    const target = allocator.buffer(8, 8).writeUInt32BE(1);
    expect(() => encoder.encodeInto(Node, broken, target)).toThrow('no numbers');
    expect(() => encoder.encodeInto(Node, { name: 'too long for it' }, target)).toThrow(CapacityError);
    expect(target.hexDump()).toBe('00000001');
    expect(encoder.encodeInto(Node, { on: true }, target)).toBe(2);
    target.release();
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it('loses nothing at the bound of the allocator', () => {
    const allocator = new ByteBufAllocator({ maxBytes: 512 * 1024 });
    const encoder = new ProtobufEncoder(protobuf.Writer, { allocator });
    expect(() => encoder.encode(Node, { body: new Uint8Array(800_000) })).toThrow(ByteBudgetError);
    const buf = encoder.encode(Node, { name: 'fits' });
    expect(buf.toBuffer()).toEqual(Node.encode({ name: 'fits' }).finish());
    buf.release();
    expect(allocator.stats().activeBuffers).toBe(0);
  });
});

describe('the memory of the writer', () => {
  it('is kept up to maxWriterBytes', () => {
    const writers: { buf: Uint8Array }[] = [];
    const Writer = {
      create() {
        const writer = protobuf.Writer.create();
        writers.push(writer);
        return writer;
      },
    };
    const encoder = new ProtobufEncoder(Writer, { maxWriterBytes: 10_000 });
    for (const bytes of [9000, 100, 5000]) {
      encoder.encode(Node, { body: new Uint8Array(bytes) }).release();
    }
    expect(writers.length).toBe(1);
    encoder.encode(Node, { body: new Uint8Array(20_000) }).release();
    encoder.encode(Node, { name: 'next' }).release();
    expect(writers.length).toBe(2);
    expect(writers[1]?.buf.length).toBeLessThan(1000);
  });
});

describe('misuse', () => {
  it('refuses what is no Writer of protobufjs 8', () => {
    for (const Writer of [undefined, null, {}, { create: () => ({}) }, { create: () => undefined }]) {
      expect(() => new ProtobufEncoder(Writer as never)).toThrow(ArgumentTypeError);
    }
  });

  it('refuses unknown and wrong options', () => {
    const make = (options: object) => () => new ProtobufEncoder(protobuf.Writer, options);
    expect(make({ alocator: undefined })).toThrow(UnknownOptionError);
    expect(make({ allocator: {} })).toThrow(OptionTypeError);
    expect(make({ maxWriterBytes: -1 })).toThrow(OptionRangeError);
  });

  it('refuses what is no type, and what is no target', () => {
    const { encoder } = makeEncoder();
    expect(() => encoder.encode({} as never, {})).toThrow(
      "Cannot encode message as 'type' must be a message type with encode(): received an object",
    );
    expect(() => encoder.encodeDelimited(undefined as never, {})).toThrow(ArgumentTypeError);
    expect(() => encoder.encodeInto(undefined as never, {}, {} as never)).toThrow(ArgumentTypeError);
    expect(() => encoder.encodeInto(Node, {}, Buffer.alloc(8) as never)).toThrow(
      "'target' must be a ByteBuf",
    );
  });
});
