/**
 * Waiting for the garbage collector: objects are collected, and finalizers called, at some time after they
 * became unreachable. So tests collect until they see what they wait for, and fail if it never comes.
 */

const ROUNDS = 100;

/** Forces a full collection and lets finalizers run. */
export async function collect(): Promise<void> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  await nextTurn(); // what a WeakRef gave is held until the end of the turn
  globalThis.gc();
  await nextTurn(); // finalizers run in a task of their own
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Collects until `done`, or throws. */
export async function collectUntil(what: string, done: () => boolean): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await collect();
    if (done()) return;
  }
  throw new Error(`not after ${ROUNDS} collections: ${what}`);
}

/**
 * Collects for long enough that anything unreachable before the call is gone and its finalizers have run:
 * until that is so for an object of its own, and a few rounds more.
 */
export async function collectThoroughly(): Promise<void> {
  let finalized = false;
  const registry = new FinalizationRegistry(() => {
    finalized = true;
  });
  registry.register({}, undefined);
  await collectUntil('an object of its own is finalized', () => finalized);
  for (let round = 0; round < 3; round++) await collect();
}
