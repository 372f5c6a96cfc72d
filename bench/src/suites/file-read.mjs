// @ts-check
/** A file, block by block: pooled blocks, and a stream's. */
import { createReadStream, rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIB = 2 ** 20;
const FILE_MIB = 32;
const CASES = [
  ['64 KiB', 65_536],
  ['256 KiB', 262_144],
  ['512 KiB', 524_288],
];

/** Looks at a byte of every cache line. @param {Uint8Array} bytes */
function look(bytes) {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 64) sum = (sum + /** @type {number} */ (bytes[i])) | 0;
  return sum;
}

/** @type {(path: string, bytes: number) => Promise<number>} */
const byStream = async (path, bytes) => {
  let sum = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: bytes })) sum = (sum + look(chunk)) | 0;
  return sum;
};

/** @returns {Promise<(path: string, bytes: number) => Promise<number>>} */
const loadBlocks = async () => {
  const { readFileBlocks } = await import('rockpool');
  return async (path, bytes) => {
    let sum = 0;
    for await (const block of readFileBlocks(path, { blockBytes: bytes }))
      sum = (sum + look(block.toBuffer())) | 0;
    return sum;
  };
};

/**
 * @param {string} id
 * @param {string} label
 * @param {() => Promise<(path: string, bytes: number) => Promise<number>>} load
 * @returns {import('../types.d.ts').JsContender[]}
 */
const contender = (id, label, load) =>
  CASES.map(([name, bytes]) => ({
    kind: 'js',
    id,
    label,
    case: String(name),
    prepare: async () => {
      const read = await load();
      const folder = await mkdtemp(join(tmpdir(), 'rockpool-bench-'));
      const path = join(folder, 'file');
      await writeFile(path, Buffer.alloc(FILE_MIB * MIB, 7));
      const expected = (FILE_MIB * MIB * 7) / 64;
      process.once('exit', () => rmSync(folder, { recursive: true }));
      /** @type {NodeJS.CpuUsage | undefined} */
      let since;
      let files = 0;
      return {
        run: async (iterations) => {
          since ??= process.cpuUsage();
          for (let i = 0; i < iterations; i++) {
            const sum = await read(path, Number(bytes));
            if (sum !== expected) throw new Error(`read ${sum} instead of ${expected}`);
          }
          files += iterations;
          return files;
        },
        figures: () => {
          const { user, system } = process.cpuUsage(since);
          return { 'CPU µs/MiB': (user + system) / (files * FILE_MIB) };
        },
      };
    },
  }));

/** @type {import('../types.d.ts').Suite} */
export const suite = {
  name: 'file-read',
  title: 'A file, block by block',
  about:
    'A file of 32 MiB in the page cache, read as a whole by `for await`; a byte of every cache line is looked at. The cases are the bytes of a block: `createReadStream` has 64 KiB unless told otherwise, `readFileBlocks` 256 KiB.',
  unit: 'MiB',
  iterations: 1,
  operations: FILE_MIB,
  timing: { warmMs: 300, sampleMs: 60, samples: 9 },
  cases: CASES.map(([name]) => String(name)),
  contenders: [
    ...contender('stream', 'fs.createReadStream', async () => byStream),
    ...contender('blocks', 'readFileBlocks', loadBlocks),
  ],
  baselines: ['stream'],
  targets: [{ contender: 'blocks', baseline: 'stream', atMost: 0.8, over: 'mean' }],
};
