/**
 * Log lines through three threads, without a copy between them: one makes batches of lines, one drops those that are not
 * errors, one counts. The second dies in the middle, and another takes its place.
 *
 * Recommended: stages that are busy, and hand on kilobytes. What is on its way when a stage dies is received by its
 * successor; the batch that it had in its hands is lost with it, and its memory is not.
 *
 * Not for a few messages a second: `postMessage` is simpler, and restarts as well.
 */
import { once } from 'node:events';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import {
  SharedAllocator,
  SharedChannel,
  type SharedChannelHandle,
  SharedMap,
  type SharedMapHandle,
  SharedPool,
  type SharedPoolHandle,
} from 'rockpool';

const BATCHES = 2000;
const LINES = 50;
/** Where the second stage dies. */
const CRASH_AT = 700;

interface Stage {
  readonly stage: 'make' | 'filter' | 'count';
  readonly pool: SharedPoolHandle;
  readonly lines: SharedChannelHandle;
  readonly errors: SharedChannelHandle;
  readonly counts: SharedMapHandle;
  readonly crashes: boolean;
}

if (isMainThread) await run();
else work(workerData as Stage);

async function run(): Promise<void> {
  const pool = SharedPool.create({ bytes: 4 << 20, classes: [4096] });
  const counts = SharedMap.create({ capacityBytes: 64 << 10 });
  const lines = SharedChannel.create(pool, { capacity: 64 });
  const errors = SharedChannel.create(pool, { capacity: 64 });
  const start = (stage: Stage['stage'], crashes = false): Worker => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: {
        stage,
        pool: pool.handle,
        lines: lines.handle,
        errors: errors.handle,
        counts: counts.handle,
        crashes,
      },
    });
    pool.adopt(worker);
    counts.adopt(worker);
    return worker;
  };

  const makes = once(start('make'), 'exit');
  const counted = once(start('count'), 'exit');
  const [code] = await once(start('filter', true), 'exit');
  console.log(`the second stage died: with exit code ${code}`);
  const filtered = once(start('filter'), 'exit');
  await makes;
  lines.close(); // what is in it is still received
  await filtered;
  errors.close();
  await counted;

  const sum = [...counts.values()].reduce(
    (total, value) => total + new DataView(value.buffer).getUint32(0),
    0,
  );
  const perBatch = LINES / 5;
  console.log(`batches made:          ${BATCHES}`);
  console.log(`batches counted:       ${sum / perBatch}`);
  console.log(`lost with the dead:    ${BATCHES - sum / perBatch}`);
  console.log(`services counted:      ${counts.size}`);
  const audit = pool.audit();
  console.log(`blocks not given back: ${audit.blocks - audit.free}`);
}

function work({ stage, pool: handle, lines, errors, counts, crashes }: Stage): void {
  const pool = SharedPool.attach(handle);
  const allocator = new SharedAllocator(pool);
  if (stage === 'make') make(pool, SharedChannel.attach(pool, lines));
  if (stage === 'filter') {
    const out = SharedChannel.attach(pool, errors);
    let seen = 0;
    each(SharedChannel.attach(pool, lines), (block) => {
      if (crashes && ++seen === CRASH_AT) process.exit(3); // with the block in its hands
      const batch = allocator.wrap(block);
      const kept = allocator.buffer(batch.readableBytes);
      for (const line of batch.readString(batch.readableBytes).split('\n')) {
        if (line.startsWith('ERROR')) kept.writeString(`${line}\n`);
      }
      batch.release();
      out.send(allocator.take(kept));
    });
  }
  if (stage === 'count') {
    const map = SharedMap.attach(counts);
    each(SharedChannel.attach(pool, errors), (block) => {
      const batch = allocator.wrap(block);
      for (const line of batch.readString(batch.readableBytes).split('\n')) {
        const service = line.split(' ')[1];
        if (service !== undefined) map.update(service, addOne);
      }
      batch.release();
    });
    map.detach();
  }
  pool.detach();
}

function make(pool: SharedPool, lines: SharedChannel): void {
  const allocator = new SharedAllocator(pool);
  for (let batch = 0; batch < BATCHES; batch++) {
    const buf = allocator.buffer(4096);
    for (let line = 0; line < LINES; line++) {
      buf.writeString(
        `${line % 5 === 0 ? 'ERROR' : 'INFO'} service-${(batch + line) % 7} request ${batch}/${line}\n`,
      );
    }
    lines.send(allocator.take(buf));
  }
}

function each(
  channel: SharedChannel,
  handle: (block: NonNullable<ReturnType<SharedChannel['receive']>>) => void,
): void {
  for (let block = channel.receive(); block !== undefined; block = channel.receive()) handle(block);
}

function addOne(value: Uint8Array | undefined): Uint8Array {
  const next = value ?? new Uint8Array(4);
  const view = new DataView(next.buffer, next.byteOffset);
  view.setUint32(0, view.getUint32(0) + 1);
  return next;
}
