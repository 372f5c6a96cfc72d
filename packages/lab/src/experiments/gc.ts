/**
 * What the collector does under a steady load, with and without reuse, while a service's own live heap sits in
 * the background; and what the pool's co-operation with the collector costs: one ageing epoch.
 */
import { Pool } from 'rockpool';
import type { Case, Experiment, LoopWorkload, SampledWorkload } from '../experiment.ts';

/** Objects that stay: 51 MB of heap (Node 20.20) that each major collection has to mark. */
const LIVE_OBJECTS = 400_000;
/** Requests in flight. A power of two. */
const WINDOW = 64;
const BODY_BYTES = 4096;
const IDLE_COUNTS = [100, 10_000, 100_000] as const;
/** The most idle items of them. */
const LARGEST = Math.max(...IDLE_COUNTS);

/** What a request needs while it is handled. */
interface RequestState {
  id: number;
  readonly body: Buffer;
  readonly headers: Map<string, string>;
  readonly parts: string[];
}

/** The experiment. */
export const gc: Experiment = {
  name: 'gc',
  summary: 'GC time and pauses of a steady load with and without reuse; the cost of one ageing epoch',
  secondsPerCase: 5,
  notes: [
    'GC time: pauses of the main thread. Incremental marking steps and helper threads show in the time instead.',
    'Often quoted for GC time with reuse: −76 %.',
  ],
  comparisons: [
    {
      id: 'load',
      title: `A steady load beside a live heap of ${LIVE_OBJECTS / 1000} k objects`,
      operation: 'request',
      baseline: 'fresh',
      notes: [`A request: a buffer of 4 KiB, a Map of four headers, an array of parts; ${WINDOW} in flight.`],
      cases: [
        { id: 'fresh', title: 'Fresh state', prepare: fresh },
        { id: 'pooled', title: 'Pool', prepare: pooled },
      ],
    },
    {
      id: 'ageing',
      title: 'One ageing epoch: pool.age()',
      operation: 'epoch',
      baseline: 'beside',
      notes: [
        'Each epoch makes that many idle items victims, and drops as many that were victims before.',
        'The baseline is the epoch of an empty pool after the same preparation: its time is that of cold caches.',
      ],
      cases: [
        ageing('beside', `none, beside ${LARGEST.toLocaleString('en')}`, LARGEST, true),
        ...IDLE_COUNTS.map((idle) =>
          ageing(`idle-${idle}`, `${idle.toLocaleString('en')} idle items`, idle, false),
        ),
      ],
    },
  ],
};

function fresh(): LoopWorkload {
  const live = makeLiveHeap();
  const ring = new Array<RequestState | undefined>(WINDOW).fill(undefined);
  let next = 0;
  return {
    kind: 'loop',
    run(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const state = makeState();
        sum = (sum + handle(state, next)) | 0;
        ring[next & (WINDOW - 1)] = state;
        next = (next + 1) | 0;
      }
      return sum + live.length;
    },
  };
}

function pooled(): LoopWorkload {
  const live = makeLiveHeap();
  const pool = new Pool<RequestState>({ name: 'requests', create: makeState, reset: resetState });
  const ring = new Array<RequestState | undefined>(WINDOW).fill(undefined);
  let next = 0;
  return {
    kind: 'loop',
    run(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const state = pool.get();
        sum = (sum + handle(state, next)) | 0;
        const oldest = ring[next & (WINDOW - 1)];
        ring[next & (WINDOW - 1)] = state;
        if (oldest !== undefined) pool.put(oldest);
        next = (next + 1) | 0;
      }
      return sum + live.length;
    },
  };
}

function makeState(): RequestState {
  return { id: 0, body: Buffer.allocUnsafe(BODY_BYTES), headers: new Map(), parts: [] };
}

function resetState(state: RequestState): void {
  state.id = 0;
  state.headers.clear();
  state.parts.length = 0;
}

function handle(state: RequestState, id: number): number {
  state.id = id;
  state.body[id & (BODY_BYTES - 1)] = id;
  state.headers.set('host', 'example.org').set('accept', '*/*').set('te', 'trailers').set('via', '1.1 proxy');
  state.parts.push('first', 'second', 'third');
  return (state.body[0] as number) + state.headers.size + state.parts.length;
}

function makeLiveHeap(): { readonly id: number; readonly tags: readonly number[] }[] {
  return Array.from({ length: LIVE_OBJECTS }, (_, id) => ({ id, tags: [id, id + 1, id + 2, id + 3] }));
}

/** @param beside whether to time the epoch of an empty pool instead, after the same preparation */
function ageing(id: string, title: string, idle: number, beside: boolean): Case {
  return {
    id,
    title,
    prepare: (): SampledWorkload => {
      const pool = new Pool({ create: () => ({ used: 0 }), maxIdle: 2 * idle, aging: 'manual' });
      const timed = beside ? new Pool({ create: () => ({ used: 0 }), aging: 'manual' }) : pool;
      return {
        kind: 'sampled',
        sample() {
          pool.clear();
          pool.prewarm(idle);
          pool.age();
          pool.prewarm(2 * idle);
          const begin = performance.now();
          timed.age();
          return (performance.now() - begin) * 1e6;
        },
      };
    },
  };
}
