/// <reference types="node" preserve="true" />
/**
 * `readFileBlocks`: a file as pooled blocks, in a `for await`.
 *
 *     body of the loop    │ block 0      │ block 1      │ block 2      │
 *     reads        block 0│ block 1 ░░   │ block 2 ░░   │ end          │      one ahead, never two
 *
 * So two blocks are all the memory, however large the file and slow the loop. A block that is being read into is not
 * given back before the read has ended, whatever ended the loop: the system would write into somebody else's.
 *
 * Why 256 KiB a block: a read costs a hop to another thread and back, as much as copying 100 KiB. Of a file in the page cache
 * 64 KiB a block give 1.3 GiB a second, 256 KiB 4, and 512 KiB 5.6, but those take whole chunks of the allocator
 * (Node 20.20, 2-core AMD EPYC; `npm run bench -- file-read` has it next to `createReadStream`).
 */

import type { FileHandle } from 'node:fs/promises';
import type { Allocator } from '../buffer/allocator.ts';
import type { ByteBuf } from '../buffer/byte-buf.ts';
import { ArgumentTypeError } from '../internal/errors.ts';
import { expectInteger, type OptionSite, OptionTypeError, readOptions } from '../internal/options.ts';
import { handleFile, isHandle, type OpenFile, openFile } from './open-file.ts';
import { expectAllocator } from './socket-writer-options.ts';

/** Options of {@link readFileBlocks}. */
export interface ReadFileBlocksOptions {
  /** Where blocks come from. Default `ByteBufAllocator.default`. */
  readonly allocator?: Allocator;
  /** Bytes of a block; the last one has fewer. 1 to 2^30; default 256 KiB. */
  readonly blockBytes?: number;
  /** The first byte, from 0. Default: where the handle is; the beginning of a path. */
  readonly start?: number;
  /** The last byte, included, as in `fs.createReadStream`. Default: the end of the file. */
  readonly end?: number;
  /** Ends the loop with its reason, at the next block. */
  readonly signal?: AbortSignal;
}

interface Plan {
  readonly allocator: Allocator;
  readonly blockBytes: number;
  readonly start: number | undefined;
  readonly end: number;
  readonly signal: AbortSignal | undefined;
}

const SITE: OptionSite = { action: 'read file' };

/**
 * The blocks of a file, in order. Each is lent for the body of the loop and released when that is left: `retain()` it to
 * keep it, and do not release it otherwise. Leaving the loop early waits for the read at work, then releases all.
 *
 * A path is opened when the first block is asked for, and closed at the end, whatever that is; a `FileHandle` stays
 * open, as it is its owner's. What is no file but can be read, such as a pipe, gives blocks as they come.
 *
 * Cost: one read of the system and some ten promises a block. Memory: two blocks, and those that were retained.
 *
 * @param source a path, or a handle that is open for reading
 * @throws {ArgumentTypeError} `ERR_ROCKPOOL_ARGUMENT_TYPE` @throws {OptionTypeError} @throws {OptionRangeError}
 * @throws {UnknownOptionError} at the call; from the loop: the errors of the file system, and the reason of `signal`
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { mkdtemp, rm, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readFileBlocks } from 'rockpool';
 *
 * const folder = await mkdtemp(join(tmpdir(), 'blocks-'));
 * const path = join(folder, 'numbers');
 * await writeFile(path, Uint8Array.from({ length: 1000 }, (_, i) => i & 255));
 * const sizes: number[] = [];
 * for await (const block of readFileBlocks(path, { blockBytes: 300 })) sizes.push(block.readableBytes);
 * assert.deepEqual(sizes, [300, 300, 300, 100]);
 * await rm(folder, { recursive: true });
 * ```
 */
export function readFileBlocks(
  source: string | URL | FileHandle,
  options: ReadFileBlocksOptions = {},
): AsyncIterableIterator<ByteBuf, undefined> {
  const plan = readPlan(options);
  if (!isHandle(source) && typeof source !== 'string' && !(source instanceof URL)) {
    throw new ArgumentTypeError(SITE.action, 'source', 'a path or a FileHandle', source);
  }
  return blocksOf(source, plan);
}

async function* blocksOf(source: string | URL | FileHandle, plan: Plan): AsyncGenerator<ByteBuf, undefined> {
  const { signal } = plan;
  signal?.throwIfAborted();
  const file = isHandle(source) ? handleFile(source) : await openFile(source);
  try {
    const reader = new BlockReader(file, plan);
    let ahead = reader.next();
    try {
      for (;;) {
        const block = await ahead;
        if (block === undefined) return;
        ahead = reader.next();
        ahead.catch(() => {}); // its rejection is looked at when its turn comes
        try {
          signal?.throwIfAborted();
          yield block;
        } finally {
          block.release();
        }
      }
    } finally {
      const unread = await ahead.catch(() => undefined);
      unread?.release();
    }
  } finally {
    await file.close();
  }
}

/** Reads one block after the other. */
class BlockReader {
  readonly #file: OpenFile;
  readonly #plan: Plan;
  #position: number | undefined;
  #left: number;

  constructor(file: OpenFile, plan: Plan) {
    this.#file = file;
    this.#plan = plan;
    this.#position = plan.start;
    this.#left = plan.end - (plan.start ?? 0) + 1;
  }

  /** The next block, which is the caller's; undefined at the end. */
  next(): Promise<ByteBuf | undefined> {
    return new Promise((resolve, reject) => {
      const wanted = Math.min(this.#plan.blockBytes, this.#left);
      if (wanted <= 0) return resolve(undefined);
      const block = this.#plan.allocator.buffer(wanted, wanted);
      this.#file.read(block.toBuffer(0, wanted), this.#position ?? null, (error, bytes) => {
        if (error != null || bytes === 0) {
          block.release();
          return error == null ? resolve(undefined) : reject(error);
        }
        block.writerIndex = bytes;
        this.#left -= bytes;
        if (this.#position !== undefined) this.#position += bytes;
        resolve(block);
      });
    });
  }
}

function readPlan(options: ReadFileBlocksOptions): Plan {
  const given = readOptions(SITE, options, ['allocator', 'blockBytes', 'start', 'end', 'signal']);
  const most = Number.MAX_SAFE_INTEGER - 1;
  const start = given.start === undefined ? undefined : expectInteger(SITE, 'start', given.start, 0, most, 0);
  if (given.signal !== undefined && typeof given.signal?.throwIfAborted !== 'function') {
    throw new OptionTypeError(SITE, 'signal', 'an AbortSignal', given.signal);
  }
  return {
    allocator: expectAllocator(SITE, given.allocator),
    blockBytes: expectInteger(SITE, 'blockBytes', given.blockBytes, 1, 2 ** 30, 256 * 1024),
    start: start ?? (given.end === undefined ? undefined : 0),
    end: expectInteger(SITE, 'end', given.end, start ?? 0, most, most),
    signal: given.signal,
  };
}
