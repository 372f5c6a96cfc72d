/** What a composite, or a part of one, must look like beside its model. */
import { expect } from 'vitest';
import type { ByteBuf, CompositeByteBuf } from '../../src/buffer/index.ts';
import type { ModelBuf, ModelComposite } from './composite-model.ts';
import { expectBytes, expectSame, rockpoolErrorOf } from './tools.ts';

/** A buffer beside its model. */
export interface Live {
  readonly buf: ByteBuf;
  readonly model: ModelBuf;
}

/** A composite beside its model. */
export interface LiveComposite {
  readonly buf: CompositeByteBuf;
  readonly model: ModelComposite;
}

/** Fails unless `action` throws an error of the library with such a code. */
export function expectCode(action: () => unknown, code: string | RegExp): void {
  const error = rockpoolErrorOf(action);
  if (typeof code === 'string') expect(error.code, String(error)).toBe(code);
  else expect(error.code, String(error)).toMatch(code);
}

/** Every byte is as in the model, or throws where the model cannot reach it. */
export function expectContents({ buf, model }: Live): void {
  const { capacity } = model;
  const values = model.values(0, capacity);
  for (let i = 0; i < capacity; i++) {
    const cell = model.cell(i, false);
    if (cell === undefined) expectCode(() => buf.getUInt8(i), /USE_AFTER_RELEASE|INDEX_RANGE/);
    else expectSame(buf.getUInt8(i), cell.value, `byte ${i} of ${capacity}`);
  }
  if (values === undefined) {
    expectCode(() => buf.getBytes(0, new Uint8Array(capacity)), /USE_AFTER_RELEASE|INDEX_RANGE/);
    return;
  }
  const bytes = Buffer.from(values);
  expectBytes(buf.toBuffer(0, capacity), bytes, 'toBuffer');
  expectBytes(Buffer.concat(buf.toBuffers(0, capacity)), bytes, 'toBuffers');
  for (let i = 0; i + 8 <= capacity; i += 3) {
    expectSame(buf.getUInt32BE(i), bytes.readUInt32BE(i), `number at ${i}`);
    expectSame(buf.getBigUInt64LE(i), bytes.readBigUInt64LE(i), `number at ${i}`);
  }
  const last = values.at(-1);
  if (last !== undefined) expectSame(buf.indexOf(last, 0, capacity), values.indexOf(last), 'indexOf');
}

/** The components are where the model's are. */
export function expectStructure(buf: CompositeByteBuf, model: ModelComposite): void {
  buf.assertValid();
  expectSame(buf.componentCount, model.parts.length, 'componentCount');
  let offset = 0;
  for (const [i, { length }] of model.parts.entries()) {
    expectSame(buf.toByteIndex(i), offset, `begin of component ${i}`);
    for (let at = offset; at < offset + length; at++) {
      expectSame(buf.toComponentIndex(at), i, `component of byte ${at}`);
    }
    offset += length;
  }
}
