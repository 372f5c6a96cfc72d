/**
 * Discouraged: a pool in a batch that handles a few items one after the other.
 *
 * Shows: a nightly batch of eight reports. Each needs a scratch object, a few fields and a small Map, and then
 * does its real work, a checksum over its rows. The program measures the batch's work, and the cost of the
 * scratch objects with and without a pool, and says what a pool can save at most. It also measures the small
 * plain object, where a pool saves nothing even in a hot loop: the engine may not even allocate it.
 *
 * Do it when the making shows up in a profile: many items, at once or in a loop, that are costly to make or to
 * collect. Do not for a handful of items, nor for small plain objects: a pool is code to get wrong.
 */
import { createHash } from 'node:crypto';
import { Pool } from 'rockpool';

const ITEMS = 8;
const ROWS = 2000;

class Scratch {
  id = 0;
  title = '';
  readonly totals: Map<string, number> = new Map();

  clear(): void {
    this.id = 0;
    this.title = '';
    this.totals.clear();
  }
}

/** What the scratch object is for; the same in all variants. */
function prepare(scratch: Scratch, id: number): void {
  scratch.id = id;
  scratch.title = 'report';
  scratch.totals.set('rows', ROWS);
}

/** The real work of one report. */
function work(id: number): string {
  const hash = createHash('sha256');
  for (let row = 0; row < ROWS; row++) hash.update(`report ${id}, row ${row}\n`);
  return hash.digest('hex');
}

/** Microseconds of one call of `batch`: the fastest of five rounds. */
function microseconds(batch: () => void, rounds: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 6; attempt++) {
    const start = performance.now();
    for (let i = 0; i < rounds; i++) batch();
    if (attempt > 0) best = Math.min(best, (1000 * (performance.now() - start)) / rounds);
  }
  return best;
}

let sink = 0;

const workMicros = microseconds(() => {
  for (let id = 0; id < ITEMS; id++) sink += work(id).length;
}, 3);

const plainMicros = microseconds(() => {
  for (let id = 0; id < ITEMS; id++) {
    const scratch = new Scratch();
    prepare(scratch, id);
    sink += scratch.totals.size;
  }
}, 20_000);

// A batch is a process, or at least a pool, of its own: the pool is part of its cost.
const ownPoolMicros = microseconds(() => {
  const pool = new Pool({
    create: () => new Scratch(),
    reset: (scratch) => scratch.clear(),
    aging: 'manual',
  });
  for (let id = 0; id < ITEMS; id++) {
    const scratch = pool.get();
    prepare(scratch, id);
    sink += scratch.totals.size;
    pool.put(scratch);
  }
}, 2000);

const points = new Pool({ create: () => ({ x: 0, y: 0 }), aging: 'manual' });
const plainPointMicros = microseconds(() => {
  for (let id = 0; id < ITEMS; id++) {
    const point = { x: id, y: id };
    sink += point.x + point.y;
  }
}, 50_000);
const pooledPointMicros = microseconds(() => {
  for (let id = 0; id < ITEMS; id++) {
    const point = points.get();
    point.x = id;
    point.y = id;
    sink += point.x + point.y;
    points.put(point);
  }
}, 50_000);

const share = (100 * plainMicros) / workMicros;
console.log(`a batch of ${ITEMS} reports`);
console.log(`  its work:                     ${workMicros.toFixed(0)} µs`);
console.log(`  scratch, made each time:      ${plainMicros.toFixed(2)} µs`);
console.log(`  scratch, with a pool:         ${ownPoolMicros.toFixed(2)} µs, the pool itself included`);
console.log(
  `  ratio made/pooled:            ${(plainMicros / ownPoolMicros).toFixed(2)} (above 1 the pool saves)`,
);
console.log(`  the most a pool could save:   ${share.toFixed(3)} % of the batch`);
console.log(`${ITEMS} small plain objects, in a hot loop`);
console.log(`  made each time:               ${(1000 * plainPointMicros).toFixed(0)} ns`);
console.log(`  from a warm pool:             ${(1000 * pooledPointMicros).toFixed(0)} ns`);
console.log(`  ratio made/pooled:            ${(plainPointMicros / pooledPointMicros).toFixed(2)}`);
if (!Number.isFinite(sink)) throw new Error('unreachable: keeps the loops alive');
