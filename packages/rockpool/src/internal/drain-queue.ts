/**
 * Work that nobody waits for, done in small portions between turns of the event loop: destroying items that
 * an ageing epoch let go of. Never keeps the process alive.
 */
import { runLater } from './later.ts';

/** Jobs a turn: at 1 µs a destroy a portion holds the loop for a quarter of a millisecond. */
const PORTION = 256;

interface Batch<J> {
  readonly jobs: J[];
  readonly from: number;
}

/** A queue of jobs over arrays: whole arrays go in, single elements come out. */
export class DrainQueue<J> {
  readonly #run: (job: J) => void;
  readonly #batches: Batch<J>[] = [];
  #size = 0;
  #scheduled = false;

  /** @param run does one job; must not throw */
  constructor(run: (job: J) => void) {
    this.#run = run;
  }

  /** Jobs that still wait. */
  get size(): number {
    return this.#size;
  }

  /** Takes ownership of `jobs` and runs those from index `from` on later, the last one first. */
  add(jobs: J[], from = 0): void {
    if (jobs.length <= from) return;
    this.#batches.push({ jobs, from });
    this.#size += jobs.length - from;
    this.#schedule();
  }

  /** Runs everything that waits, now. */
  flush(): void {
    this.#portion(Number.POSITIVE_INFINITY);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    runLater(() => {
      this.#scheduled = false;
      this.#portion(PORTION);
      if (this.#size > 0) this.#schedule();
    });
  }

  #portion(limit: number): void {
    for (let done = 0; done < limit; done++) {
      const batch = this.#batches.at(-1);
      if (batch === undefined) return;
      const job = batch.jobs.pop() as J;
      this.#size--;
      if (batch.jobs.length === batch.from) this.#batches.splice(this.#batches.indexOf(batch), 1);
      this.#run(job);
    }
  }
}
