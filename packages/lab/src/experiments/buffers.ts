/**
 * Fresh byte buffers against pooled ones: what an allocation and a release cost, by size, by how many are held, and
 * by what is done with the bytes.
 *
 * Each question is put twice, one after the other:
 * - one byte is written and read: the price of the buffer itself, and the most that pooling can save;
 * - all bytes are written and read: what is left of it beside work that a program has at any rate.
 *
 * One buffer at a time lets the allocators use the same memory again at once. With 32 or 1024 held, in a ring in which
 * each takes the place of the oldest, buffers live through collections, as they do in a server.
 */
import { type Allocator, ByteBufAllocator, unpooled } from 'rockpool';
import type { Case, Comparison, Experiment, LoopWorkload } from '../experiment.ts';
import { seededRandom } from '../frames/seeded-random.ts';

const KIB = 1024;
const SEED = 20_231_114;
/** Sizes in a row, used in turn. A power of two. */
const ROW = 1024;

/** What is asked for: always the same, or a mix. */
interface Sizes {
  readonly id: string;
  readonly title: string;
  /** Bytes of the `ROW` buffers that are taken in turn. */
  readonly row: () => readonly number[];
}

const SINGLE: readonly Sizes[] = [
  same('64b', '64 B', 64),
  same('1kib', '1 KiB', KIB),
  same('4kib', '4 KiB', 4 * KIB),
  same('64kib', '64 KiB', 64 * KIB),
  same('1mib', '1 MiB', KIB * KIB),
];
const HELD: readonly (readonly [Sizes, number])[] = [
  [same('1kib', '1 KiB', KIB), 32],
  [same('1kib', '1 KiB', KIB), 1024],
  ...[1, 32, 1024].map((depth) => [{ id: 'mixed', title: '64 B to 64 KiB', row: mixed }, depth] as const),
];

/** How a workload gets bytes, uses them and lets go of them. */
interface Source<T> {
  readonly take: (bytes: number) => T;
  readonly touch: (item: T, i: number) => number;
  /** Writes all of `source`, which is as long as the item, and reads it back into the longer or equal `target`. */
  readonly fill: (item: T, source: Uint8Array, target: Uint8Array) => void;
  readonly drop: (item: T) => void;
}

type Drive = <T>(source: Source<T>) => LoopWorkload;

/** The experiment. */
export const buffers: Experiment = {
  name: 'buffers',
  summary: 'fresh byte buffers against ByteBuf: sizes, mixes, held depth, filled or hardly used',
  secondsPerCase: 1.5,
  notes: [
    'Buffer.alloc gives zeroed memory; the others give what was there before.',
    'Buffer.allocUnsafe cuts up to 4 KiB from a shared block of 8 KiB, which stays while any piece of it is held.',
    'unpooled is the same ByteBuf over Buffer.allocUnsafe: what the wrapping alone costs.',
    'One byte used shows the allocation alone. Where all bytes are written and read, the larger the buffer, the less ' +
      'its allocation matters: judge by what your program does.',
  ],
  comparisons: [
    ...SINGLE.flatMap((sizes) => compareBoth(sizes, 1)),
    ...HELD.flatMap(([sizes, depth]) => compareBoth(sizes, depth)),
  ],
};

function same(id: string, title: string, bytes: number): Sizes {
  return { id, title, row: () => new Array<number>(ROW).fill(bytes) };
}

/** Log-uniform: as many from 64 to 128 bytes as from 32 to 64 KiB. */
function mixed(): readonly number[] {
  const random = seededRandom(SEED);
  return Array.from({ length: ROW }, () => Math.round(64 * 2 ** (random() * 10)));
}

function compareBoth(sizes: Sizes, depth: number): Comparison[] {
  return [false, true].map((filled) => {
    const id = `${sizes.id}-${depth === 1 ? '' : `${depth}-`}${filled ? 'filled' : 'touched'}`;
    const held = depth === 1 ? '' : `${depth.toLocaleString('en')} held, `;
    const title = `${sizes.title}, ${held}${filled ? 'filled and read' : 'one byte used'}`;
    return compare(id, title, (source) => workload(source, sizes.row(), depth, filled));
  });
}

