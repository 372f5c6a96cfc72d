/** Leases: the item until the release, an error after it, and the way home exactly once. */
import { describe, expect, it } from 'vitest';
import {
  DoublePutError,
  DoubleReleaseError,
  Lease,
  type LeaseOwner,
  Pool,
  scope,
  UseAfterReleaseError,
} from '../../src/index.ts';
import { collectUntil } from '../leak/garbage.ts';

interface Rows {
  readonly rows: number[];
}

function rowsPool(): Pool<Rows> {
  return new Pool({
    name: 'rows',
    create: (): Rows => ({ rows: [] }),
    reset: (item) => {
      item.rows.length = 0;
    },
    aging: 'manual',
  });
}

/** An owner that keeps a record of what came home. */
class Home implements LeaseOwner<object> {
  readonly label = "test 'home'";
  readonly put: (item: object) => void;
  readonly discard: (item: object) => void;
  readonly calls: [string, object][] = [];

  constructor() {
    this.put = (item) => void this.calls.push(['put', item]);
    this.discard = (item) => void this.calls.push(['discard', item]);
  }
}

describe('a lease of a pool', () => {
  it('gives the pool’s item, and puts it back at its release', () => {
    const pool = rowsPool();
    const lease = pool.lease();
    const item = lease.value;
    item.rows.push(1);
    expect(lease.value).toBe(item);
    expect(pool.stats()).toMatchObject({ gets: 1, outstanding: 1, idle: 0 });

    lease.release();
    expect(pool.stats()).toMatchObject({ puts: 1, outstanding: 0, idle: 1 });
    expect(pool.get()).toBe(item);
    expect(item.rows).toEqual([]);
  });

  it('gives the item up at discard()', () => {
    const pool = rowsPool();
    const lease = pool.lease();
    const item = lease.value;
    lease.discard();
    expect(lease.released).toBe(true);
    expect(pool.stats()).toMatchObject({ discards: 1, puts: 0, outstanding: 0, idle: 0 });
    expect(pool.get()).not.toBe(item);
  });

  it('tells whether it is released', () => {
    const lease = rowsPool().lease();
    expect(lease.released).toBe(false);
    lease.release();
    expect(lease.released).toBe(true);
  });

  it('throws at its use after the release, instead of giving the next owner’s item', () => {
    const pool = rowsPool();
    const lease = pool.lease();
    const item = lease.value;
    lease.release();
    const next = pool.lease();
    expect(next.value).toBe(item);
    expect(() => lease.value).toThrow(UseAfterReleaseError);
    expect(next.value).toBe(item);
  });

  it('throws at the second release, and the next owner keeps the item', () => {
    const pool = rowsPool();
    const lease = pool.lease();
    lease.release();
    const next = pool.lease();
    expect(() => lease.release()).toThrow(DoubleReleaseError);
    expect(() => lease.discard()).toThrow(DoubleReleaseError);
    expect(next.released).toBe(false);
    expect(pool.stats()).toMatchObject({ outstanding: 1, idle: 0, puts: 1, discards: 0 });
  });

  it('throws at a release or discard after a discard', () => {
    const pool = rowsPool();
    const lease = pool.lease();
    lease.discard();
    expect(() => lease.release()).toThrow(DoubleReleaseError);
    expect(() => lease.discard()).toThrow(DoubleReleaseError);
    expect(pool.stats()).toMatchObject({ discards: 1, puts: 0, outstanding: 0 });
  });

  it('is never recycled: each one is a new object', () => {
    const pool = rowsPool();
    const leases = new Set<Lease<Rows>>();
    for (let i = 0; i < 10; i++) {
      const lease = pool.lease();
      leases.add(lease);
      lease.release();
    }
    expect(leases.size).toBe(10);
    expect(pool.stats().created).toBe(1);
  });
});

