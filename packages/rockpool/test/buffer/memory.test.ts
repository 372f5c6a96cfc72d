/** The bytes of a chunk: three views of one buffer that nobody can take away. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMemory, type Memory } from '../../src/buffer/memory.ts';

/** Runs what may throw or not, by the version of Node. */
function attempt(action: () => unknown): void {
  try {
    action();
  } catch {
    // That it throws is as good as that it copies.
  }
}

function expectIntact(memory: Memory): void {
  expect([memory.buffer.byteLength, memory.bytes.length, memory.view.byteLength]).toEqual([64, 64, 64]);
  expect(memory.bytes[3]).toBe(7);
}

function filled(): Memory {
  const memory = createMemory(64);
  memory.bytes[3] = 7;
  return memory;
}

describe('memory', () => {
  it('is zeroed, and the same bytes in all three views', () => {
    const memory = createMemory(4096);
    expect(memory.byteLength).toBe(4096);
    expect(Buffer.isBuffer(memory.bytes)).toBe(true);
    expect(memory.bytes.every((byte) => byte === 0)).toBe(true);
    memory.view.setUint32(8, 0x01020304);
    expect([...memory.bytes.subarray(8, 12)]).toEqual([1, 2, 3, 4]);
    expect(memory.bytes.buffer).toBe(memory.buffer);
    expect(memory.bytes.byteOffset).toBe(0);
  });

  it('is not detached by a transfer list', () => {
    const memory = filled();
    attempt(() => structuredClone(memory.buffer, { transfer: [memory.buffer] }));
    expectIntact(memory);
    attempt(() => structuredClone(memory.bytes, { transfer: [memory.buffer] }));
    expectIntact(memory);
  });

  it('is not detached by postMessage()', () => {
    const memory = filled();
    const { port1, port2 } = new MessageChannel();
    attempt(() => port1.postMessage(memory.bytes, [memory.buffer]));
    port1.close();
    port2.close();
    expectIntact(memory);
  });

  it('is not detached by the transfer list of a worker', async () => {
    const memory = filled();
    let worker: Worker | undefined;
    attempt(() => {
      worker = new Worker('', { eval: true, workerData: memory.buffer, transferList: [memory.buffer] });
    });
    expectIntact(memory);
    await worker?.terminate();
  });

  it.each(['transfer', 'transferToFixedLength', 'transferToImmutable'])('throws for %s()', (method) => {
    const memory = filled();
    const methods = memory.buffer as unknown as Record<string, () => unknown>;
    expect(() => methods[method]?.()).toThrow(TypeError);
    expect(() => methods[method]?.()).toThrow(`Cannot ${method} the memory of pooled buffers`);
    expectIntact(memory);
  });

  it('may be cloned: the clone is a copy without locks', () => {
    const memory = filled();
    const clone = structuredClone(memory.buffer);
    expect(new Uint8Array(clone)[3]).toBe(7);
    expect(Object.getOwnPropertyNames(clone)).toEqual([]);
    expectIntact(memory);
  });
});

describe('memory where there is no Node', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('is a Uint8Array, locked as far as that goes', async () => {
    vi.resetModules();
    const module = import('../../src/buffer/memory.ts');
    const { createMemory: create } = await module;
    vi.stubGlobal('Buffer', undefined);
    const memory = create(16);
    expect(Object.getPrototypeOf(memory.bytes)).toBe(Uint8Array.prototype);
    expect(memory.bytes.length).toBe(16);
  });

  it.each([
    ['without `process`', undefined],
    ['without `getBuiltinModule`', { versions: {} }],
    ['without worker threads', { getBuiltinModule: () => undefined }],
    [
      'with a `getBuiltinModule` that throws',
      {
        getBuiltinModule: () => {
          throw new Error('not here');
        },
      },
    ],
  ])('loads %s', async (_name, process) => {
    vi.resetModules();
    const url = '../../src/buffer/memory.ts';
    await import(url);
    vi.resetModules();
    vi.stubGlobal('process', process);
    const { createMemory: create } = await import(url).finally(() => vi.unstubAllGlobals());
    expect(create(16).byteLength).toBe(16);
  });
});
