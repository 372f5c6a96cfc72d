/**
 * A file copied through pooled blocks, several at a time, and compared byte for byte.
 *
 * Shows: four copiers share the file, each with one block of 64 KiB that it takes in a scope; `maxBytes` bounds the
 * memory of all, however large the file. A disk that fails half-way leaves no block behind: each copier's scope
 * ends when its own last read or write has ended, so that no block goes back while the system still writes into it.
 *
 * Do it when bytes are looked at on their way: a checksum, an encryption, a filter. Do not just to copy: `copyFile`
 * of `node:fs` has the system do it without bringing the bytes into the process.
 */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByteBuf, ByteBufAllocator, scope } from 'rockpool';

const FILE_BYTES = 8 * 1024 * 1024 + 12_345;
const BLOCK_BYTES = 64 * 1024;
const COPIERS = 4;

const KiB = 1024;

/** One chunk and not a byte more: the whole copy has to do with it. */
const blocks = new ByteBufAllocator({ name: 'blocks', chunkBytes: 512 * KiB, maxBytes: 512 * KiB });

interface Copied {
  bytes: number;
  mostBytesHeld: number;
}

/** Fills a block from `position` on, as far as the file goes. */
async function fill(block: ByteBuf, source: FileHandle, position: number): Promise<ByteBuf> {
  const view = block.clear().toBuffer(0, BLOCK_BYTES);
  let filled = 0;
  while (filled < BLOCK_BYTES) {
    const { bytesRead } = await source.read(view, filled, BLOCK_BYTES - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return block.setIndex(0, filled);
}

/** Writes what is readable. */
async function drain(block: ByteBuf, target: FileHandle, position: number): Promise<void> {
  const start = position - block.readerIndex;
  while (block.isReadable()) {
    const { bytesWritten } = await target.write(
      block.toBuffer(),
      0,
      block.readableBytes,
      start + block.readerIndex,
    );
    block.skipBytes(bytesWritten);
  }
}

/**
 * Copies, with a look at each block on its way.
 *
 * @param inspect sees a block between reading and writing; it stays the copier's
 */
async function copy(
  source: FileHandle,
  target: FileHandle,
  inspect: (block: ByteBuf) => void,
): Promise<Copied> {
  const copied: Copied = { bytes: 0, mostBytesHeld: 0 };
  let next = 0;
  const copier = (): Promise<void> =>
    scope.async(async (defer) => {
      const block = defer.use(blocks.buffer(BLOCK_BYTES, BLOCK_BYTES));
      copied.mostBytesHeld = Math.max(copied.mostBytesHeld, blocks.stats().activeBytes);
      for (;;) {
        const position = next;
        next += BLOCK_BYTES;
        const { readableBytes } = await fill(block, source, position);
        if (readableBytes === 0) return;
        inspect(block);
        await drain(block, target, position);
        copied.bytes += readableBytes;
      }
    });
  const ends = await Promise.allSettled(Array.from({ length: COPIERS }, copier)); // all, also when one fails
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return copied;
}

/** Whether two files have the same bytes; two blocks at a time. */
function sameBytes(a: FileHandle, b: FileHandle): Promise<boolean> {
  return scope.async(async (defer) => {
    const [left, right] = [defer.use(blocks.buffer(BLOCK_BYTES)), defer.use(blocks.buffer(BLOCK_BYTES))];
    for (let position = 0; ; position += BLOCK_BYTES) {
      await fill(left, a, position);
      await fill(right, b, position);
      if (!left.equals(right)) return false;
      if (!left.isReadable()) return true;
    }
  });
}

/** Numbers that look random and are the same in each run. */
function noise(bytes: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

await scope.async(async (defer) => {
  const folder = await mkdtemp(join(tmpdir(), 'rockpool-example-'));
  defer(rm, folder, { recursive: true });
  const source = defer.use(await open(join(folder, 'source'), 'w+'));
  const target = defer.use(await open(join(folder, 'target'), 'w+'));
  await source.writeFile(noise(FILE_BYTES));

  const seen = { blocks: 0 };
  const copied = await copy(source, target, () => seen.blocks++);
  console.log(`bytes of the file:        ${FILE_BYTES}`);
  console.log(`bytes copied:             ${copied.bytes} in ${seen.blocks} blocks`);
  console.log(`alike byte for byte:      ${await sameBytes(source, target)}`);
  await target.write(Uint8Array.of(1), 0, 1, FILE_BYTES - 1);
  console.log(`alike after one changed:  ${await sameBytes(source, target)}`);
  console.log(`most bytes held at once:  ${copied.mostBytesHeld / KiB} KiB`);

  let left = 10;
  const failing = copy(source, target, () => {
    if (left-- === 0) throw new Error('no space left on device');
  });
  console.log(`a copy that fails:        ${await failing.catch((error: Error) => error.message)}`);
});

const { allocations, hits, activeBuffers, reservedBytes } = blocks.stats();
console.log(`blocks taken:             ${allocations}, of which used before ${hits}`);
console.log(`blocks not given back:    ${activeBuffers}`);
console.log(`memory held:              ${reservedBytes / KiB} KiB`);
