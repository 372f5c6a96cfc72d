/** What the tests of resource pools share: numbered connections, gates that a test opens, and a clock that it moves. */
import { vi } from 'vitest';
import { ResourcePool, type ResourcePoolOptions } from '../../src/index.ts';

/** A resource that knows what became of it. */
export interface Connection {
  readonly id: number;
  open: boolean;
  reason?: string;
}

/** A pool of connections, and all that it made. */
export function connections(options: Partial<ResourcePoolOptions<Connection>> = {}) {
  const made: Connection[] = [];
  const pool = new ResourcePool<Connection>({
    name: 'db',
    create: async () => {
      const connection = { id: made.length + 1, open: true };
      made.push(connection);
      return connection;
    },
    destroy: (connection, reason) => {
      if (!connection.open) throw new Error(`connection ${connection.id} is destroyed twice`);
      connection.open = false;
      connection.reason = reason;
    },
    onError: (error) => errors.push(error),
    ...options,
  });
  const errors: unknown[] = [];
  return { pool, made, errors };
}

/** A promise that a test settles. */
export function gate<T = void>() {
  let open!: (value: T) => void;
  let fail!: (error: unknown) => void;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

/** Stops time until `pass` moves it. To be undone with `vi.useRealTimers()`. */
export function stopTime(): void {
  vi.useFakeTimers({
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
      'performance',
      'Date',
    ],
  });
}

/** Lets so many milliseconds pass, and all that comes of them. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** What becomes of a promise, to be looked at later. */
export function watch<T>(promise: Promise<T>) {
  const outcome: { state: 'pending' | 'fulfilled' | 'rejected'; value?: T; error?: unknown } = {
    state: 'pending',
  };
  promise.then(
    (value) => Object.assign(outcome, { state: 'fulfilled', value }),
    (error: unknown) => Object.assign(outcome, { state: 'rejected', error }),
  );
  return outcome;
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
}
