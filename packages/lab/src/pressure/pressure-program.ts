/**
 * A service whose load moves from one kind of work to the next, and that keeps what it used: first of one kind, then of
 * another, until all kinds together are more than there is memory for. Run in a process of its own, under a limit.
 *
 *     argument 1   heap: object pools of arrays, against --max-old-space-size
 *                  resident: an allocator, against a control group
 *     argument 2   kept: idle things stay; default: as the library's defaults have it; tuned: as kept, with a Tuner
 *
 * Prints a line of JSON behind each phase.
 */
import { setTimeout } from 'node:timers/promises';
import { type ByteBuf, ByteBufAllocator, Pool, Tuner, type TunerTarget } from 'rockpool';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What is printed behind each phase. */
export interface PhaseLine {
  readonly phase: number;
  readonly phases: number;
  readonly operations: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly trims: number;
}

type Mode = 'kept' | 'default' | 'tuned';

/** Kinds of work, one phase each, and rounds of a phase. */
const HEAP_KINDS = 12;
const RESIDENT_KINDS = 10;
const ROUNDS = 25;
/** Milliseconds between two rounds: in them timers run. */
const REST_MS = 8;
/** Elements of an array: 128 KiB of V8's heap. */
const ELEMENTS = 16_384;
const DEPTH = 100;
/** Bytes of buffers that each kind holds at a time. */
const LIVE_BYTES = 24 * MIB;
const TUNER_MS = 25;

let operations = 0;
let trims = 0;

function tune(targets: readonly TunerTarget[]): void {
  new Tuner({
    targets,
    goals: { budgetBytes: 1024 * MIB },
    intervalMs: TUNER_MS,
    onDecision: ({ reason, knob }) => {
      if (reason === 'pressure' && knob === 'trim') trims++;
    },
  });
}

function tell(phase: number, phases: number): void {
  const { heapUsed, rss } = process.memoryUsage();
  const line: PhaseLine = { phase, phases, operations, heapBytes: heapUsed, residentBytes: rss, trims };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function heap(mode: Mode): Promise<void> {
  // Warm items are kept for ten minutes: a choice that many make, and that is right until it is not.
  const aging = mode === 'default' ? 'gc' : ({ intervalMs: 600_000 } as const);
  const pools = Array.from(
    { length: HEAP_KINDS },
    (_, kind) =>
      new Pool({ name: `kind ${kind}`, create: () => new Array<number>(ELEMENTS).fill(0.5), aging }),
  );
  if (mode === 'tuned') tune(pools);
  for (const [phase, pool] of pools.entries()) {
    for (let round = 0; round < ROUNDS; round++) {
      const items = Array.from({ length: DEPTH }, () => pool.get());
      for (const item of items) {
        item[round] = round;
        pool.put(item);
        operations++;
      }
      await setTimeout(REST_MS);
    }
    tell(phase + 1, HEAP_KINDS);
  }
}

async function resident(mode: Mode): Promise<void> {
  const keeping = { small: 65_536, normal: 65_536, maxCachedBytes: 1024 * MIB, trimInterval: 2 ** 29 };
  const allocator = new ByteBufAllocator({
    name: 'service',
    ...(mode === 'default' ? {} : { cache: keeping }),
  });
  if (mode === 'tuned') tune([allocator]);
  for (let phase = 0; phase < RESIDENT_KINDS; phase++) {
    const bytes = (2 * KIB) << phase;
    for (let round = 0; round < ROUNDS; round++) {
      const held: ByteBuf[] = [];
      for (let live = 0; live < LIVE_BYTES; live += bytes) {
        held.push(allocator.buffer(bytes).writeZero(bytes));
        operations++;
      }
      for (const buf of held) buf.release();
      await setTimeout(REST_MS);
    }
    tell(phase + 1, RESIDENT_KINDS);
  }
}

const [limit, mode] = process.argv.slice(2) as ['heap' | 'resident', Mode];
await (limit === 'heap' ? heap(mode) : resident(mode));
process.exit(0);
