/** One lock for all threads: an exchange that is tried for a while, then a sleep. What a program without a pool would write. */
export class GlobalLock {
  private readonly words: Int32Array;

  /** @param words shared; the first two are the lock's */
  constructor(words: Int32Array) {
    this.words = words;
  }

  take(): void {
    const { words } = this;
    for (;;) {
      for (let spin = 0; spin < SPINS; spin++) {
        if (Atomics.compareExchange(words, LOCK, 0, 1) === 0) return;
      }
      Atomics.store(words, WAITS, 1);
      Atomics.wait(words, LOCK, 1, SLICE_MS);
    }
  }

  give(): void {
    const { words } = this;
    Atomics.store(words, LOCK, 0);
    if (Atomics.load(words, WAITS) === 0) return;
    Atomics.store(words, WAITS, 0);
    Atomics.notify(words, LOCK);
  }
}

const LOCK = 0;
const WAITS = 1;
const SPINS = 100;
const SLICE_MS = 1;
