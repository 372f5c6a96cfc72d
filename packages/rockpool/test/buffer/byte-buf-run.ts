/** An allocator beside its model: does random operations on both and compares all that can be seen. */
import { expect } from 'vitest';
import {
  type ByteBuf,
  type ByteBufAllocator,
  type ByteBufAllocatorOptions,
  RefCountError,
  ReleasedBufferError,
} from '../../src/buffer/index.ts';
import { expectAccounts } from './accounts.ts';
import { grownTo, ModelBlock, ModelBuf, ModelCount } from './byte-buf-model.ts';
import type { Operation } from './byte-buf-operations.ts';
import { expectAllReturned, pattern, placeOf, thrownBy, tinyAllocator } from './tools.ts';

interface Live {
  readonly buf: ByteBuf;
  readonly model: ModelBuf;
}

/** A released buffer that is still held. */
interface Dead {
  readonly buf: ByteBuf;
  /** Whether its object may be somebody else's buffer by now. */
  readonly recyclable: boolean;
}

/** From here on only samples of a buffer's bytes are compared after each operation, all of them at the end. */
const LARGE = 2048;

/** An allocator beside its model. */
export class Run {
  readonly allocator: ByteBufAllocator;
  readonly #zeroed: boolean;
  /** Whether the objects of released buffers come back as others. */
  readonly #recycles: boolean;
  #live: Live[] = [];
  #dead: Dead[] = [];
  #roots: ModelBuf[] = [];

  constructor(options: ByteBufAllocatorOptions) {
    this.allocator = tinyAllocator(options);
    this.#zeroed = options.zero === 'on-acquire' || options.zero === 'on-release';
    const strict = options.checks === 'strict' || options.checks === 'paranoid';
    this.#recycles = !strict && options.recycleHandles !== false;
  }

