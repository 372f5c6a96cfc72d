/**
 * The pitfall of defer in a loop, with its measured peak.
 *
 * Shows: a thousand blocks of 64 KiB, each needed for one iteration only. Deferred in the scope around the
 * loop, all of them are held until the loop is over; with a scope an iteration, one is.
 *
 * Do: open a scope in the loop's body. Do not defer in a loop what only the iteration needs. (A loop that
 * collects things which must all live until the end, as open connections to ten hosts, is no pitfall.)
 */
import { Pool, scope } from 'rockpool';

const ITERATIONS = 1000;
const BLOCK_BYTES = 64 * 1024;

const MiB = 1024 * 1024;

interface Peak {
  readonly created: number;
  readonly held: number;
  readonly bytes: number;
}

/** Runs a loop on a pool of its own and gives the most that was out, and allocated, at any moment. */
function measure(loop: (blocks: Pool<Uint8Array>, iteration: (block: Uint8Array) => void) => void): Peak {
  const blocks = new Pool({ name: 'blocks', create: () => new Uint8Array(BLOCK_BYTES) });
  const before = process.memoryUsage().arrayBuffers;
  let held = 0;
  let bytes = 0;
  loop(blocks, (block) => {
    block.fill(1);
    held = Math.max(held, blocks.stats().outstanding);
    bytes = Math.max(bytes, process.memoryUsage().arrayBuffers - before);
  });
  const { created, outstanding } = blocks.stats();
  if (outstanding !== 0) throw new Error(`${outstanding} blocks were not given back`);
  return { created, held, bytes };
}

const inIteration = measure((blocks, iteration) => {
  for (let i = 0; i < ITERATIONS; i++) {
    scope((defer) => {
      const block = blocks.get();
      defer.method(blocks, 'put', block);
      iteration(block);
    });
  }
});

const aroundLoop = measure((blocks, iteration) => {
  scope((defer) => {
    for (let i = 0; i < ITERATIONS; i++) {
      const block = blocks.get();
      defer.method(blocks, 'put', block); // runs when the loop is over
      iteration(block);
    }
  });
});

function print(name: string, { created, held, bytes }: Peak): void {
  console.log(
    `${`${name}:`.padEnd(23)}held at most ${held}, created ${created}, peak ${(bytes / MiB).toFixed(1)} MiB`,
  );
}

console.log(`iterations:            ${ITERATIONS} with a block of ${BLOCK_BYTES} bytes each`);
print('scope an iteration', inIteration);
print('scope around the loop', aroundLoop);
