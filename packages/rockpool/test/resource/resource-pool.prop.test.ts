/**
 * Random users of a pool over a server that fails, hangs and recovers, while time passes as the test says. After each
 * step: never more than `max`, no resource in two hands, nobody waits beside an idle resource, whoever is served was
 * first. At the end, when the server is well and all have given back: nobody was forgotten, never fewer than `min`, and
 * each resource was destroyed once.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AcquireTimeoutError,
  isRockpoolError,
  QueueFullError,
  type ResourceLease,
  ResourcePool,
} from '../../src/index.ts';
import { pass, stopTime } from './tools.ts';

interface Thing {
  readonly id: number;
  sound: boolean;
  destroyed: number;
}

const setup = fc.record({
  max: fc.integer({ min: 1, max: 5 }),
  min: fc.nat(3),
  init: fc.constantFrom('lazy' as const, 'eager' as const, 'first-use' as const),
  firstUse: fc.constantFrom('behind' as const, 'before' as const),
  order: fc.constantFrom('lifo' as const, 'fifo' as const),
  maxWaiting: fc.constantFrom(0, 2, 100),
  aliveBypassMs: fc.constantFrom(0, 20, 500),
  validates: fc.constantFrom('no' as const, 'at once' as const, 'later' as const),
  validateOnReturn: fc.boolean(),
  resets: fc.boolean(),
  keeps: fc.boolean(),
  idleTimeoutMs: fc.constantFrom(0, 50, 5000),
  maxLifetimeMs: fc.constantFrom(100, 100_000),
  maxUses: fc.constantFrom(2, 1000),
  destroyMs: fc.constantFrom(0, 5, 100_000),
});

const index = fc.nat(20);
const operation = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      is: fc.constant('acquire' as const),
      priority: fc.constantFrom(0, 0, 0, 1, -1),
      timeoutMs: fc.constantFrom(0, 5, 200, 3000),
      abortable: fc.boolean(),
    }),
  },
  { weight: 10, arbitrary: fc.record({ is: fc.constant('release' as const), index }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('discard' as const), index }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('release in doubt' as const), index }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('abort' as const), index }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('break' as const), index }) },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('server' as const),
      state: fc.constantFrom('up' as const, 'up' as const, 'down' as const, 'hanging' as const),
      ms: fc.nat(30),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('resize' as const),
      min: fc.nat(3),
      max: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('clear' as const) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('sweep' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({ is: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 10, 60, 700, 6000) }),
  },
);

type Setup = typeof setup extends fc.Arbitrary<infer S> ? S : never;
type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

interface Request {
  readonly priority: number;
  readonly controller: AbortController | undefined;
  readonly deadline: number;
  state: 'pending' | 'aborted' | 'settled';
}

/** A pool beside what its users and its server know. */
class Run {
  readonly pool: ResourcePool<Thing>;
  readonly #setup: Setup;
  readonly #things: Thing[] = [];
  readonly #held: ResourceLease<Thing>[] = [];
  readonly #requests: Request[] = [];
  #server: { state: 'up' | 'down' | 'hanging'; ms: number } = { state: 'up', ms: 0 };
  #creating = 0;
  /** No more may exist; falls to a lowered `max` as resources go. */
  #allowed: number;
  #max: number;
  #wrong: string | undefined = undefined;

