/**
 * Fresh byte buffers against pooled ones: what an allocation and a release cost, by size, by how many are held, and
 * by what is done with the bytes.
 *
 * Three questions, each a group of comparisons:
 * - one buffer at a time, of which a byte is written and read: the price of the buffer itself;
 * - one buffer at a time, filled and read as a whole: what is left of the gain beside the work;
 * - sizes from 64 B to 64 KiB in a seeded mix, with 1, 32 or 1024 buffers held: what a server has in flight.
 */
import { type Allocator, ByteBufAllocator, unpooled } from 'rockpool';
import type { Case, Comparison, Experiment, LoopWorkload } from '../experiment.ts';
import { seededRandom } from '../frames/seeded-random.ts';

const KIB = 1024;
const SIZES: readonly { readonly id: string; readonly title: string; readonly bytes: number }[] = [
  { id: '64b', title: '64 B', bytes: 64 },
  { id: '1kib', title: '1 KiB', bytes: KIB },
  { id: '4kib', title: '4 KiB', bytes: 4 * KIB },
  { id: '64kib', title: '64 KiB', bytes: 64 * KIB },
  { id: '1mib', title: '1 MiB', bytes: KIB * KIB },
];
const DEPTHS = [1, 32, 1024] as const;
/** Sizes in the mix. A power of two. */
const MIX = 1024;
const SEED = 20_231_114;

/** How a workload gets bytes, uses them and lets go of them. */
interface Source<T> {
  readonly take: (bytes: number) => T;
  readonly touch: (item: T, i: number) => number;
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
    'unpooled is the same ByteBuf over Buffer.allocUnsafe: what the wrapping alone costs.',
    'Where all bytes are written and read, the larger the buffer, the less its allocation matters.',
  ],
  comparisons: [
    ...SIZES.map(({ id, title, bytes }) =>
      compare(`touched-${id}`, `${title}, one byte used`, (source) => hot(source, bytes, false)),
    ),
    ...SIZES.map(({ id, title, bytes }) =>
      compare(`filled-${id}`, `${title}, filled and read`, (source) => hot(source, bytes, true)),
    ),
    ...DEPTHS.map((depth) =>
      compare(`mixed-${depth}`, `64 B to 64 KiB mixed, ${depth} held`, (source) => held(source, depth)),
    ),
  ],
};

function compare(id: string, title: string, drive: Drive): Comparison {
  return {
    id,
    title: `Buffers: ${title}`,
    operation: 'buffer',
    baseline: 'alloc-unsafe',
    pooled: ['pooled'],
    cases: [
      nodeCase('alloc-unsafe', 'Buffer.allocUnsafe', (bytes) => Buffer.allocUnsafe(bytes), drive),
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
          buf.setBytes(0, source).getBytes(0, target);
        },
        drop: (buf) => void buf.release(),
      });
    },
  };
}

/** One buffer at a time. */
function hot<T>({ take, touch, fill, drop }: Source<T>, bytes: number, filled: boolean): LoopWorkload {
  const source = new Uint8Array(bytes);
  const target = new Uint8Array(bytes);
  const holder: { item: T | undefined } = { item: undefined };
  const use = filled
    ? (item: T, i: number): number => {
        source[bytes - 1] = i;
        fill(item, source, target);
        return target[bytes - 1] as number;
      }
    : touch;
  return {
    kind: 'loop',
    payloadBytes: bytes,
    verify() {
      const item = take(bytes);
      source.fill(7);
      fill(item, source, target);
      drop(item);
      if (target.some((byte) => byte !== 7))
        throw new Error(`Cannot measure as ${bytes} bytes do not come back`);
    },
    run(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const item = take(bytes);
        holder.item = item;
        sum = (sum + use(item, i)) | 0;
        drop(item);
      }
      return sum;
    },
  };
}

/** So many buffers at once, in a ring: each takes the place of the oldest. */
function held<T>({ take, touch, drop }: Source<T>, depth: number): LoopWorkload {
  const sizes = mixedSizes();
  const ring = Array.from({ length: depth }, (_, i) => take(sizes[i & (MIX - 1)] as number));
  let next = 0;
  return {
    kind: 'loop',
    payloadBytes: sizes.reduce((sum, bytes) => sum + bytes, 0) / MIX,
    run(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const at = next % depth;
        const item = take(sizes[next & (MIX - 1)] as number);
        sum = (sum + touch(item, i)) | 0;
        drop(ring[at] as T);
        ring[at] = item;
        next = (next + 1) & 0x3fffffff;
      }
      return sum;
    },
  };
}

/** Log-uniform: as many from 64 to 128 bytes as from 32 to 64 KiB. */
function mixedSizes(): readonly number[] {
  const random = seededRandom(SEED);
  return Array.from({ length: MIX }, () => Math.round(64 * 2 ** (random() * 10)));
}
