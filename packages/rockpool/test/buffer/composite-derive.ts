/** Parts cut out of buffers of all kinds, and moves of their indices, beside their models. */
import { expect } from 'vitest';
import { type ByteBuf, CompositeByteBuf } from '../../src/buffer/index.ts';
import { expectCode, type Live } from './composite-expect.ts';
import { type ModelBuf, ModelComposite } from './composite-model.ts';
import type { Of } from './composite-operations.ts';

/** Cuts a part out; returns what is live with it. */
export function derive({ buf, model }: Live, { how, a, b }: Of<'derive'>): Live[] {
  const start = a % (model.capacity + 1);
  const length = b % (model.capacity - start + 1);
  const adopt = (part: ModelBuf | undefined, action: () => ByteBuf): Live[] => {
    if (part !== undefined) return [{ buf: action(), model: part }];
    expectCode(action, /USE_AFTER_RELEASE|INDEX_RANGE/);
    return [];
  };
  switch (how) {
    case 'slice':
      return adopt(model.slice(start, length), () => buf.slice(start, length));
    case 'retainedSlice':
      return adopt(model.retainedSlice(start, length, 'users'), () => buf.retainedSlice(start, length));
    case 'readRetainedSlice': {
      const count = b % (model.readable + 1);
      const part = model.retainedSlice(model.reader, count, 'users');
      const live = adopt(part, () => buf.readRetainedSlice(count));
      if (part !== undefined) model.reader += count;
      return live;
    }
    case 'duplicate':
    case 'asReadOnly': {
      const part = model.slice(0, model.capacity, how === 'asReadOnly');
      if (part !== undefined) [part.reader, part.writer] = [model.reader, model.writer];
      return adopt(part, () => buf[how]());
    }
    case 'component': {
      if (!(buf instanceof CompositeByteBuf && model instanceof ModelComposite)) return [];
      const part = model.parts[a % model.parts.length];
      if (part === undefined) return [];
      return adopt(part.buf.slice(part.start, part.length, model.readOnly), () =>
        buf.component(a % model.parts.length),
      );
    }
    case 'decompose': {
      if (!(buf instanceof CompositeByteBuf)) return [];
      const values = model.values(start, length);
      if (values === undefined) {
        expectCode(() => buf.decompose(start, length), /USE_AFTER_RELEASE|INDEX_RANGE/);
        return [];
      }
      expect(buf.decompose(start, length).flatMap((part) => [...part.toBuffer()])).toEqual(values);
      return [];
    }
    case 'copy': {
      const values = model.values(start, length);
      if (values === undefined) {
        expectCode(() => buf.copy(start, length), /USE_AFTER_RELEASE|INDEX_RANGE/);
        return [];
      }
      const copy = buf.copy(start, length);
      expect([...copy.toBuffer()]).toEqual(values);
      copy.release();
      return [];
    }
  }
}

/** Moves indices, and reads. */
export function move({ buf, model }: Live, { how, a, b }: Of<'move'>): void {
  switch (how) {
    case 'setIndex':
      model.writer = b % (model.capacity + 1);
      model.reader = a % (model.writer + 1);
      buf.setIndex(model.reader, model.writer);
      return;
    case 'skip': {
      const bytes = a % (model.readable + 1);
      buf.skipBytes(bytes);
      model.reader += bytes;
      return;
    }
    case 'readAll': {
      const values = model.values(model.reader, model.readable);
      if (values === undefined) return;
      const target = new Uint8Array(values.length);
      buf.readBytes(target);
      expect([...target]).toEqual(values);
      model.reader = model.writer;
      return;
    }
    case 'mark':
      buf.markReaderIndex().markWriterIndex();
      [model.markedReader, model.markedWriter] = [model.reader, model.writer];
      return;
    default:
      if (model.markedReader <= model.writer) {
        buf.resetReaderIndex();
        model.reader = model.markedReader;
      }
      if (model.markedWriter >= model.reader && model.markedWriter <= model.capacity) {
        buf.resetWriterIndex();
        model.writer = model.markedWriter;
      }
  }
}
