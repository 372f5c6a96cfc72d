/**
 * A log file read line by line, in the memory of a few blocks, and its times summed up without a string a line.
 *
 * Shows: `readFileBlocks` lends pooled blocks, a decoder of one's own makes records of them, whatever a block
 * cuts in two, and `frames` joins both. The decoder emits numbers, so that there is nothing to release.
 *
 * Do it for files that are large, or many. Do not for a file that is read once and fits: `readFile` is one line.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByteBuf, ByteBufAllocator, ByteToMessageDecoder, frames, readFileBlocks } from 'rockpool';

const LINES = 100_000;
const BLOCK_BYTES = 64 * 1024;

const allocator = new ByteBufAllocator({ name: 'log' });

/** The number of milliseconds at the end of every line: "GET /orders/17 200 48\n" is 48. */
class Milliseconds extends ByteToMessageDecoder<number> {
  protected override decode(input: ByteBuf, emit: (message: number) => void): void {
    const length = input.bytesBefore('\n');
    if (length < 0) return; // the rest of the line comes with the next block
    const end = input.readerIndex + length;
    let value = 0;
    let unit = 1;
    for (let at = end - 1; at >= input.readerIndex; at--) {
      const digit = input.getUInt8(at) - 48;
      if (digit < 0 || digit > 9) break;
      value += digit * unit;
      unit *= 10;
    }
    input.skipBytes(length + 1);
    emit(value);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'log-lines-'));
const path = join(folder, 'access.log');
const expected = { lines: LINES, sum: 0, slowest: 0 };
const text: string[] = [];
for (let i = 0; i < LINES; i++) {
  const took = (i * 7919) % 1009;
  text.push(`GET /orders/${i} 200 ${took}\n`);
  expected.sum += took;
  expected.slowest = Math.max(expected.slowest, took);
}
await writeFile(path, text.join(''));

const found = { lines: 0, sum: 0, slowest: 0 };
let mostBytes = 0;
const decoder = new Milliseconds({ allocator });
for await (const took of frames(readFileBlocks(path, { allocator, blockBytes: BLOCK_BYTES }), decoder)) {
  found.lines++;
  found.sum += took;
  found.slowest = Math.max(found.slowest, took);
  if (found.lines % 1000 === 0) mostBytes = Math.max(mostBytes, allocator.stats().activeBytes);
}
await rm(folder, { recursive: true });

console.log(`lines written:          ${expected.lines}`);
console.log(`lines read:             ${found.lines}`);
console.log(`sum as written:         ${found.sum === expected.sum ? 'yes' : 'no'}`);
console.log(`slowest as written:     ${found.slowest === expected.slowest ? 'yes' : 'no'}`);
console.log(`bytes of the file:      ${text.reduce((sum, line) => sum + line.length, 0)}`);
console.log(`most bytes held:        ${mostBytes}`);
console.log(`buffers not given back: ${allocator.stats().activeBuffers}`);
