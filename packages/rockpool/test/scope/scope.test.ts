/** `scope`: its outcome, the order of its deferred calls, and how often they run. */
import { describe, expect, it } from 'vitest';
import { ScopeAsyncError, scope } from '../../src/index.ts';
import { thrownBy, WAYS } from './ways.ts';

describe('the outcome of a scope', () => {
  it('is what its function returned', () => {
    const result = { n: 1 };
    expect(scope(() => result)).toBe(result);
  });

  it('is what its function threw', () => {
    const error = new Error('body');
    const calls: string[] = [];
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer((name: string) => calls.push(name), 'deferred');
        throw error;
      }),
    );
    expect(thrown).toBe(error);
    expect(calls).toEqual(['deferred']);
  });

  it.each(WAYS)('is not what a deferred call returned, %s', (_, first) => {
    const result = scope((defer) => {
      first(defer);
      defer((n: number) => n, 1);
      return 42;
    });
    expect(result).toBe(42);
  });
});

describe('deferred calls', () => {
  it('run last-in first-out', () => {
    const calls: number[] = [];
    scope((defer) => {
      for (let i = 0; i < 5; i++) defer((n: number) => calls.push(n), i);
      expect(calls).toEqual([]);
    });
    expect(calls).toEqual([4, 3, 2, 1, 0]);
  });

  it('run last-in first-out when they were deferred conditionally', () => {
    for (let mask = 0; mask < 2 ** 5; mask++) {
      const deferred: number[] = [];
      const calls: number[] = [];
      scope((defer) => {
        for (let i = 0; i < 5; i++) {
          if ((mask & (1 << i)) === 0) continue;
          deferred.push(i);
          defer((n: number) => calls.push(n), i);
        }
      });
      expect(calls).toEqual(deferred.reverse());
    }
  });

  it('run in one order, whatever their form', () => {
    const calls: string[] = [];
    const log = { add: (...names: string[]) => calls.push(...names) };
    scope((defer) => {
      defer.use({ [Symbol.dispose]: () => void calls.push('use') });
      defer(() => calls.push('none'));
      defer.method(log, 'add', 'method');
      defer.recover(() => calls.push('never'));
      defer(log.add, 'one');
      defer(log.add, 'two', 'arguments');
    });
    expect(calls).toEqual(['two', 'arguments', 'one', 'method', 'none', 'use']);
  });

  it.each(WAYS)('run each exactly once on return, %s', (_, first) => {
    let runs = 0;
    scope((defer) => {
      first(defer);
      defer((step: number) => (runs += step), 1);
    });
    expect(runs).toBe(1);
  });

  it.each(WAYS)('run each exactly once on throw, %s', (_, first) => {
    let runs = 0;
    const body = new Error('body');
    expect(
      thrownBy(() =>
        scope((defer) => {
          first(defer);
          defer((step: number) => (runs += step), 1);
          throw body;
        }),
      ),
    ).toBe(body);
    expect(runs).toBe(1);
  });

  it.each(WAYS)('run exactly once even if they throw, %s', (_, first) => {
    let runs = 0;
    const error = new Error('deferred');
    expect(
      thrownBy(() =>
        scope((defer) => {
          first(defer);
          defer((step: number) => {
            runs += step;
            throw error;
          }, 1);
        }),
      ),
    ).toBe(error);
    expect(runs).toBe(1);
  });

  it('run after the result is set', () => {
    const box = { value: 'before' };
    const seen: string[] = [];
    const result = scope((defer) => {
      defer((b: typeof box) => {
        seen.push(b.value);
        b.value = 'changed by the deferred call';
      }, box);
      box.value = 'set by the result';
      return box.value;
    });
    expect(seen).toEqual(['set by the result']);
    expect(result).toBe('set by the result');
    expect(box.value).toBe('changed by the deferred call');
  });

  it('run the inner scope’s before the outer scope goes on', () => {
    const calls: string[] = [];
    scope((outer) => {
      outer((name: string) => calls.push(name), 'outer');
      scope((inner) => {
        inner((name: string) => calls.push(name), 'inner');
      });
      calls.push('body');
    });
    expect(calls).toEqual(['inner', 'body', 'outer']);
  });

  it('belong to the scope whose defer was called, from inside an inner scope too', () => {
    const calls: string[] = [];
    scope((outer) => {
      scope((inner) => {
        outer((name: string) => calls.push(name), 'outer');
        inner((name: string) => calls.push(name), 'inner');
      });
      calls.push('body');
    });
    expect(calls).toEqual(['inner', 'body', 'outer']);
  });

  it('run all, and without recursion, when there are 100,000', () => {
    let expected = 100_000;
    scope((defer) => {
      for (let i = 1; i <= 100_000; i++) {
        defer((n: number) => {
          if (n !== expected--) throw new Error(`out of order: ${n}`);
        }, i);
      }
    });
    expect(expected).toBe(0);
  });
});

describe('a loop', () => {
  /** Items that are taken at this moment, and the most there were. */
  class Gauge {
    held = 0;
    peak = 0;
    take(): number {
      this.peak = Math.max(this.peak, ++this.held);
      return this.peak;
    }
    giveBack(): void {
      this.held--;
    }
  }

  it('in one scope holds the items of all N iterations until the end', () => {
    const gauge = new Gauge();
    scope((defer) => {
      for (let i = 1; i <= 100; i++) {
        gauge.take();
        defer.method(gauge, 'giveBack');
        expect(gauge.held).toBe(i);
      }
    });
    expect(gauge).toMatchObject({ held: 0, peak: 100 });
  });

  it('with a scope an iteration holds one', () => {
    const gauge = new Gauge();
    for (let i = 0; i < 100; i++) {
      scope((defer) => {
        gauge.take();
        defer.method(gauge, 'giveBack');
      });
    }
    expect(gauge).toMatchObject({ held: 0, peak: 1 });
  });
});

describe('a synchronous scope whose function returns a promise', () => {
  it('throws, and has run its deferred calls', () => {
    const calls: string[] = [];
    const error = thrownBy(() =>
      scope(async (defer) => {
        defer(() => calls.push('deferred'));
      }),
    );
    expect(error).toBeInstanceOf(ScopeAsyncError);
    expect(calls).toEqual(['deferred']);
  });

  it('can recover from that', () => {
    const result = scope<unknown>((defer) => {
      defer.recover((error) => (error as ScopeAsyncError).code);
      return Promise.resolve(1);
    });
    expect(result).toBe('ERR_ROCKPOOL_SCOPE_ASYNC');
  });

  it('leaves no unhandled rejection behind', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      expect(() => scope(() => Promise.reject(new Error('late')))).toThrow(ScopeAsyncError);
      // Unhandled rejections are told before the next turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(unhandled).toEqual([]);
  });
});
