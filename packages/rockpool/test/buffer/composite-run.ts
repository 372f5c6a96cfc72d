/** Composites and their components beside their model: does random operations on both and compares all that can be seen. */
import { expect } from 'vitest';
import {
  type ByteBuf,
  type ByteBufAllocator,
  type ByteBufAllocatorOptions,
  CompositeByteBuf,
} from '../../src/buffer/index.ts';
import { derive, move } from './composite-derive.ts';
import {
  expectCode,
  expectContents,
  expectStructure,
  type Live,
  type LiveComposite,
} from './composite-expect.ts';
import { add, canAdd, ModelComposite, Window } from './composite-model.ts';
import type { Of, Operation } from './composite-operations.ts';
import { restructure } from './composite-restructure.ts';
import { change, MAX_BYTES, transfer } from './composite-writes.ts';
import { expectAllReturned, expectSame, pattern, tinyAllocator } from './tools.ts';

/** More than these are too many to be compared after each operation. */
const MAX_LIVE = 24;

/** Allocators, composites and their users' references, beside their model. */
export class CompositeRun {
  readonly #allocator: ByteBufAllocator;
  /** Whether the objects of released buffers come back as others; those of composites never do. */
  readonly #recycles: boolean;
  #live: Live[] = [];

  constructor(options: ByteBufAllocatorOptions) {
    // New memory is zero, so that the model knows what growth adds.
    this.#allocator = tinyAllocator({ ...options, zero: 'on-acquire' });
    this.#recycles = options.checks !== 'strict';
  }

  do(operation: Operation): void {
    switch (operation.is) {
      case 'allocate':
        if (this.#live.length < MAX_LIVE) this.#allocate(operation.bytes, operation.read, operation.seed);
        return;
      case 'compose': {
        if (this.#live.length >= MAX_LIVE) return;
        const buf = this.#allocator.composite(operation.maxComponents);
        this.#live.push({ buf, model: new ModelComposite([], {}) });
        return;
      }
      case 'add':
        this.#addOne(operation);
        return;
      case 'add several':
        this.#addSeveral(operation);
        return;
      case 'restructure':
        restructure(this.#pickComposite(operation.which), operation);
        return;
    }
    const live = this.#pick(operation.which);
    if (live === undefined) return;
    const { buf, model } = live;
    switch (operation.is) {
      case 'derive':
        if (this.#live.length < MAX_LIVE) this.#live.push(...derive(live, operation));
        return;
      case 'change':
        change(live, operation);
        return;
      case 'transfer':
        transfer(live, this.#pick(operation.from) as Live, operation);
        return;
      case 'move':
        move(live, operation);
        return;
      case 'retain':
        buf.retain();
        model.count.users++;
        return;
      case 'release':
        if (model.count.users === 0) return; // what composites have is not the user's
        model.count.release('users');
        expect(buf.release()).toBe(!model.alive);
    }
  }

  /** Fails where something is not as its model. */
  check(): void {
    for (const live of this.#live) {
      const { buf, model } = live;
      if (!model.alive) {
        if (this.#recycles && !(buf instanceof CompositeByteBuf)) continue; // it may be another buffer by now
        expectSame(buf.refCnt, 0, 'refCnt');
        expectCode(() => buf.getUInt8(0), 'ERR_ROCKPOOL_USE_AFTER_RELEASE');
        continue;
      }
      expectSame(buf.refCnt, model.count.refs, 'refCnt');
      expectSame(buf.capacity, model.capacity, 'capacity');
      expectSame(buf.readerIndex, model.reader, 'readerIndex');
      expectSame(buf.writerIndex, model.writer, 'writerIndex');
      expectSame(buf.isReadOnly, model.readOnly, 'isReadOnly');
      expectContents(live);
      if (buf instanceof CompositeByteBuf) expectStructure(buf, model as ModelComposite);
    }
    this.#live = this.#live.filter(({ model }) => model.alive);
  }

  /** Releases what the user has; then every count is 0 and all memory is back. */
  end(): void {
    for (const { buf, model } of this.#live) {
      const { users } = model.count;
      if (users === 0) continue;
      buf.release(users);
      model.count.release('users', users);
    }
    // What composites held of each other is gone with the last of them.
    for (const { buf, model } of this.#live) expect([buf.refCnt, model.count.refs]).toEqual([0, 0]);
    for (const { buf } of this.#live) if (buf instanceof CompositeByteBuf) buf.assertValid();
    expectAllReturned(this.#allocator);
  }

  #pick(which: number): Live | undefined {
    return this.#live[which % this.#live.length];
  }

  /** A composite; seldom one whose structure is not its own. */
  #pickComposite(which: number): LiveComposite | undefined {
    const all = this.#live.filter(({ buf }) => buf instanceof CompositeByteBuf);
    const whole = all.filter(({ model }) => !(model as ModelComposite).derived);
    const from = which % 8 === 0 ? all : whole;
    return from[(which >> 3) % from.length] as LiveComposite | undefined;
  }

  #allocate(bytes: number, read: number, seed: number): Live {
    const values = pattern(bytes, seed);
    const buf = this.#allocator.buffer(bytes, bytes).writeBytes(values);
    const model = Window.of(values, 'users');
    model.reader = Math.min(read, bytes);
    buf.skipBytes(model.reader);
    const live = { buf, model };
    this.#live.push(live);
    return live;
  }

  #addOne({ which, what, advance, at, keep }: Of<'add'>): void {
    const target = this.#pickComposite(which);
    const added = this.#pick(what);
    if (target === undefined || added === undefined) return;
    const { buf, model } = target;
    if (model.isHeldBy(added.model)) {
      expectCode(() => buf.addComponent(added.buf, advance), 'ERR_ROCKPOOL_ARGUMENT_TYPE');
      return;
    }
    const { count } = added.model;
    if (model.capacity + added.model.readable > MAX_BYTES) return;
    if (keep || count.users === 0) {
      added.buf.retain();
      count.users++;
    }
    const index = at === undefined ? model.parts.length : at % (model.parts.length + 1);
    const given = at === undefined ? undefined : index;
    const action = () => buf.addComponent(added.buf, advance, given);
    if (canAdd(model, added.model, index, buf.maxComponents)) action();
    else expectCode(action, /READ_ONLY|USE_AFTER_RELEASE|INDEX_RANGE/);
    add(model, added.model, advance, index, buf.maxComponents);
  }

  #addSeveral({ which, sizes, badAt, seed }: Of<'add several'>): void {
    const target = this.#pickComposite(which);
    if (target === undefined || this.#live.length + sizes.length >= MAX_LIVE) return;
    const { buf, model } = target;
    if (model.capacity + sizes.reduce((sum, bytes) => sum + bytes, 0) > MAX_BYTES) return;
    const lives = sizes.map((bytes, i) => this.#allocate(bytes, i % 2, seed + i));
    const given: (Live | undefined)[] = [...lives];
    if (badAt !== undefined) given.splice(badAt, 0, undefined);
    let error: unknown;
    try {
      buf.addComponents(given.map((live) => live?.buf) as ByteBuf[], true);
    } catch (thrown) {
      error = thrown;
    }
    let failed = false;
    for (const live of given) {
      if (failed) live?.model.count.release('users');
      else
        failed = live === undefined || !add(model, live.model, true, model.parts.length, buf.maxComponents);
    }
    expect(error !== undefined).toBe(failed);
  }
}
