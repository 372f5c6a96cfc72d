/**
 * Fresh buffers against one pooled buffer, from 64 bytes to 1 MiB. Each operation takes a buffer, writes three
 * bytes and lets it go.
 *
 * `Buffer.alloc` and `new Uint8Array` give zeroed memory; the fair counterpart is the pool whose `reset` fills
 * with zeros. `Buffer.allocUnsafe` does not; its counterpart is the plain pool.
 */
import { Pool } from 'rockpool';
import type { Comparison, Experiment } from '../experiment.ts';
import { freshLoop, pooledLoop } from './loops.ts';

const KIB = 1024;
const SIZES: readonly { readonly id: string; readonly title: string; readonly bytes: number }[] = [
  { id: '64b', title: '64 B', bytes: 64 },
  { id: '1kib', title: '1 KiB', bytes: KIB },
  { id: '4kib', title: '4 KiB', bytes: 4 * KIB },
  { id: '64kib', title: '64 KiB', bytes: 64 * KIB },
  { id: '1mib', title: '1 MiB', bytes: KIB * KIB },
];

/** The experiment. */
export const reuse: Experiment = {
  name: 'reuse',
  summary: 'fresh buffers against a pooled one, 64 B to 1 MiB',
  secondsPerCase: 2.5,
  notes: [
    'Each operation takes a buffer, writes three bytes and lets it go.',
    'Zeroed counterparts: Buffer.alloc and new Uint8Array with the zeroed pool; allocUnsafe with the plain one.',
  ],
  comparisons: SIZES.map(({ id, title, bytes }) => compareSize(id, title, bytes)),
};

function compareSize(id: string, title: string, bytes: number): Comparison {
  return {
    id,
    title: `Buffers of ${title}`,
    operation: 'buffer',
    baseline: 'alloc',
    pooled: ['pooled', 'pooled-zeroed'],
    ...(bytes === KIB && { notes: ['Often quoted for 1 KiB: 185 ns fresh, 67 ns pooled: 2.76×.'] }),
    cases: [
      { id: 'alloc', title: 'Buffer.alloc', prepare: () => freshLoop(() => Buffer.alloc(bytes), touch) },
      {
        id: 'alloc-unsafe',
        title: 'Buffer.allocUnsafe',
        prepare: () => freshLoop(() => Buffer.allocUnsafe(bytes), touch),
      },
      {
        id: 'uint8array',
        title: 'new Uint8Array',
        prepare: () => freshLoop(() => new Uint8Array(bytes), touch),
      },
      {
        id: 'pooled',
        title: 'Pool',
        prepare: () => pooledLoop(new Pool({ create: () => Buffer.alloc(bytes) }), touch),
      },
      {
        id: 'pooled-zeroed',
        title: 'Pool, zeroed',
        prepare: () =>
          pooledLoop(new Pool({ create: () => Buffer.alloc(bytes), reset: (b) => void b.fill(0) }), touch),
      },
    ],
    pairs: [
      { variant: 'pooled', baseline: 'alloc-unsafe' },
      { variant: 'pooled-zeroed', baseline: 'uint8array' },
    ],
  };
}

function touch(buffer: Uint8Array, i: number): number {
  const last = buffer.length - 1;
  buffer[0] = i;
  buffer[last >> 1] = i;
  buffer[last] = i;
  return buffer[0] as number;
}
