/** A time limit that calls a function. */
import { Deadline } from './deadlines.ts';

/** See {@link Deadline}. */
export class Alarm extends Deadline {
  readonly #ring: (now: number) => void;

  constructor(ring: (now: number) => void) {
    super();
    this.#ring = ring;
  }

  override expire(now: number): void {
    this.#ring(now);
  }
}
