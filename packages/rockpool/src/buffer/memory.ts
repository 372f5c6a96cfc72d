/**
 * The bytes of a chunk, seen three ways: as an ArrayBuffer, as bytes (a Buffer in Node) and as a DataView.
 *
 * Many buffers live in one memory, so it must never be detached: whoever transfers the memory of one buffer takes
 * the bytes of all others away. Two locks prevent it:
 *
 * - the ArrayBuffer is marked as untransferable where `node:worker_threads` exists: a transfer list with it in
 *   throws a DataCloneError (Node 22 and later) or clones it (Node 20). From Node 24 on nothing detaches it.
 * - the methods `transfer`, `transferToFixedLength` and `transferToImmutable` are hidden by own properties that
 *   throw, as up to Node 22 the mark does not hold for them.
 *
 * What gets past both: `ArrayBuffer.prototype.transfer.call(buffer)` on Node 22, and on Node 20 and 22 byte
 * streams of the web API, which detach what is enqueued or read into. On other runtimes, where there is no mark,
 * also transfer lists.
 */
/// <reference types="node" />

/** The bytes of one chunk, or of one block that is larger. Zeroed at first; the runtime commits pages as they are touched. */
export class Memory {
  readonly buffer: ArrayBuffer;
  /** All of `buffer`: a Buffer where there is such a class. */
  readonly bytes: Uint8Array;
  /** All of `buffer`. */
  readonly view: DataView;
  readonly byteLength: number;

  /** @param buffer belongs to this object from now on */
  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.bytes = typeof Buffer === 'undefined' ? new Uint8Array(buffer) : Buffer.from(buffer);
    this.view = new DataView(buffer);
    this.byteLength = buffer.byteLength;
  }
}

/**
 * Takes memory from the runtime.
 *
 * @param bytes a non-negative integer
 * @returns zeroed memory that cannot be transferred
 * @throws RangeError where the runtime has no more
 */
export function createMemory(bytes: number): Memory {
  const buffer = new ArrayBuffer(bytes);
  markAsUntransferable?.(buffer);
  Object.defineProperties(buffer, LOCKED);
  return new Memory(buffer);
}

const markAsUntransferable = findMark();

/** Node's mark, without an import: this file runs where there is no Node. */
function findMark(): ((buffer: ArrayBuffer) => void) | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.('node:worker_threads')?.markAsUntransferable;
  } catch {
    return undefined;
  }
}

const LOCKED: PropertyDescriptorMap = Object.fromEntries(
  ['transfer', 'transferToFixedLength', 'transferToImmutable'].map((method) => [
    method,
    {
      value: (): never => {
        throw new TypeError(
          `Cannot ${method} the memory of pooled buffers as other buffers live in it: copy it`,
        );
      },
    },
  ]),
);