function compare(id: string, title: string, drive: Drive): Comparison {
  return {
    id,
    title,
    operation: 'buffer',
    baseline: 'alloc-unsafe',
    pooled: ['pooled'],
    cases: [
      nodeCase('alloc-unsafe', 'allocUnsafe', (bytes) => Buffer.allocUnsafe(bytes), drive),
      nodeCase('alloc', 'Buffer.alloc', (bytes) => Buffer.alloc(bytes), drive),
      byteBufCase('unpooled', 'unpooled', () => unpooled, drive),
      byteBufCase('pooled', 'ByteBuf', () => new ByteBufAllocator({ name: 'lab' }), drive),
    ],
    pairs: [{ variant: 'pooled', baseline: 'alloc' }],
  };
}

function nodeCase(id: string, title: string, take: (bytes: number) => Buffer, drive: Drive): Case {
  return {
    id,
    title,
    prepare: () =>
      drive<Buffer>({
        take,
        touch(buffer, i) {
          buffer[0] = i;
          return buffer[0] as number;
        },
        fill(buffer, source, target) {
          buffer.set(source);
          target.set(buffer);
        },
        drop() {},
      }),
  };
}

function byteBufCase(id: string, title: string, allocator: () => Allocator, drive: Drive): Case {
  return {
    id,
    title,
    prepare: () => {
      const from = allocator();
      return drive({
        take: (bytes) => from.buffer(bytes),
        touch: (buf, i) => buf.setUInt8(0, i & 255).getUInt8(0),
        fill: (buf, source, target) => {
          buf.setBytes(0, source).getBytes(0, target, 0, source.length);
        },
        drop: (buf) => void buf.release(),
      });
    },
  };
}

function workload<T>(
  source: Source<T>,
  row: readonly number[],
  depth: number,
  filled: boolean,
): LoopWorkload {
  const use = filled ? filling(source, row) : source.touch;
  const run = depth === 1 ? oneByOne(source, row, use) : inRing(source, row, use, depth);
  return {
    kind: 'loop',
    payloadBytes: row.reduce((sum, bytes) => sum + bytes, 0) / ROW,
    verify: () => verifyBytes(source, row[0] as number),
    run,
  };
}

/** Each source is a view of its own, made beforehand, as is data that has come in. */
function filling<T>({ fill }: Source<T>, row: readonly number[]): (item: T, i: number) => number {
  const bytes = new Uint8Array(Math.max(...row));
  const target = new Uint8Array(bytes.length);
  const sources = row.map((size) => bytes.subarray(0, size));
  return (item, i) => {
    const source = sources[i & (ROW - 1)] as Uint8Array;
    const last = source.length - 1;
    source[last] = i;
    fill(item, source, target);
    return target[last] as number;
  };
}

function oneByOne<T>(
  { take, drop }: Source<T>,
  row: readonly number[],
  use: (item: T, i: number) => number,
): (count: number) => number {
  const holder: { item: T | undefined } = { item: undefined };
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const item = take(row[i & (ROW - 1)] as number);
      holder.item = item;
      sum = (sum + use(item, i)) | 0;
      drop(item);
    }
    return sum;
  };
}

/** `depth` at a time, and one more while the oldest is replaced. A power of two. */
function inRing<T>(
  { take, drop }: Source<T>,
  row: readonly number[],
  use: (item: T, i: number) => number,
  depth: number,
): (count: number) => number {
  const ring = Array.from({ length: depth }, (_, i) => take(row[i & (ROW - 1)] as number));
  let next = 0;
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const item = take(row[next & (ROW - 1)] as number);
      sum = (sum + use(item, next)) | 0;
      drop(ring[next & (depth - 1)] as T);
      ring[next & (depth - 1)] = item;
      next = (next + 1) & 0x3fffffff;
    }
    return sum;
  };
}

/**
 * Proves that what is written comes back.
 *
 * @throws {Error} it does not
 */
function verifyBytes<T>({ take, fill, drop }: Source<T>, bytes: number): void {
  const source = new Uint8Array(bytes).fill(7);
  const target = new Uint8Array(bytes);
  const item = take(bytes);
  fill(item, source, target);
  drop(item);
  if (target.some((byte) => byte !== 7)) throw new Error(`Cannot measure as ${bytes} bytes do not come back`);
}
