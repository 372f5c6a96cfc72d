/** Changes to the components of a composite, and of its model. */
import type { CompositeByteBuf } from '../../src/buffer/index.ts';
import { expectCode, type LiveComposite } from './composite-expect.ts';
import { type ModelComposite, onePart } from './composite-model.ts';
import type { Of } from './composite-operations.ts';

/** Does to the components of `target` what is told. */
export function restructure(target: LiveComposite | undefined, { how, a }: Of<'restructure'>): void {
  if (target === undefined) return;
  const { buf, model } = target;
  const ofSlice = how === 'discardReadBytes' || how === 'discardSomeReadBytes';
  if (model.readOnly || (model.derived && !ofSlice)) {
    if (how === 'remove') expectCode(() => buf.removeComponent(0), /READ_ONLY/);
    else if (how !== 'capacity') expectCode(() => buf[how](), /READ_ONLY/);
    else if (a !== model.capacity)
      expectCode(() => Object.assign(buf, { capacity: a }), /READ_ONLY|CAPACITY/);
    return;
  }
  if (model.derived && ofSlice) {
    discardOfSlice(buf, model, how);
    return;
  }
  switch (how) {
    case 'remove': {
      const { length } = model.parts;
      if (length === 0) {
        expectCode(() => buf.removeComponent(0), 'ERR_ROCKPOOL_INDEX_RANGE');
        return;
      }
      const index = a % length;
      buf.removeComponent(index);
      model.replace(model.parts.toSpliced(index, 1));
      model.clampIndices();
      return;
    }
    case 'consolidate': {
      const values = model.values(0, model.capacity);
      if (model.parts.length < 2) {
        buf.consolidate();
      } else if (values === undefined) {
        expectCode(() => buf.consolidate(), /USE_AFTER_RELEASE|INDEX_RANGE/);
      } else {
        buf.consolidate();
        model.replace(onePart(values));
      }
      return;
    }
    case 'capacity':
      resize(buf, model, a % (model.capacity + 20));
      return;
    default: {
      buf[how]();
      let bytes = 0;
      const parts = model.parts.slice();
      while (parts[0] !== undefined && bytes + parts[0].length <= model.reader)
        bytes += parts.shift()?.length ?? 0;
      model.replace(parts);
      model.forget(bytes);
      const first = parts[0];
      if (how === 'discardReadBytes' && first !== undefined) {
        first.start += model.reader;
        first.length -= model.reader;
        model.forget(model.reader);
      }
    }
  }
}

/** Moves bytes, as the capacity of a slice is fixed. */
function discardOfSlice(
  buf: CompositeByteBuf,
  model: ModelComposite,
  how: 'discardReadBytes' | 'discardSomeReadBytes',
): void {
  const { reader, readable, capacity } = model;
  const worth = how === 'discardReadBytes' || readable === 0 || reader * 2 >= capacity;
  const moves = worth && reader > 0;
  const values = moves ? model.values(reader, readable) : [];
  const cells = moves ? model.cells(0, readable, true) : [];
  if (values === undefined || cells === undefined) {
    expectCode(() => buf[how](), /USE_AFTER_RELEASE|INDEX_RANGE|READ_ONLY/);
    return;
  }
  buf[how]();
  for (const [i, cell] of cells.entries()) cell.value = values[i] as number;
  if (moves) model.forget(reader);
}

function resize(buf: CompositeByteBuf, model: ModelComposite, capacity: number): void {
  if (grow(buf, model, capacity, () => Object.assign(buf, { capacity }))) return;
  Object.assign(buf, { capacity });
  let offset = 0;
  const parts = model.parts.filter((part) => {
    const begin = offset;
    offset += part.length;
    if (begin < capacity) part.length = Math.min(part.length, capacity - begin);
    return begin < capacity;
  });
  if (capacity < offset) {
    model.replace(parts);
    model.clampIndices();
  }
}

/** Grows by `action`; false where the capacity is no larger. */
export function grow(
  buf: CompositeByteBuf,
  model: ModelComposite,
  capacity: number,
  action: () => unknown,
): boolean {
  const more = capacity - model.capacity;
  if (more <= 0) return false;
  if (model.parts.length < buf.maxComponents) {
    action();
    model.parts = [...model.parts, ...onePart(new Array<number>(more).fill(0))];
    return true;
  }
  const values = model.values(0, model.capacity);
  if (values === undefined) {
    expectCode(action, /USE_AFTER_RELEASE|INDEX_RANGE/);
  } else {
    action();
    model.replace(onePart([...values, ...new Array<number>(more).fill(0)]));
  }
  return true;
}
