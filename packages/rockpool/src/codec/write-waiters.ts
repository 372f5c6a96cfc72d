/**
 * Those who wait until no more than so many bytes are pending in a writer. A rejection is theirs to handle: each
 * waits because it was asked to.
 */

interface Waiter {
  readonly mostBytes: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Promises that pending bytes settle. */
export class WriteWaiters {
  #waiting: Waiter[] = [];

  get any(): boolean {
    return this.#waiting.length > 0;
  }

  /** Settles when no more than `mostBytes` are pending. */
  until(mostBytes: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ mostBytes, resolve, reject }));
  }

  /** So many bytes are pending now. */
  wake(pendingBytes: number): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ mostBytes }) => pendingBytes > mostBytes);
    for (const { mostBytes, resolve } of waiting) if (pendingBytes <= mostBytes) resolve();
  }

  /** None of them will see it. */
  reject(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