  constructor(given: Setup) {
    const { max, keeps, validates, resets, validateOnReturn, destroyMs, maxWaiting, ...rest } = given;
    const min = Math.min(given.min, max);
    this.#setup = given;
    this.#allowed = max;
    this.#max = max;
    const validation = {
      validate: (thing: Thing) => this.#validate(thing),
      validateOnReturn,
      ...(keeps ? { keepaliveMs: 300 } : {}),
    };
    this.pool = new ResourcePool<Thing>({
      ...rest,
      max,
      min,
      maxWaiting,
      create: () => this.#create(),
      destroy: (thing) => this.#destroy(thing, destroyMs),
      ...(validates === 'no' ? {} : validation),
      ...(resets ? { reset: (thing: Thing) => this.#reset(thing) } : {}),
      createTimeoutMs: 400,
      destroyTimeoutMs: 50,
      validateTimeoutMs: 30,
      acquireTimeoutMs: 3000,
      onError: () => {},
    });
  }

  async do(operation: Operation): Promise<void> {
    const { pool } = this;
    switch (operation.is) {
      case 'acquire':
        this.#acquire(operation);
        break;
      case 'release':
        this.#take(operation.index)?.release();
        break;
      case 'release in doubt':
        this.#take(operation.index)?._releaseInDoubt();
        break;
      case 'discard':
        this.#take(operation.index)?.discard();
        break;
      case 'abort': {
        const abortable = this.#requests.filter((r) => r.state === 'pending' && r.controller !== undefined);
        const request = abortable[operation.index % Math.max(1, abortable.length)];
        if (request !== undefined) {
          request.state = 'aborted';
          request.controller?.abort();
        }
        break;
      }
      case 'break': {
        const thing = this.#things[operation.index % Math.max(1, this.#things.length)];
        if (thing !== undefined) thing.sound = false;
        break;
      }
      case 'server':
        this.#server = operation;
        break;
      case 'resize': {
        const { max } = operation;
        pool.resize({ max, min: Math.min(operation.min, max) });
        this.#max = max;
        this.#allowed = Math.max(max, this.#existing());
        break;
      }
      case 'clear':
        pool.clear();
        break;
      case 'sweep':
        pool.sweep();
        break;
      case 'pass':
        await pass(operation.ms);
        break;
    }
    await pass(0);
    this.check();
  }

  check(): void {
    expect(this.#wrong).toBeUndefined();
    this.pool.assertValid();
    const existing = this.#existing();
    expect(existing, 'resources that exist').toBeLessThanOrEqual(this.#allowed);
    this.#allowed = Math.max(this.#max, Math.min(this.#allowed, existing));
    const stats = this.pool.stats();
    expect(stats.leased).toBe(this.#held.length);
    expect(stats.waiting).toBe(this.#requests.filter(({ state }) => state === 'pending').length);
    const { destroyed } = stats;
    const gone = Object.values(destroyed).reduce((sum, count) => sum + count, 0) - destroyed.late;
    expect(stats.created - gone).toBe(stats.size);
    const now = performance.now();
    for (const { state, deadline } of this.#requests) {
      if (state === 'pending') expect(deadline, 'a wait that is over').toBeGreaterThanOrEqual(now - 1);
    }
  }

  /** The server is well, all give back: everyone is served, and what is left is what `min` says. */
  async end(): Promise<void> {
    this.#server = { state: 'up', ms: 1 };
    for (let i = 0; i < 60 && this.#requests.some(({ state }) => state === 'pending'); i++) {
      for (const lease of this.#held.splice(0)) lease.release();
      await pass(200);
      this.check();
    }
    expect(this.#requests.filter(({ state }) => state !== 'settled')).toEqual([]);
    for (const lease of this.#held.splice(0)) lease.release();
    for (let i = 0; i < 3; i++) {
      await pass(3000);
      this.check();
    }
    const { size, min, max, hits, waited } = this.pool.stats();
    const started = this.#setup.init === 'eager' || (this.#setup.init === 'first-use' && hits + waited > 0);
    // A lifetime of 100 ms may just have ended.
    if (started && this.#setup.maxLifetimeMs > 1000) expect(size).toBeGreaterThanOrEqual(min);
    expect(size).toBeLessThanOrEqual(max);
    const closed = this.pool.close();
    await pass(6000);
    await closed;
    expect(this.pool.stats()).toMatchObject({ size: 0, creating: 0, destroying: 0, leased: 0, waiting: 0 });
    expect(this.#things.filter(({ destroyed }) => destroyed !== 1)).toEqual([]);
  }

  #acquire({ priority, timeoutMs, abortable }: Extract<Operation, { is: 'acquire' }>): void {
    const controller = abortable ? new AbortController() : undefined;
    const request: Request = {
      priority,
      controller,
      deadline: performance.now() + timeoutMs,
      state: 'pending',
    };
    this.#requests.push(request);
    this.pool
      .acquire({ priority, timeoutMs, ...(controller === undefined ? {} : { signal: controller.signal }) })
      .then(
        (lease) => this.#served(request, lease),
        (error: unknown) => {
          const expected =
            request.state === 'aborted' ||
            (error instanceof AcquireTimeoutError && performance.now() >= request.deadline - 1) ||
            (error instanceof QueueFullError && this.#setup.maxWaiting < 100);
          if (!expected) this.#wrong ??= `rejected: ${isRockpoolError(error) ? error.code : String(error)}`;
          request.state = 'settled';
        },
      );
  }

  #served(request: Request, lease: ResourceLease<Thing>): void {
    if (request.state === 'aborted') this.#wrong ??= 'an aborted acquire was served';
    for (const other of this.#requests) {
      if (other === request || other.state !== 'pending') continue;
      const before = this.#requests.indexOf(other) < this.#requests.indexOf(request);
      if (other.priority > request.priority || (other.priority === request.priority && before)) {
        this.#wrong ??= 'somebody was served who was not first';
      }
    }
    request.state = 'settled';
    if (this.#held.some(({ value }) => value === lease.value)) this.#wrong ??= 'a resource is in two hands';
    if (lease.value.destroyed > 0) this.#wrong ??= 'a resource was handed out that was destroyed';
    this.#held.push(lease);
  }

  #take(at: number): ResourceLease<Thing> | undefined {
    return this.#held.splice(at % Math.max(1, this.#held.length), 1)[0];
  }

  #existing(): number {
    const { creating, destroying, size } = this.pool.stats();
    if (creating > this.#creating) this.#wrong ??= 'creations are miscounted';
    return size + creating + destroying;
  }

  async #create(): Promise<Thing> {
    const { state, ms } = this.#server;
    this.#creating++;
    try {
      await new Promise((resolve) => setTimeout(resolve, state === 'hanging' ? 1000 : ms));
      if (state === 'down') throw new Error('down');
      const thing = { id: this.#things.length, sound: true, destroyed: 0 };
      this.#things.push(thing);
      return thing;
    } finally {
      this.#creating--;
    }
  }

  #destroy(thing: Thing, ms: number): Promise<void> | undefined {
    thing.destroyed++;
    if (this.#held.some(({ released, value }) => !released && value === thing)) {
      this.#wrong ??= 'a resource was destroyed under its holder';
    }
    if (ms === 0) return undefined;
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  #validate(thing: Thing): boolean | Promise<boolean> {
    if (this.#setup.validates === 'at once') return thing.sound;
    // What is broken may also hang, or throw.
    if (!thing.sound && thing.id % 3 === 1) return new Promise(() => {});
    if (!thing.sound && thing.id % 3 === 2) throw new Error('broken');
    return new Promise((resolve) => setTimeout(() => resolve(thing.sound), thing.id % 5));
  }

  #reset(thing: Thing): Promise<void> | undefined {
    if (!thing.sound && thing.id % 4 === 3) throw new Error('cannot be reset');
    return thing.id % 2 === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, 3));
  }
}

const RUNS = process.env['ROCKPOOL_LONG_RUNS'] === '1' ? 1500 : 100;

describe('a resource pool with random users', () => {
  beforeEach(stopTime);
  afterEach(() => void vi.useRealTimers());

  it('serves whoever is first, never more than max at a time, and forgets nobody', async () => {
    await fc.assert(
      fc.asyncProperty(
        setup,
        fc.array(operation, { maxLength: 60, size: 'max' }),
        async (given, operations) => {
          const run = new Run(given);
          run.check();
          for (const operation of operations) await run.do(operation);
          await run.end();
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);
});
