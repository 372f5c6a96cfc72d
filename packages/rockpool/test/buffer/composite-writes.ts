/** Writes to buffers of all kinds, and copies between them, beside their models. */
import type { CompositeByteBuf } from '../../src/buffer/index.ts';
import { grownTo } from './byte-buf-model.ts';
import { expectCode, type Live } from './composite-expect.ts';
import { ModelComposite } from './composite-model.ts';
import type { Of } from './composite-operations.ts';
import { grow } from './composite-restructure.ts';
import { pattern } from './tools.ts';

/** No composite grows beyond. */
export const MAX_BYTES = 600;

/** Sets or writes bytes. */
export function change(live: Live, { how, at, length, seed }: Of<'change'>): void {
  const { buf, model } = live;
  const index = at % (model.capacity + 1);
  const room = model.capacity - index;
  const bytes = pattern(Math.min(length, room), seed);
  const set = (values: ArrayLike<number>, action: () => unknown): void => {
    const cells = values.length > room ? undefined : model.cells(index, values.length, true);
    if (cells === undefined || model.readOnly) {
      if (values.length > 0) expectCode(action, /USE_AFTER_RELEASE|INDEX_RANGE|READ_ONLY/);
      return;
    }
    action();
    for (const [i, cell] of cells.entries()) cell.value = values[i] as number;
  };
  switch (how) {
    case 'setBytes':
      set(bytes, () => buf.setBytes(index, bytes));
      return;
    case 'setUInt8':
      set([seed], () => buf.setUInt8(index, seed));
      return;
    case 'setUInt32BE':
      set([seed, 1, 2, 3], () => buf.setUInt32BE(index, seed * 2 ** 24 + 0x010203));
      return;
    case 'fill':
      set(bytes.fill(seed), () => buf.fill(seed, index, index + bytes.length));
      return;
    case 'writeBytes': {
      const values = pattern(length, seed);
      write(live, values, () => buf.writeBytes(values));
      return;
    }
    default:
      write(live, [seed, 7], () => buf.writeUInt16LE(seed + 7 * 256));
  }
}

/** Writes at writerIndex, after growth. */
function write({ buf, model }: Live, values: ArrayLike<number>, action: () => unknown): boolean {
  const needed = model.writer + values.length;
  const fixed = !(model instanceof ModelComposite) || model.derived;
  if (needed > MAX_BYTES) return false;
  if (model.readOnly || (fixed && needed > model.capacity)) {
    expectCode(action, /READ_ONLY|CAPACITY/);
    return false;
  }
  const unwritten = model.cells(model.writer, Math.min(values.length, model.capacity - model.writer), true);
  const grows = needed > model.capacity;
  if (unwritten === undefined) {
    if (!grows) expectCode(action, /USE_AFTER_RELEASE|INDEX_RANGE|READ_ONLY/);
    return false; // what is out of reach cannot be written; whether it grew before is not told
  }
  if (grows) {
    const composite = model as ModelComposite;
    if (!reaches(buf as CompositeByteBuf, composite)) return false;
    grow(buf as CompositeByteBuf, composite, grownTo(needed, 2 ** 31 - 1), action);
  } else {
    action();
  }
  const cells = model.cells(model.writer, values.length) ?? [];
  for (const [i, cell] of cells.entries()) cell.value = values[i] as number;
  model.writer = needed;
  return true;
}

/** Whether growth finds all that it must copy. */
function reaches(buf: CompositeByteBuf, model: ModelComposite): boolean {
  return model.parts.length < buf.maxComponents || model.values(0, model.capacity) !== undefined;
}

/** From one buffer to another, or to itself: by its own index, or to one that is given. */
export function transfer(target: Live, source: Live, { start, length, at }: Of<'transfer'>): void {
  const begin = start === undefined ? source.model.reader : start % (source.model.capacity + 1);
  const limit = start === undefined ? source.model.writer : source.model.capacity;
  const count = length % (limit - begin + 1);
  const values = source.model.values(begin, count);
  if (values === undefined) return;
  const given = start === undefined ? undefined : begin;
  const done = (): void => {
    if (start === undefined) source.model.reader = begin + count;
  };
  if (at === undefined) {
    if (write(target, values, () => target.buf.writeBytes(source.buf, given, count))) done();
    return;
  }
  const index = at % (target.model.capacity + 1);
  const cells = target.model.cells(index, count, true);
  const action = () => target.buf.setBytes(index, source.buf, given, count);
  if (cells === undefined || target.model.readOnly) {
    if (count > 0) expectCode(action, /USE_AFTER_RELEASE|INDEX_RANGE|READ_ONLY/);
    return;
  }
  action();
  for (const [i, cell] of cells.entries()) cell.value = values[i] as number;
  done();
}