  do(operation: Operation): void {
    if (operation.is === 'allocate') {
      const { bytes, room } = operation;
      const buf = this.allocator.buffer(bytes, bytes + room);
      this.#adopt(buf, this.#modelOf(bytes, bytes + room));
      return;
    }
    if (operation.is === 'trim') {
      this.allocator.trim();
      return;
    }
    if (operation.is === 'misuse the dead') {
      const dead = this.#dead[operation.which % this.#dead.length];
      if (dead !== undefined) expectDead(dead);
      return;
    }
    const live = this.#live[operation.which % this.#live.length];
    if (live === undefined) return;
    const { buf, model } = live;
    switch (operation.is) {
      case 'retain':
        if (model.count.owned === 0) return; // nobody has a reference to add to
        buf.retain(operation.by);
        model.count.retain(operation.by);
        return;
      case 'release': {
        const { count } = model;
        if (count.owned === 0) {
          expect(() => buf.release(), 'what is left belongs to retained slices').toThrow(RefCountError);
          return;
        }
        const times = operation.all ? count.owned : 1;
        this.#expectBytes(live, true);
        count.release(times);
        expect(buf.release(times)).toBe(count.refs === 0);
        this.#bury();
        return;
      }
      case 'derive':
        this.#derive(live, operation);
        return;
      case 'copy': {
        const { reader, readable } = model;
        const copied = this.#modelOf(readable, Math.max(readable, model.maxCapacity));
        copied.put(0, model.get(reader, readable));
        copied.writer = readable;
        const copy = operation.read ? buf.readBytes(readable) : buf.copy();
        if (operation.read) model.reader = model.writer;
        this.#adopt(copy, copied);
        return;
      }
      case 'change':
        this.#change(live, operation);
        return;
      case 'move':
        this.#move(live, operation);
        return;
      case 'transfer': {
        const source = this.#live[operation.from % this.#live.length] as Live;
        const length = operation.length % (source.model.readable + 1);
        const bytes = source.model.get(source.model.reader, length);
        if (!this.#room(live, length, () => buf.writeBytes(source.buf, undefined, length))) return;
        model.put(model.writer, bytes);
        model.writer += length;
        source.model.reader += length;
        return;
      }
      case 'resize':
        this.#resize(live, operation.bytes, () => Object.assign(buf, { capacity: operation.bytes }));
        return;
      case 'ensure':
        if (model.readOnly) expect(() => buf.ensureWritable(operation.bytes)).toThrow(TypeError);
        else this.#room(live, operation.bytes, () => buf.ensureWritable(operation.bytes));
        return;
      case 'write to a view': {
        if (model.capacity === 0) return;
        const at = operation.at % model.capacity;
        buf.toBuffer(at, 1)[0] = at & 255;
        model.set(at, [at & 255]);
      }
    }
  }

  /** Fails where a buffer is not as its model, or an equation does not hold. */
  check(): void {
    for (const live of this.#live) {
      const { buf, model } = live;
      expect([
        buf.readerIndex,
        buf.writerIndex,
        buf.capacity,
        buf.maxCapacity,
        buf.refCnt,
        buf.isReadOnly,
      ]).toEqual([
        model.reader,
        model.writer,
        model.capacity,
        model.maxCapacity,
        model.count.refs,
        model.readOnly,
      ]);
      this.#expectBytes(live, false);
    }
    this.#expectApart();
    for (const dead of this.#dead.slice(-4)) expectDead(dead);
    this.allocator.assertValid();
    expectAccounts(this.allocator);
    const { activeBuffers, activeBytes } = this.allocator.stats();
    const bytes = this.#roots.reduce((sum, { capacity }) => sum + capacity, 0);
    const former = this.#roots.flatMap((root) => root.former);
    const formerBytes = former.reduce((sum, capacity) => sum + capacity, 0);
    expect(activeBuffers).toBeGreaterThanOrEqual(this.#roots.length);
    expect(activeBuffers).toBeLessThanOrEqual(this.#roots.length + former.length);
    expect(activeBytes).toBeGreaterThanOrEqual(bytes);
    expect(activeBytes).toBeLessThanOrEqual(bytes + formerBytes);
  }

  /** Releases what is left; the allocator then has everything back, and after a trim the runtime has. */
  end(): void {
    for (const live of this.#live) this.#expectBytes(live, true);
    for (const { buf, model } of [...this.#live]) {
      const { count } = model;
      if (count.owned === 0) continue;
      buf.release(count.owned);
      count.release(count.owned);
    }
    this.#bury();
    expect(this.#live).toEqual([]);
    for (const dead of this.#dead) expectDead(dead);
    expectAllReturned(this.allocator);
    this.allocator.trim();
    expectAllReturned(this.allocator);
    expect(this.allocator.stats().reservedBytes).toBe(0);
  }

  #modelOf(capacity: number, maxCapacity: number): ModelBuf {
    const block = new ModelBlock(capacity, this.#zeroed);
    return new ModelBuf({
      count: new ModelCount(),
      block,
      start: 0,
      capacity,
      maxCapacity,
      readOnly: false,
      root: true,
      counted: true,
    });
  }

  /** A new buffer: its object is that of no live one, and of a dead one only where handles are recycled. */
  #adopt(buf: ByteBuf, model: ModelBuf): void {
    if (this.#live.some((live) => live.buf === buf)) expect.fail('two live buffers are one object');
    const again = this.#dead.find((dead) => dead.buf === buf);
    if (again !== undefined) {
      expect(again.recyclable, 'handles are recycled').toBe(true);
      this.#dead = this.#dead.filter((dead) => dead !== again);
    }
    this.#live.push({ buf, model });
    if (model.root) this.#roots.push(model);
  }

  #bury(): void {
    for (const { buf, model } of this.#live) {
      if (!model.alive) this.#dead.push({ buf, recyclable: this.#recycles && model.counted });
    }
    this.#live = this.#live.filter(({ model }) => model.alive);
    this.#roots = this.#roots.filter((root) => root.alive);
    if (this.#dead.length > 50) this.#dead.splice(0, 20);
  }

  #derive({ buf, model }: Live, { how, at, length }: Extract<Operation, { is: 'derive' }>): void {
    const { reader, writer, readable, capacity } = model;
    switch (how) {
      case 'slice':
      case 'retainedSlice': {
        const start = at % (capacity + 1);
        const count = length % (capacity - start + 1);
        const window = model.window(start, count, how === 'retainedSlice');
        this.#share(model);
        this.#adopt(buf[how](start, count), window);
        return;
      }
      case 'readSlice':
      case 'readRetainedSlice': {
        const count = length % (readable + 1);
        const window = model.window(reader, count, how === 'readRetainedSlice');
        this.#share(model);
        model.reader += count;
        this.#adopt(buf[how](count), window);
        return;
      }
      default: {
        const window = model.window(0, capacity, how === 'retainedDuplicate', how === 'asReadOnly');
        this.#share(model);
        window.reader = reader;
        window.writer = writer;
        this.#adopt(buf[how](), window);
      }
    }
  }

  /** The root of a buffer that something was derived from. */
  #share(model: ModelBuf): void {
    const count = model.count.root ?? model.count;
    for (const root of this.#roots) if (root.count === count) root.shared = true;
  }

  #change(live: Live, { how, at, length, seed }: Extract<Operation, { is: 'change' }>): void {
    const { buf, model } = live;
    const bytes = pattern(length, seed);
    if (model.readOnly) {
      expect(() => buf.writeBytes(bytes)).toThrow(TypeError);
      expect(() => buf.setBytes(0, bytes)).toThrow(TypeError);
      expect(() => buf.fill(1)).toThrow(TypeError);
      return;
    }
    const write = (bytes: Uint8Array, action: () => unknown): void => {
      if (!this.#room(live, bytes.length, action)) return;
      model.set(model.writer, bytes);
      model.writer += bytes.length;
    };
    const index = at % (model.capacity + 1);
    const room = model.capacity - index;
    switch (how) {
      case 'writeBytes':
        write(bytes, () => buf.writeBytes(bytes));
        return;
      case 'writeZero':
        write(new Uint8Array(length), () => buf.writeZero(length));
        return;
      case 'writeUInt32BE':
        write(Uint8Array.of(seed, 1, 2, 3), () => buf.writeUInt32BE(seed * 2 ** 24 + 0x010203));
        return;
      case 'writeString': {
        const text = 'aé漢👍'.repeat(length >> 2).slice(0, length >> (seed & 3));
        write(Buffer.from(text), () => buf.writeString(text));
        return;
      }
      case 'setBytes':
        if (length > room) {
          expectRefused(() => buf.setBytes(index, bytes));
          return;
        }
        buf.setBytes(index, bytes);
        model.set(index, bytes);
        return;
      case 'setUInt16LE':
        if (room < 2) {
          expectRefused(() => buf.setUInt16LE(index, 1));
          return;
        }
        buf.setUInt16LE(index, seed + 256);
        model.set(index, [seed, 1]);
        return;
      default: {
        const count = Math.min(room, length);
        buf.fill(seed, index, index + count);
        model.set(index, new Uint8Array(count).fill(seed));
      }
    }
  }

  #move({ buf, model }: Live, { how, a, b }: Extract<Operation, { is: 'move' }>): void {
    switch (how) {
      case 'skip': {
        const count = a % (model.readable + 2);
        if (count > model.readable) {
          expectRefused(() => buf.skipBytes(count));
          return;
        }
        buf.skipBytes(count);
        model.reader += count;
        return;
      }
      case 'setIndex': {
        const writer = b % (model.capacity + 1);
        model.reader = a % (writer + 1);
        model.writer = writer;
        buf.setIndex(model.reader, writer);
        return;
      }
      case 'clear':
        buf.clear();
        model.reader = 0;
        model.writer = 0;
        return;
      case 'mark':
        buf.markReaderIndex().markWriterIndex();
        model.markedReader = model.reader;
        model.markedWriter = model.writer;
        return;
      case 'reset':
        if (model.markedReader > model.writer) expectRefused(() => buf.resetReaderIndex());
        else {
          buf.resetReaderIndex();
          model.reader = model.markedReader;
        }
        if (model.markedWriter < model.reader || model.markedWriter > model.capacity) {
          expectRefused(() => buf.resetWriterIndex());
          return;
        }
        buf.resetWriterIndex();
        model.writer = model.markedWriter;
        return;
      case 'discard':
      case 'discardSome':
        if (model.readOnly) expect(() => buf.discardReadBytes()).toThrow(TypeError);
        else if (how === 'discard') {
          buf.discardReadBytes();
          model.discardRead();
        } else {
          buf.discardSomeReadBytes();
          if (buf.readerIndex === 0) model.discardRead();
        }
        return;
      case 'read': {
        const target = new Uint8Array(a % 70);
        if (target.length > model.readable) {
          expectRefused(() => buf.readBytes(target));
          return;
        }
        buf.readBytes(target);
        expectKnown(target, model, model.reader, 1);
        model.reader += target.length;
        return;
      }
      default: {
        if (model.readable < 2) {
          expectRefused(() => buf.readUInt16BE());
          return;
        }
        const value = buf.readUInt16BE();
        expectKnown(Uint8Array.of(value >> 8, value & 255), model, model.reader, 1);
        model.reader += 2;
      }
    }
  }

  /** Does `action`, which needs `bytes` behind the writer index; false if there is no room, and it must be refused. */
  #room(live: Live, bytes: number, action: () => unknown): boolean {
    const { model } = live;
    if (model.readOnly) {
      expect(action).toThrow(TypeError);
      return false;
    }
    const needed = model.writer + bytes;
    if (needed <= model.capacity) {
      action();
      return true;
    }
    if (!model.root || needed > model.maxCapacity) {
      expectRefused(action);
      return false;
    }
    this.#resize(live, grownTo(needed, model.maxCapacity), action);
    return true;
  }

  /** Does `action`, which sets the capacity. */
  #resize({ buf, model }: Live, capacity: number, action: () => unknown): void {
    if (capacity === model.capacity && !model.readOnly) {
      action();
      return;
    }
    if (!model.root || model.readOnly || capacity > model.maxCapacity) {
      expect(action).toThrow(/capacity|read-only/);
      return;
    }
    const before = placeOf(buf);
    action();
    const after = placeOf(buf);
    const same = before.memory === after.memory && before.offset === after.offset;
    if (same && capacity <= model.block.bytes.length) {
      this.#forget(model, capacity);
      model.resize(capacity);
      return;
    }
    const block = new ModelBlock(capacity, this.#zeroed && !same);
    if (same) {
      // The block is larger than what was seen of it so far: the same memory, with more of it to see.
      block.bytes.set(model.block.bytes);
      block.known.set(model.block.known);
      const old = model.block;
      for (const { model: other } of this.#live) if (other.block === old) other.block = block;
      model.block = block;
      model.resize(capacity);
    } else {
      model.move(block, capacity);
      if (!model.shared) model.former.length = 0;
    }
  }

  /** Bytes that leave or join a buffer without a move may change, but not those that a slice still shows. */
  #forget(model: ModelBuf, capacity: number): void {
    const [from, to] = [Math.min(model.capacity, capacity), Math.max(model.capacity, capacity)];
    const { known } = model.block;
    const kept = known.slice();
    known.fill(0, from, to);
    for (const { model: other } of this.#live) {
      if (other.block !== model.block || other === model) continue;
      const [start, end] = [other.start, other.start + other.capacity];
      known.set(kept.subarray(start, end), start);
    }
  }

  #expectBytes({ buf, model }: Live, all: boolean): void {
    const view = buf.toBuffer(0, model.capacity);
    expectKnown(view, model, 0, all || model.capacity < LARGE ? 1 : 97);
  }

  /** What shows different blocks lies apart; what shows the same lies where it should within it. */
  #expectApart(): void {
    const memories = new Map<ArrayBufferLike, number>();
    const bases = new Map<ModelBlock, string>();
    const ranges = this.#live.map(({ buf, model }) => {
      const { memory, offset } = placeOf(buf);
      if (!memories.has(memory)) memories.set(memory, memories.size);
      const id = memories.get(memory) as number;
      if (model.capacity > 0) {
        const base = `${id}:${offset - model.start}`;
        expect(bases.get(model.block) ?? base, 'one block, one place').toBe(base);
        bases.set(model.block, base);
      }
      return { id, start: offset, end: offset + model.capacity, block: model.block };
    });
    ranges.sort((a, b) => a.id - b.id || a.start - b.start);
    let reach: (typeof ranges)[number] | undefined;
    for (const range of ranges) {
      if (range.start === range.end) continue;
      if (
        reach !== undefined &&
        reach.id === range.id &&
        range.start < reach.end &&
        range.block !== reach.block
      ) {
        expect.fail(
          `bytes ${range.start} to ${range.end} and ${reach.start} to ${reach.end} belong to two buffers`,
        );
      }
      if (reach === undefined || reach.id !== range.id || range.end > reach.end) reach = range;
    }
  }
}

function expectRefused(action: () => unknown): void {
  expect(action).toThrow(RangeError);
}

function expectDead({ buf, recyclable }: Dead): void {
  if (buf.refCnt !== 0) {
    // Its object may hold a block that another buffer outgrew, which nobody is told of.
    if (recyclable) return;
    expect.fail('a dead buffer counts references');
  }
  expect(thrownBy(() => buf.getUInt8(0))).toBeInstanceOf(ReleasedBufferError);
  expect(thrownBy(() => buf.writeUInt8(0))).toBeInstanceOf(ReleasedBufferError);
  expect(thrownBy(() => buf.release())).toBeInstanceOf(RefCountError);
}

/** Fails where one byte in `step` of what the model knows differs. */
function expectKnown(actual: Uint8Array, model: ModelBuf, index: number, step: number): void {
  const { bytes, known } = model.block;
  const base = model.start + index;
  for (let i = 0; i < actual.length; i += step) {
    if (known[base + i] === 1 && actual[i] !== bytes[base + i]) {
      expect.fail(`byte ${index + i} of ${model.capacity} is ${actual[i]}, not ${bytes[base + i]}`);
    }
  }
}
