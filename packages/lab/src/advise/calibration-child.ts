/**
 * Runs one calibration and answers by IPC: the site's own way to make bytes, at its own sizes, against a pool. In a
 * process of its own, so that the code of one job does not change the speed of the next.
 *
 * An operation makes one, writes all of it, and lets the oldest of those that are held go. Fresh and pooled run in turn;
 * each figure is the median of the rounds.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { type ByteBuf, ByteBufAllocator, Pool } from 'rockpool';
import { median } from '../statistics.ts';
import type { ArrayJob, BytesJob, Cost, Costs, Job, ObjectJob, WatchCosts } from './calibration-job.ts';

type Loop = (operations: number) => number;
type Bytes = Uint8Array;
type View = new (length: number) => ArrayBufferView;

const ROUNDS = 3;
const WARM_UP_MS = 40;
const ROUND_MS = 60;
/** Operations between two looks at the clock; large ones take some 20 µs each. */
const BATCH = 64;

let pauses = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) pauses += duration;
}).observe({ entryTypes: ['gc'] });

process.once('message', async (job: Job) => {
  const answer = job.kind === 'watch' ? await watchCosts() : await compare(...loopsOf(job));
  process.send?.(answer, () => process.disconnect());
});

function loopsOf(job: BytesJob | ArrayJob | ObjectJob): [fresh: Loop, pooled: Loop] {
  switch (job.kind) {
    case 'bytes':
      return [freshBytes(job), pooledBytes(job)];
    case 'array':
      return arrayLoops(job);
    case 'object':
      return objectLoops(job);
  }
}

async function compare(fresh: Loop, pooled: Loop): Promise<Costs> {
  await measure(fresh, WARM_UP_MS);
  await measure(pooled, WARM_UP_MS);
  const costs: { fresh: Cost[]; pooled: Cost[] } = { fresh: [], pooled: [] };
  for (let round = 0; round < ROUNDS; round++) {
    costs.fresh.push(await measure(fresh, ROUND_MS));
    costs.pooled.push(await measure(pooled, ROUND_MS));
  }
  return { fresh: middle(costs.fresh), pooled: middle(costs.pooled) };
}

/** The event loop turns meanwhile, as a program's does: what collections free is swept by then. */
async function measure(loop: Loop, ms: number): Promise<Cost> {
  await settle();
  const pausesBefore = pauses;
  const before = process.cpuUsage();
  const end = performance.now() + ms;
  let operations = 0;
  let sink = 0;
  do {
    const turnEnd = performance.now() + 5;
    do {
      sink += loop(BATCH);
      operations += BATCH;
    } while (performance.now() < turnEnd);
    await turn();
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(before);
  await settle();
  if (Number.isNaN(sink)) throw new Error('the work was not done');
  return {
    cpuNs: ((user + system) * 1000) / operations,
    gcNs: ((pauses - pausesBefore) * 1e6) / operations,
  };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) await turn();
}

function middle(costs: readonly Cost[]): Cost {
  return { cpuNs: median(costs.map(({ cpuNs }) => cpuNs)), gcNs: median(costs.map(({ gcNs }) => gcNs)) };
}

/** As whoever made it would: a fresh block is cold, and its pages are not there yet; that is part of what it costs. */
function write(bytes: Bytes): number {
  bytes.fill(1);
  return bytes.length;
}

function freshBytes({ maker, constructorName, sizes, held }: BytesJob): Loop {
  const make = bytesMaker(maker, constructorName);
  const ring = new Array<Bytes | null>(held).fill(null);
  let at = 0;
  let size = 0;
  return (operations) => {
    let sink = 0;
    for (let i = 0; i < operations; i++) {
      const made = make(sizes[size] as number);
      sink += write(made);
      ring[at] = made;
      if (++at === held) at = 0;
      if (++size === sizes.length) size = 0;
    }
    return sink;
  };
}

function bytesMaker(maker: BytesJob['maker'], constructorName: string): (size: number) => Bytes {
  switch (maker) {
    case 'Buffer.alloc':
      return (size) => Buffer.alloc(size);
    case 'Buffer.allocUnsafe':
      return (size) => Buffer.allocUnsafe(size);
    case 'Buffer.allocUnsafeSlow':
      return (size) => Buffer.allocUnsafeSlow(size);
    case 'Buffer.from': {
      // What it copies is not saved: a pooled buffer is written to as well. So this is the allocation alone.
      return (size) => Buffer.allocUnsafe(size);
    }
    case 'ArrayBuffer':
      return (size) => new Uint8Array(new ArrayBuffer(size));
    case 'array': {
      const View = viewOf(constructorName);
      const { BYTES_PER_ELEMENT: width } = View as unknown as { BYTES_PER_ELEMENT: number };
      return (size) => {
        const made = new View(Math.floor(size / width));
        // Memory of 64 bytes and less lies in the heap until somebody asks for its buffer.
        return size <= 64 ? NOTHING : new Uint8Array(made.buffer);
      };
    }
  }
}

const NOTHING = new Uint8Array(0);

function pooledBytes({ sizes, held }: BytesJob): Loop {
  const allocator = new ByteBufAllocator({ name: 'calibration' });
  const ring = new Array<ByteBuf | null>(held).fill(null);
  let at = 0;
  let size = 0;
  return (operations) => {
    let sink = 0;
    for (let i = 0; i < operations; i++) {
      ring[at]?.release();
      const wanted = sizes[size] as number;
      const made = allocator.buffer(wanted);
      made.writeZero(wanted);
      sink += wanted;
      ring[at] = made;
      if (++at === held) at = 0;
      if (++size === sizes.length) size = 0;
    }
    return sink;
  };
}

