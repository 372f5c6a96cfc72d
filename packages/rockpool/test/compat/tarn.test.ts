/** The same program on tarn and on the pool in its place: both tell the same story. */
import { Pool as Theirs, TimeoutError as TheirTimeoutError } from 'tarn';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Callback, Pool as Ours, type PoolOptions, TimeoutError } from '../../src/compat/tarn.ts';
import { pass, rejection, stopTime } from '../resource/tools.ts';

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

interface Client {
  readonly id: number;
}

const EVENTS = [
  'acquireRequest',
  'acquireSuccess',
  'acquireFail',
  'release',
  'createRequest',
  'createSuccess',
  'createFail',
  'destroyRequest',
  'destroySuccess',
  'destroyFail',
  'startReaping',
  'stopReaping',
  'poolDestroyRequest',
  'poolDestroySuccess',
];

/** Makes numbered clients in 5 ms each, and notes what is done to them. */
class Bench {
  readonly log: string[] = [];
  readonly pool: Ours<Client>;
  #made = 0;

  constructor(Pool: typeof Ours, options: Partial<PoolOptions<Client>>) {
    this.pool = new Pool<Client>({
      create: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { id: ++this.#made };
      },
      destroy: () => {},
      min: 0,
      max: 2,
      ...options,
    });
  }

  listen(): this {
    for (const event of EVENTS) {
      this.pool.on(event, (...args: never[]) => {
        const shown = args.map((arg: unknown) => {
          if (arg instanceof Error) return arg.message;
          return typeof arg === 'object' ? `#${(arg as Client).id}` : 'n';
        });
        this.log.push([event, ...shown].join(' '));
      });
    }
    return this;
  }

  counts(): void {
    const { pool } = this;
    this.log.push(
      `used ${pool.numUsed()} free ${pool.numFree()} acquires ${pool.numPendingAcquires()} creates ${pool.numPendingCreates()} validations ${pool.numPendingValidations()} empty ${pool.isEmpty()}`,
    );
  }

  async acquire(): Promise<Client> {
    const { promise } = this.pool.acquire();
    await pass(6);
    const client = await promise;
    this.log.push(`acquired ${client.id}`);
    return client;
  }
}

type Story = (make: (options: Partial<PoolOptions<Client>>) => Bench) => Promise<Bench>;

const stories: Record<string, Story> = {
  'counts what there is': async (make) => {
    const bench = make({});
    bench.counts();
    const { promise } = bench.pool.acquire();
    bench.counts();
    await pass(6);
    const client = await promise;
    bench.counts();
    bench.log.push(String(bench.pool.release(client)));
    bench.counts();
    bench.log.push(String(bench.pool.release(client)));
    bench.log.push(String(bench.pool.release({ id: 9 })));
    return bench;
  },
  'takes the last returned first, and serves in line': async (make) => {
    const bench = make({ max: 3 });
    const clients = [await bench.acquire(), await bench.acquire(), await bench.acquire()];
    const order: number[] = [];
    const waits = [0, 1, 2].map((at) =>
      bench.pool.acquire().promise.then((client) => {
        order.push(at);
        return client;
      }),
    );
    bench.counts();
    for (const client of clients) bench.pool.release(client);
    const again = await Promise.all(waits);
    for (const client of again) bench.pool.release(client);
    bench.log.push(order.join(' '));
    await bench.acquire();
    return bench;
  },
  'tells all of its events': async (make) => {
    const bench = make({ max: 1, idleTimeoutMillis: 100, reapIntervalMillis: 50 }).listen();
    bench.pool.release(await bench.acquire());
    await pass(400);
    bench.counts();
    const destroyed = bench.pool.destroy();
    await pass(200);
    await destroyed;
    return bench;
  },
  'rejects after its time': async (make) => {
    const bench = make({ max: 1, acquireTimeoutMillis: 50 });
    await bench.acquire();
    const operation = bench.pool.acquire();
    const waiting = rejection(operation.promise);
    await pass(60);
    const error = await waiting;
    bench.log.push(
      `${error instanceof TimeoutError || error instanceof TheirTimeoutError} ${operation.isRejected}`,
    );
    bench.counts();
    return bench;
  },
  'rejects after its time with the message of the create that failed': async (make) => {
    const bench = make({
      create: () => Promise.reject(new Error('refused')),
      acquireTimeoutMillis: 500,
      createRetryIntervalMillis: 100,
    });
    const waiting = rejection(bench.pool.acquire().promise);
    await pass(600);
    bench.log.push(((await waiting) as Error).message);
    return bench;
  },
  'propagates a create error': async (make) => {
    const bench = make({ create: () => Promise.reject(new Error('refused')), propagateCreateError: true });
    const waiting = rejection(bench.pool.acquire().promise);
    await pass(10);
    bench.log.push(String(await waiting));
    bench.counts();
    return bench;
  },
  aborts: async (make) => {
    const bench = make({ max: 1 });
    const client = await bench.acquire();
    const operation = bench.pool.acquire();
    const waiting = rejection(operation.promise);
    operation.abort();
    bench.log.push(String(await waiting));
    bench.pool.release(client);
    bench.counts();
    return bench;
  },
  'validates whatever it lends': async (make) => {
    const asked: number[] = [];
    const bench = make({
      validate: ({ id }) => {
        asked.push(id);
        return asked.length !== 2;
      },
      max: 1,
    }).listen();
    bench.pool.release(await bench.acquire());
    const { promise } = bench.pool.acquire();
    await pass(20);
    bench.log.push(`then ${(await promise).id}, asked ${asked}`);
    // tarn creates a turn later, when a destruction may have ended.
    const ends = bench.log.filter((line) => line.startsWith('destroySuccess'));
    bench.log.push(...ends, ...bench.log.splice(0).filter((line) => !ends.includes(line)));
    return bench;
  },
  'makes another while one is being destroyed': async (make) => {
    let sound = true;
    const bench = make({
      destroy: () => new Promise((resolve) => setTimeout(resolve, 1000)),
      validate: ({ id }) => sound || id > 1,
      max: 1,
    });
    bench.pool.release(await bench.acquire());
    sound = false;
    const { promise } = bench.pool.acquire();
    await pass(20);
    bench.log.push(`then ${(await promise).id}`);
    bench.counts();
    return bench;
  },
  'takes resources by a callback': async (make) => {
    const bench = make({
      create: (callback: Callback<Client>) => {
        setTimeout(() => callback(null, { id: 42 }), 5);
      },
    });
    await bench.acquire();
    return bench;
  },
  'gives up a create that takes too long': async (make) => {
    const bench = make({
      create: () => new Promise(() => {}),
      createTimeoutMillis: 20,
      acquireTimeoutMillis: 50,
    });
    const failed: string[] = [];
    bench.pool.on('createFail', () => failed.push('createFail'));
    const waiting = rejection(bench.pool.acquire().promise);
    await pass(60);
    await waiting;
    bench.log.push(String(failed[0]));
    return bench;
  },
  'keeps min when it reaps': async (make) => {
    const bench = make({ min: 1, max: 3, idleTimeoutMillis: 100, reapIntervalMillis: 50 });
    const clients = [await bench.acquire(), await bench.acquire(), await bench.acquire()];
    for (const client of clients) bench.pool.release(client);
    await pass(300);
    bench.counts();
    return bench;
  },
  'waits for those who have a resource when it is destroyed': async (make) => {
    const bench = make({ max: 1 });
    const client = await bench.acquire();
    let done = false;
    const destroyed = bench.pool.destroy().then(() => {
      done = true;
    });
    await pass(200);
    bench.log.push(`done ${done}`);
    bench.pool.release(client);
    await pass(200);
    await destroyed;
    bench.counts();
    return bench;
  },
};

