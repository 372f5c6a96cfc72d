/** Files as pooled blocks: every range, every way out, and no block that the system still writes into. */
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ByteBuf, ByteBufAllocator } from '../../src/buffer/index.ts';
import { FixedLengthFrameDecoder, frames, readFileBlocks } from '../../src/codec/index.ts';
import { OptionRangeError, OptionTypeError, UnknownOptionError } from '../../src/internal/options.ts';
import { expectNothingOut, paranoidAllocator } from './loopback.ts';

const CONTENT = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rockpool-blocks-'));
  path = join(folder, 'content');
  await writeFile(path, CONTENT);
});
afterAll(() => rm(folder, { recursive: true }));

let allocator: ByteBufAllocator;
beforeEach(() => {
  allocator = paranoidAllocator();
});
afterEach(() => expectNothingOut(allocator));

async function contentOf(blocks: AsyncIterable<ByteBuf>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const block of blocks) parts.push(Buffer.from(block.toBuffer()));
  return Buffer.concat(parts);
}

it('gives every byte of any range, in blocks of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 500, max: 200_000 }),
      fc.option(fc.integer({ min: 0, max: 110_000 }), { nil: undefined }),
      fc.option(fc.integer({ min: 0, max: 110_000 }), { nil: undefined }),
      async (blockBytes, start, length) => {
        const end = length === undefined ? undefined : (start ?? 0) + length;
        const range = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
        const got = await contentOf(readFileBlocks(path, { allocator, blockBytes, ...range }));
        expect(got.equals(CONTENT.subarray(start ?? 0, end === undefined ? undefined : end + 1))).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});

it('holds two blocks, however slow the loop is', async () => {
  let most = 0;
  for await (const block of readFileBlocks(path, { allocator, blockBytes: 5000 })) {
    expect(block.refCnt).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    most = Math.max(most, allocator.stats().activeBuffers);
  }
  expect(most).toBe(2);
});

it('reads by a URL, and leaves a handle open where it is', async () => {
  expect((await contentOf(readFileBlocks(pathToFileURL(path), { allocator }))).equals(CONTENT)).toBe(true);
  const file = await open(path);
  await file.read(Buffer.alloc(10), 0, 10, null);
  expect((await contentOf(readFileBlocks(file, { allocator }))).equals(CONTENT.subarray(10))).toBe(true);
  expect((await contentOf(readFileBlocks(file, { allocator, start: 5, end: 5 })))[0]).toBe(CONTENT[5]);
  expect(file.fd).toBeGreaterThan(0);
  await file.close();
});

it('leaves retained blocks to who retained them', async () => {
  const kept: ByteBuf[] = [];
  for await (const block of readFileBlocks(path, { allocator, blockBytes: 40_000 }))
    kept.push(block.retain());
  expect(Buffer.concat(kept.map((block) => block.toBuffer())).equals(CONTENT)).toBe(true);
  for (const block of kept) expect(block.release()).toBe(true);
});

/** A handle whose reads end when they are told to. */
function slowHandle(): { handle: FileHandle; finish(error?: Error): void; reads: () => number } {
  const open: ((error?: Error) => void)[] = [];
  let reads = 0;
  const handle = {
    fd: 99,
    read: (view: Buffer) =>
      new Promise((resolve, reject) => {
        reads++;
        open.push((error) => {
          if (error !== undefined) return reject(error);
          view.fill(7);
          resolve({ bytesRead: view.length });
        });
      }),
  };
  return {
    handle: handle as unknown as FileHandle,
    finish: (error) => open.shift()?.(error),
    reads: () => reads,
  };
}

describe('ending early', () => {
  it.each(['break', 'throw'] as const)('by %s closes the file and releases all', async (how) => {
    const cause = new Error('enough');
    const loop = async (): Promise<void> => {
      for await (const _ of readFileBlocks(path, { allocator, blockBytes: 1000 })) {
        if (how === 'break') break;
        throw cause;
      }
    };
    if (how === 'throw') await expect(loop()).rejects.toBe(cause);
    else await loop();
  });

  it('waits for the read at work before its block is given back', async () => {
    const { handle, finish } = slowHandle();
    const blocks = readFileBlocks(handle, { allocator, blockBytes: 100 });
    const first = blocks.next();
    finish();
    expect((await first).value?.readableBytes).toBe(100);
    let over = false;
    const ended = blocks.return?.().then(() => {
      over = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([over, allocator.stats().activeBuffers]).toEqual([false, 1]);
    finish(); // writes into the block, which a paranoid allocator would notice after a release
    await ended;
  });

  it('tells an error of the read ahead when its turn comes', async () => {
    const { handle, finish, reads } = slowHandle();
    const blocks = readFileBlocks(handle, { allocator, blockBytes: 100 });
    const first = blocks.next();
    finish();
    await first;
    expect(reads()).toBe(2);
    const cause = new Error('bad sector');
    finish(cause);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(blocks.next()).rejects.toBe(cause);
    expect(await blocks.next()).toEqual({ done: true, value: undefined });
  });

  it('by a signal tells its reason at the next block', async () => {
    const controller = new AbortController();
    const reason = new Error('no longer');
    let count = 0;
    const loop = async (): Promise<void> => {
      for await (const _ of readFileBlocks(path, { allocator, blockBytes: 100, signal: controller.signal })) {
        if (++count === 3) controller.abort(reason);
      }
    };
    await expect(loop()).rejects.toBe(reason);
    expect(count).toBe(3);
    await expect(readFileBlocks(path, { signal: controller.signal }).next()).rejects.toBe(reason);
  });

  it('before the first block opens nothing', async () => {
    const blocks = readFileBlocks(join(folder, 'missing'), { allocator });
    expect(await blocks.return?.()).toEqual({ done: true, value: undefined });
  });

  it('with no such file says so', async () => {
    await expect(readFileBlocks(join(folder, 'missing'), { allocator }).next()).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

it('feeds a decoder', async () => {
  const decoder = new FixedLengthFrameDecoder({ allocator, length: 1000 });
  const parts: Buffer[] = [];
  for await (const frame of frames(readFileBlocks(path, { allocator, blockBytes: 7777 }), decoder)) {
    parts.push(Buffer.from(frame.toBuffer()));
  }
  expect(parts.length).toBe(100);
  expect(Buffer.concat(parts).equals(CONTENT)).toBe(true);
});

it.each([
  [{ blockBytes: 0 }, OptionRangeError, 'blockBytes'],
  [{ start: -1 }, OptionRangeError, 'start'],
  [{ start: 5, end: 4 }, OptionRangeError, 'end'],
  [{ signal: 1 }, OptionTypeError, 'signal'],
  [{ allocator: 1 }, OptionTypeError, 'allocator'],
  [{ highWaterMark: 1 }, UnknownOptionError, 'highWaterMark'],
])('refuses the options %o', (options, type, option) => {
  try {
    readFileBlocks(path, options as never);
  } catch (error) {
    expect(error).toBeInstanceOf(type);
    expect((error as OptionRangeError).option).toBe(option);
    return;
  }
  throw new Error('nothing was thrown');
});

it('refuses what is no file', () => {
  expect(() => readFileBlocks(7 as never)).toThrow(/'source' must be a path or a FileHandle: received 7/);
});
