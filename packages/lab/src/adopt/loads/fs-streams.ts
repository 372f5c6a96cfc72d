/** Node's fs: a file of 64 MiB is read in blocks of 64 KiB, each of which is looked at. It lies in the page cache. */
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteBufAllocator } from 'rockpool';
import { readFileBlocks } from 'rockpool/codec';
import { seededRandom } from '../../frames/seeded-random.ts';
import type { AdoptLoad, Load } from '../adopt-load.ts';

const FILE_BYTES = 64 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;
const PART_BYTES = 1024 * 1024;
/** A look at every so many bytes: a cache line of each eighth one. */
const STEP = 512;

/** Reads the file from the beginning, and gives the sum of each block to `seen`, which says whether to go on. */
type Read = (path: string, seen: (sum: number) => boolean) => Promise<void>;

/** The load. */
export const fsStreams: AdoptLoad = {
  library: 'fs-streams',
  title: 'A file of 64 MiB, read in blocks of 64 KiB',
  operation: 'block',
  seam: 'createReadStream() takes no memory of others; fs.read() does, and readFileBlocks() stands on that.',
  adapter: 'rockpool/codec',
  plain: () =>
    side(async (path, seen) => {
      for await (const block of createReadStream(path, { highWaterMark: BLOCK_BYTES })) {
        if (!seen(blockSum(block))) break;
      }
    }),
  tuned: () => {
    const own = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    return side(async (path, seen) => {
      const file = await open(path);
      try {
        for (;;) {
          const { bytesRead } = await file.read(own, 0, BLOCK_BYTES);
          if (bytesRead === 0 || !seen(blockSum(own.subarray(0, bytesRead)))) return;
        }
      } finally {
        await file.close();
      }
    });
  },
  adopted: () => {
    const allocator = new ByteBufAllocator({ name: 'blocks' });
    return side(
      async (path, seen) => {
        for await (const block of readFileBlocks(path, { allocator, blockBytes: BLOCK_BYTES })) {
          if (!seen(blockSum(block.toBuffer()))) break;
        }
      },
      () => allocator.close(),
    );
  },
};

function blockSum(block: Buffer): number {
  let sum = block.length;
  for (let i = 0; i + 4 <= block.length; i += STEP) sum = (sum + block.readInt32LE(i)) | 0;
  return sum;
}

async function side(read: Read, end: () => void = () => {}): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), 'rockpool-blocks-'));
  const path = join(folder, 'file');
  await writeFile(path, makeParts());
  return {
    async run(operations) {
      let left = operations;
      let total = 0;
      while (left > 0) {
        await read(path, (sum) => {
          total = (total + sum) | 0;
          return --left > 0;
        });
      }
      return total;
    },
    async verify() {
      const whole = await readFile(path);
      let at = 0;
      await read(path, (sum) => {
        const block = whole.subarray(at, at + BLOCK_BYTES);
        if (blockSum(block) !== sum) throw new Error(`The block at ${at} differs`);
        at += block.length;
        return true;
      });
      if (at !== FILE_BYTES) throw new Error(`${at} bytes of ${FILE_BYTES} were read`);
    },
    async end() {
      end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The file, in parts that are one memory: this process is to have little of its own. */
function* makeParts(): Generator<Buffer> {
  const part = Buffer.allocUnsafeSlow(PART_BYTES);
  const random = seededRandom(5);
  for (let at = 0; at < FILE_BYTES; at += PART_BYTES) {
    for (let i = 0; i < PART_BYTES; i += 4) part.writeInt32LE((random() * 2 ** 31) | 0, i);
    yield part;
  }
}