describe('the disposal of a lease', () => {
  it('puts the item back', () => {
    const pool = rowsPool();
    const lease = pool.lease();
    lease[Symbol.dispose]();
    expect(lease.released).toBe(true);
    expect(pool.stats()).toMatchObject({ puts: 1, outstanding: 0 });
  });

  it('is idempotent, after a release, a discard and a disposal', () => {
    const pool = rowsPool();
    for (const end of ['release', 'discard', Symbol.dispose] as const) {
      const lease = pool.lease();
      lease[end]();
      lease[Symbol.dispose]();
      lease[Symbol.dispose]();
    }
    expect(pool.stats()).toMatchObject({ gets: 3, puts: 2, discards: 1, outstanding: 0 });
  });

  it('happens at the end of a scope, on return and on throw', () => {
    const pool = rowsPool();
    const sum = scope((defer) => {
      const { value } = defer.use(pool.lease());
      value.rows.push(1, 2, 3);
      expect(pool.stats().outstanding).toBe(1);
      return value.rows.reduce((a, b) => a + b);
    });
    expect(sum).toBe(6);
    expect(pool.stats()).toMatchObject({ outstanding: 0, idle: 1 });

    expect(() =>
      scope((defer) => {
        defer.use(pool.lease());
        throw new Error('body');
      }),
    ).toThrow('body');
    expect(pool.stats()).toMatchObject({ outstanding: 0, idle: 1, created: 1 });
  });

  it('happens at the end of a `using` block, on return and on throw', () => {
    const pool = rowsPool();
    const run = (fails: boolean) => {
      using lease = pool.lease();
      lease.value.rows.push(1);
      expect(pool.stats().outstanding).toBe(1);
      if (fails) throw new Error('body');
    };
    run(false);
    expect(pool.stats()).toMatchObject({ outstanding: 0, idle: 1 });
    expect(() => run(true)).toThrow('body');
    expect(pool.stats()).toMatchObject({ outstanding: 0, idle: 1 });
  });

  it('at the end of a scope comes after an early release without harm', () => {
    const pool = rowsPool();
    scope((defer) => {
      const lease = defer.use(pool.lease());
      lease.release();
    });
    expect(pool.stats()).toMatchObject({ puts: 1, outstanding: 0 });
  });

  it('happens in an asynchronous scope, after the work', async () => {
    const pool = rowsPool();
    await scope.async(async (defer) => {
      const lease = defer.use(pool.lease());
      await null;
      expect(lease.released).toBe(false);
    });
    expect(pool.stats().outstanding).toBe(0);
  });

  it('makes a lease that escapes its scope useless, not dangerous', () => {
    const pool = rowsPool();
    const escaped = scope((defer) => defer.use(pool.lease()));
    expect(() => escaped.value.rows).toThrow(UseAfterReleaseError);
  });
});

describe('a lease and its owner', () => {
  it('hands over exactly the item, once', () => {
    const home = new Home();
    const item = {};
    new Lease(home, item).release();
    expect(home.calls).toEqual([['put', item]]);
    expect(home.calls[0]?.[1]).toBe(item);

    new Lease(home, item).discard();
    expect(home.calls[1]).toEqual(['discard', item]);
    expect(home.calls).toHaveLength(2);
  });

  it('names the owner in its errors', () => {
    const lease = new Lease(new Home(), {});
    lease.release();
    expect(() => lease.release()).toThrow("Cannot release a lease of test 'home' as it is released already");
    expect(() => lease.value).toThrow("Cannot use the value of a lease of test 'home'");
  });

  it('is released even if the owner refuses the item', () => {
    const pool = rowsPool();
    const lease = pool.lease();
    pool.put(lease.value); // behind the lease's back
    expect(() => lease.release()).toThrow(DoublePutError);
    expect(lease.released).toBe(true);
    expect(() => lease.release()).toThrow(DoubleReleaseError);
  });

  it('is released already while the owner’s put runs', () => {
    const seen: boolean[] = [];
    const owner: LeaseOwner<object> = {
      label: 'owner',
      put: () => void seen.push(lease.released),
      discard: () => {},
    };
    const lease = new Lease(owner, {});
    lease.release();
    expect(seen).toEqual([true]);
  });

  it('lets go of the item at its release, even if the lease is kept', async () => {
    const forgetful: LeaseOwner<object> = { label: 'forgetful', put: () => {}, discard: () => {} };
    const make = () => {
      const item = {};
      return { lease: new Lease(forgetful, item), item: new WeakRef(item) };
    };
    const kept = make();
    const released = make();
    released.lease.release();
    await collectUntil('the released item is collected', () => released.item.deref() === undefined);
    expect(kept.item.deref()).toBe(kept.lease.value);
    expect(released.lease.released).toBe(true);
  });
});
