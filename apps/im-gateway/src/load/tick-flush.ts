/** The schedule of the generator's writers: they are flushed when the pacer says so, at the end of a tick. */
import type { Flushable, FlushTiming } from 'rockpool';

/** Collects writers that have something to send. */
export class TickFlush implements FlushTiming {
  #due: Flushable[] = [];
  #spare: Flushable[] = [];

  add(writer: Flushable): void {
    this.#due.push(writer);
  }

  flush(): void {
    const due = this.#due;
    this.#due = this.#spare;
    this.#spare = due;
    for (let i = 0; i < due.length; i++) (due[i] as Flushable).flushDue();
    due.length = 0;
  }
}