function viewOf(name: string): View {
  const view = (globalThis as unknown as Record<string, View | undefined>)[name];
  if (view === undefined) throw new RangeError(`Cannot calibrate '${name}' as this Node has none`);
  return view;
}

function arrayLoops({ constructorName, bytes, held }: ArrayJob): [fresh: Loop, pooled: Loop] {
  const View = viewOf(constructorName);
  const { BYTES_PER_ELEMENT: width } = View as unknown as { BYTES_PER_ELEMENT: number };
  const length = Math.floor(bytes / width);
  const make = (): ArrayBufferView => new View(length);
  return holding(make, new Pool({ create: make, name: 'calibration' }), held, (array, i) => {
    const numbers = array as unknown as number[];
    numbers.fill(asElement(numbers, i));
  });
}

function asElement(array: number[], value: number): number {
  return typeof array[0] === 'bigint' ? (BigInt(value) as unknown as number) : value;
}

function objectLoops({ shape, length, held }: ObjectJob): [fresh: Loop, pooled: Loop] {
  switch (shape) {
    case 'map': {
      const reset = (map: Map<number, number>): void => map.clear();
      return holding(
        () => new Map<number, number>(),
        new Pool({ create: () => new Map<number, number>(), reset }),
        held,
      );
    }
    case 'set': {
      const reset = (set: Set<number>): void => set.clear();
      return holding(() => new Set<number>(), new Pool({ create: () => new Set<number>(), reset }), held);
    }
    case 'elements': {
      const make = (): number[] => new Array<number>(length).fill(0);
      const reset = (array: number[]): void => {
        array.fill(0);
      };
      return holding(make, new Pool({ create: make, reset }), held);
    }
    case 'fields': {
      // As a program writes it: a literal with so many fields, and a reset that assigns each.
      const names = Array.from({ length }, (_, i) => `f${i}`);
      const make = new Function(`return { ${names.map((name) => `${name}: 0`)} };`) as () => object;
      const reset = new Function('o', names.map((name) => `o.${name} = 0;`).join(' ')) as (o: object) => void;
      return holding(make, new Pool({ create: make, reset }), held);
    }
  }
}

/** Both ways with so many held. */
function holding<T extends object>(
  make: () => T,
  pool: Pool<T>,
  held: number,
  use: (item: T, i: number) => void = () => {},
): [fresh: Loop, pooled: Loop] {
  const freshRing = new Array<T | null>(held).fill(null);
  const pooledRing = new Array<T | null>(held).fill(null);
  let freshAt = 0;
  let pooledAt = 0;
  return [
    (operations) => {
      for (let i = 0; i < operations; i++) {
        const item = make();
        use(item, i);
        freshRing[freshAt] = item;
        if (++freshAt === held) freshAt = 0;
      }
      return freshAt;
    },
    (operations) => {
      for (let i = 0; i < operations; i++) {
        const old = pooledRing[pooledAt];
        if (old !== null && old !== undefined) pool.put(old);
        const item = pool.get();
        use(item, i);
        pooledRing[pooledAt] = item;
        if (++pooledAt === held) pooledAt = 0;
      }
      return pooledAt;
    },
  ];
}

/** The same loops without and with what watches them. */
async function watchCosts(): Promise<WatchCosts> {
  const objects: Loop = (operations) =>
    below(STACK_DEPTH, () => {
      for (let i = 0; i < operations * 16; i++) kept[i & 63] = { a: i, b: i, c: i, d: i };
      return operations;
    });
  const buffers: Loop = (operations) => {
    let sink = 0;
    for (let i = 0; i < operations * 16; i++) sink += Buffer.allocUnsafe(16).length;
    return sink;
  };
  const plainBuffers = await settled(buffers);
  const plainObjects = await settled(objects);
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connect();
  session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLED_BYTES,
    ...{ includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true },
  } as never);
  const sampledObjects = await settled(objects);
  session.disconnect();
  const { ByteSampler, FrameTable, Lifetimes, wrapBuffer } = await recorder();
  const sampler = new ByteSampler(new FrameTable(), new Lifetimes(() => []), false);
  sampler.left = Number.POSITIVE_INFINITY;
  wrapBuffer(sampler, []);
  const wrappedBuffers = await settled(buffers);
  // 16 objects of 56 bytes an operation.
  const samples = (16 * 56) / SAMPLED_BYTES;
  return {
    callNs: Math.max(0, wrappedBuffers - plainBuffers) / 16,
    heapSampleNs: Math.max(0, sampledObjects - plainObjects) / samples,
  };
}

/** Runs something under a stack as deep as a server's: a sample costs by its depth. */
function below(depth: number, run: () => number): number {
  return depth === 0 ? run() : below(depth - 1, run) + 0;
}

const STACK_DEPTH = 30;

async function recorder() {
  const [sites, lifetimes, stack, wrap] = await Promise.all([
    import('#recorder/byte-sites'),
    import('#recorder/lifetimes'),
    import('#recorder/program-stack'),
    import('#recorder/wrap-buffer'),
  ]);
  return { ...sites, ...lifetimes, ...stack, ...wrap };
}

const SAMPLED_BYTES = 8192;
const kept = new Array<object | null>(64).fill(null);

async function settled(loop: Loop): Promise<number> {
  await measure(loop, WARM_UP_MS);
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) costs.push((await measure(loop, ROUND_MS)).cpuNs);
  return median(costs);
}
