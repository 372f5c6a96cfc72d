import { drive, type SharedAccess } from '../../src/internal/atomics.ts';

/** What ends an operation at an access. */
class Death extends Error {}

/**
 * Runs an operation that ends at its `count`th access of shared memory, before it is made. Nothing that is done on the way
 * out reaches memory either: as in a thread that is terminated, or whose call is.
 *
 * @returns false: it needed fewer, and is done
 */
export function dieAt(count: number, operation: () => unknown): boolean {
  let left = count;
  const pass = (): void => {
    if (--left <= 0) throw new Death('dead');
  };
  const driven: Partial<SharedAccess> = {
    load: (words, index) => {
      pass();
      return Atomics.load(words, index);
    },
    store: (words, index, value) => {
      pass();
      Atomics.store(words, index, value);
    },
    storeRelease: (words, index, value) => {
      pass();
      Atomics.store(words, index, value);
    },
    compareExchange: (words, index, expected, value) => {
      pass();
      return Atomics.compareExchange(words, index, expected, value);
    },
    add: (words, index, value) => {
      pass();
      return Atomics.add(words, index, value);
    },
    poke: (words, index, value) => {
      pass();
      words[index] = value;
    },
  };
  drive(driven);
  try {
    operation();
    return false;
  } catch (error) {
    if (error instanceof Death) return true;
    throw error;
  } finally {
    drive();
  }
}
