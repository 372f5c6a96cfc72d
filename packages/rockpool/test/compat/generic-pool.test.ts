/** The same program on generic-pool and on the pool in its place: both tell the same story. */
import { createPool as theirs } from 'generic-pool';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Factory, type Options, createPool as ours } from '../../src/compat/generic-pool.ts';
import { pass, rejection, stopTime } from '../resource/tools.ts';

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

interface Client {
  readonly id: number;
}

/** Makes numbered clients in 5 ms each, and notes what is done to them. */
class Bench {
  readonly log: string[] = [];
  readonly pool: ReturnType<typeof ours<Client>>;
  #made = 0;

  constructor(create: typeof ours, options: Options, validate?: (client: Client) => boolean, destroyMs = 0) {
    const factory: Factory<Client> = {
      create: async () => {
        const id = ++this.#made;
        this.log.push(`create ${id}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { id };
      },
      destroy: async ({ id }) => {
        this.log.push(`destroy ${id}`);
        if (destroyMs > 0) await new Promise((resolve) => setTimeout(resolve, destroyMs));
      },
      ...(validate === undefined ? {} : { validate: async (client: Client) => validate(client) }),
    };
    this.pool = create(factory, options);
  }

  counts(): void {
    const { available, borrowed, pending, size, spareResourceCapacity } = this.pool;
    this.log.push(
      `size ${size} available ${available} borrowed ${borrowed} pending ${pending} spare ${spareResourceCapacity}`,
    );
  }

  async acquire(priority?: number): Promise<Client> {
    const waiting = this.pool.acquire(priority);
    await pass(6);
    const client = await waiting;
    this.log.push(`acquired ${client.id}`);
    return client;
  }
}

type Story = (
  make: (options: Options, validate?: (client: Client) => boolean, destroyMs?: number) => Bench,
) => Promise<Bench>;

const stories: Record<string, Story> = {
  'borrows, gives back, and takes the longest idle first': async (make) => {
    const bench = make({ max: 3 });
    bench.counts();
    const clients = [await bench.acquire(), await bench.acquire(), await bench.acquire()];
    bench.counts();
    for (const client of clients) await bench.pool.release(client);
    bench.counts();
    await bench.acquire();
    bench.counts();
    return bench;
  },
  'takes the last returned first without fifo': async (make) => {
    const bench = make({ max: 2, fifo: false });
    const clients = [await bench.acquire(), await bench.acquire()];
    for (const client of clients) await bench.pool.release(client);
    await bench.acquire();
    return bench;
  },
  'keeps min from the start on, and again when one is destroyed': async (make) => {
    const bench = make({ min: 2, max: 4 });
    bench.counts();
    const ready = bench.pool.ready();
    await pass(200);
    await ready;
    bench.counts();
    await bench.pool.destroy(await bench.acquire());
    await pass(10);
    bench.counts();
    return bench;
  },
  'starts later without autostart': async (make) => {
    const bench = make({ min: 1, max: 4, autostart: false });
    await pass(20);
    bench.counts();
    bench.pool.start();
    await pass(20);
    bench.counts();
    return bench;
  },
  'has min no larger than max': async (make) => {
    const bench = make({ min: 5, max: 2 });
    await pass(20);
    bench.log.push(`min ${bench.pool.min} max ${bench.pool.max}`);
    bench.counts();
    return bench;
  },
  'serves by priority': async (make) => {
    const bench = make({ max: 1, priorityRange: 3 });
    const first = await bench.acquire();
    const order: number[] = [];
    const waits = [2, 1, 0, 99, undefined, 1].map((priority, at) =>
      bench.pool.acquire(priority).then((client) => {
        order.push(at);
        return bench.pool.release(client);
      }),
    );
    bench.counts();
    await bench.pool.release(first);
    await Promise.all(waits);
    bench.log.push(order.join(' '));
    return bench;
  },
  'refuses when maxWaitingClients wait': async (make) => {
    const bench = make({ max: 1, maxWaitingClients: 1 });
    const client = await bench.acquire();
    const waiting = bench.pool.acquire();
    bench.log.push(String(await rejection(bench.pool.acquire())));
    await bench.pool.release(client);
    await waiting;
    bench.counts();
    return bench;
  },
  'lets a wait end after its time': async (make) => {
    const bench = make({ max: 1, acquireTimeoutMillis: 50 });
    await bench.acquire();
    const waiting = rejection(bench.pool.acquire());
    await pass(60);
    const { name, message } = (await waiting) as Error;
    bench.log.push(`${name}: ${message}`);
    bench.counts();
    return bench;
  },
  'refuses what it did not lend': async (make) => {
    const bench = make({ max: 1 });
    const client = await bench.acquire();
    bench.log.push(String(bench.pool.isBorrowedResource(client)));
    await bench.pool.release(client);
    bench.log.push(String(bench.pool.isBorrowedResource(client)));
    bench.log.push(String(await rejection(bench.pool.release(client))));
    bench.log.push(String(await rejection(bench.pool.destroy({ id: 7 }))));
    return bench;
  },
  'lends for a function, and destroys after a failure': async (make) => {
    const bench = make({ max: 1 });
    const used = bench.pool.use(async ({ id }) => `used ${id}`);
    await pass(10);
    bench.log.push(await used);
    bench.log.push(String(await rejection(bench.pool.use(() => Promise.reject(new Error('failed'))))));
    await pass(10);
    bench.counts();
    return bench;
  },
  'tests what it lends': async (make) => {
    const bench = make({ max: 2, testOnBorrow: true }, ({ id }) => id !== 1);
    const waiting = bench.pool.acquire();
    await pass(30);
    bench.log.push(`acquired ${(await waiting).id}`);
    bench.counts();
    return bench;
  },
  'makes another while one is being destroyed': async (make) => {
    const bench = make({ max: 1 }, undefined, 1000);
    await bench.pool.destroy(await bench.acquire());
    bench.counts();
    await bench.acquire();
    bench.counts();
    return bench;
  },
  'evicts what was idle for too long': async (make) => {
    const bench = make({ max: 3, idleTimeoutMillis: 100, evictionRunIntervalMillis: 30 });
    const clients = [await bench.acquire(), await bench.acquire()];
    for (const client of clients) await bench.pool.release(client);
    await pass(85);
    bench.counts();
    await pass(60);
    bench.counts();
    return bench;
  },
  'evicts softly down to min': async (make) => {
    const bench = make({
      min: 1,
      max: 3,
      softIdleTimeoutMillis: 100,
      idleTimeoutMillis: 1e6,
      evictionRunIntervalMillis: 30,
    });
    const clients = [await bench.acquire(), await bench.acquire(), await bench.acquire()];
    for (const client of clients) await bench.pool.release(client);
    await pass(500);
    bench.counts();
    return bench;
  },
  'drains and clears': async (make) => {
    const bench = make({ max: 2 });
    const clients = [await bench.acquire(), await bench.acquire()];
    const waiting = bench.pool.acquire();
    let drained = false;
    const draining = bench.pool.drain().then(() => {
      drained = true;
    });
    bench.log.push(String(await rejection(bench.pool.acquire())));
    for (const client of clients) await bench.pool.release(client);
    await pass(1);
    bench.log.push(`drained ${drained}`);
    await bench.pool.release(await waiting);
    await draining;
    bench.counts();
    const cleared = bench.pool.clear();
    await pass(10);
    await cleared;
    // generic-pool goes on to count as available what it has destroyed.
    bench.log.push(`size ${bench.pool.size}`);
    return bench;
  },
};

describe("a pool in generic-pool's place", () => {
  it.each(Object.entries(stories))('%s', async (_, story) => {
    const expected = await story((...args) => new Bench(theirs as never, ...args));
    const got = await story((...args) => new Bench(ours, ...args));
    expect(got.log).toEqual(expected.log);
  });

  it('returns promises of the library that it is given', async () => {
    class Special<T> extends Promise<T> {}
    const pool = ours({ create: async () => ({}), destroy: async () => {} }, { Promise: Special });
    const acquired = pool.acquire();
    expect(acquired).toBeInstanceOf(Special);
    const client = await acquired;
    expect(pool.release(client)).toBeInstanceOf(Special);
    expect(pool.drain()).toBeInstanceOf(Special);
  });

  it('tests what comes back with testOnReturn', async () => {
    const bench = new Bench(ours, { max: 1, testOnReturn: true }, ({ id }) => id !== 1);
    await bench.pool.release(await bench.acquire());
    await pass(10);
    bench.counts();
    expect(bench.log.slice(-2)).toEqual(['destroy 1', 'size 0 available 0 borrowed 0 pending 0 spare 1']);
  });

  it('tells of a destroy that fails', async () => {
    const pool = ours({ create: async () => ({}), destroy: () => Promise.reject(new Error('stuck')) });
    const told: string[] = [];
    pool.on('factoryDestroyError', ({ message }: Error) => told.push(message));
    await pool.destroy(await pool.acquire());
    await pass(1);
    expect(told).toEqual(['stuck']);
  });

  it('refuses what is impossible', () => {
    const factory = { create: async () => ({}), destroy: async () => {} };
    expect(() => ours({} as never)).toThrow("'factory.create' must be a function: received undefined");
    expect(() => ours({ create: () => 1 } as never)).toThrow("'factory.destroy' must be a function");
    expect(() => ours(factory, { max: 0 })).toThrow(
      "Cannot create generic pool as 'max' must be an integer from 1 to 1048576: received 0",
    );
    expect(() => ours(factory, { maxSize: 1 } as never)).toThrow("'maxSize' is not an option");
    expect(() => ours(factory, { testOnBorrow: true })).toThrow(
      "'factory.validate' must be a function where resources are tested",
    );
  });
});