describe("a pool in tarn's place", () => {
  it.each(Object.entries(stories))('%s', async (_, story) => {
    const expected = await story((options) => new Bench(Theirs as never, options));
    const got = await story((options) => new Bench(Ours, options));
    expect(got.log).toEqual(expected.log);
  });

  it('says who holds what when a wait was in vain', async () => {
    const bench = new Bench(Ours, { max: 1, acquireTimeoutMillis: 50 });
    await bench.acquire();
    const waiting = rejection(bench.pool.acquire().promise);
    await pass(60);
    const error = await waiting;
    expect(String(error)).toMatch(/1 of 1 are held/);
  });

  it('throws the time-out error that it is given, so that knex knows it', async () => {
    const bench = new Bench(Ours, { max: 1, acquireTimeoutMillis: 50, TimeoutError: TheirTimeoutError });
    await bench.acquire();
    const waiting = rejection(bench.pool.acquire().promise);
    await pass(60);
    expect(await waiting).toBeInstanceOf(TheirTimeoutError);
  });

  it('logs a listener that throws, and tells the others', async () => {
    const logged: string[] = [];
    const bench = new Bench(Ours, { log: (message) => logged.push(message.split('\n')[0] ?? '') });
    const told: string[] = [];
    bench.pool.on('acquireRequest', () => {
      throw new Error('deaf');
    });
    const listener = () => told.push('told');
    bench.pool.on('acquireRequest', listener);
    await bench.acquire();
    bench.pool.removeListener('acquireRequest', listener);
    bench.pool.removeAllListeners();
    expect(told).toEqual(['told']);
    expect(logged).toEqual(['Tarn: event handler "acquireRequest" threw an exception Error: deaf']);
  });

  it('refuses what is impossible', () => {
    const options = { create: async () => ({}), destroy: () => {}, min: 0, max: 1 };
    expect(() => new Ours({ ...options, max: undefined } as never)).toThrow(
      "'max' must be a number: received undefined",
    );
    expect(() => new Ours({ ...options, min: 2 })).toThrow(
      "'min' must be an integer from 0 to 1: received 2",
    );
    expect(() => new Ours({ ...options, create: 1 } as never)).toThrow(
      "'create' must be a function: received 1",
    );
    expect(() => new Ours({ ...options, reapInterval: 1 } as never)).toThrow(
      "'reapInterval' is not an option",
    );
  });
});
