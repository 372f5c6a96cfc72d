/** A promise that is settled from outside, once: that a pool has come to rest. */

/** See above. */
export class Rest {
  readonly promise: Promise<void>;
  #resolve: (() => void) | undefined = undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Whether this call settled it. */
  settle(): boolean {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.();
    return resolve !== undefined;
  }
}
