/**
 * `scope.async`: what the synchronous scope does, with promises that are awaited one after the other.
 */
import { describe, expect, it } from 'vitest';
import {
  ArgumentTypeError,
  type AsyncDefer,
  ScopeEndedError,
  SuppressedError,
  scope,
} from '../../src/index.ts';
import { chainOf } from './error-chain.ts';

/** Names of a way through `defer`, and what it defers first to get there. */
const WAYS: [string, (defer: AsyncDefer) => void][] = [
  ['as the only call', () => {}],
  ['above another call', (defer) => defer((_: number) => {}, 1)],
];

async function fail(error: unknown): Promise<never> {
  await nextTurn();
  throw error;
}

function failNow(error: unknown): never {
  throw error;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => Promise.reject(new Error('it was fulfilled')),
    (error: unknown) => error,
  );
}

describe('the outcome of an asynchronous scope', () => {
  it('is what its function’s promise gave', async () => {
    const result = { n: 1 };
    expect(await scope.async(async () => result)).toBe(result);
    expect(await scope.async(() => result)).toBe(result);
  });

  it('is a rejection with what its function rejected with', async () => {
    const error = new Error('body');
    expect(await rejectionOf(scope.async(() => fail(error)))).toBe(error);
  });

  it('is a rejection, not a throw, where its function throws before its first promise', async () => {
    const error = new Error('body');
    const calls: string[] = [];
    const promise = scope.async((defer) => {
      defer((name: string) => calls.push(name), 'deferred');
      return failNow(error);
    });
    expect(promise).toBeInstanceOf(Promise);
    expect(await rejectionOf(promise)).toBe(error);
    expect(calls).toEqual(['deferred']);
  });

  it('may be a rejection with no Error at all, undefined included', async () => {
    for (const error of [undefined, null, 0, '', false]) {
      expect(await rejectionOf(scope.async(() => fail(error)))).toBe(error);
      expect(await rejectionOf(scope.async((defer) => defer(fail, error)))).toBe(error);
    }
  });

  it('is there only after the last deferred call is done', async () => {
    let done = false;
    await scope.async((defer) => {
      defer(async () => {
        await nextTurn();
        done = true;
      });
    });
    expect(done).toBe(true);
  });
});

describe('asynchronous deferred calls', () => {
  it('run after the body’s promise is settled, not when it is returned', async () => {
    const calls: string[] = [];
    await scope.async(async (defer) => {
      defer((name: string) => calls.push(name), 'deferred');
      await nextTurn();
      calls.push('body');
    });
    expect(calls).toEqual(['body', 'deferred']);
  });

  it('run last-in first-out, each after the one before it is done', async () => {
    const calls: string[] = [];
    const step = async (name: string) => {
      calls.push(`${name} begins`);
      await nextTurn();
      calls.push(`${name} ends`);
    };
    await scope.async((defer) => {
      defer(step, 'first');
      defer(() => calls.push('synchronous'));
      defer(step, 'last');
    });
    expect(calls).toEqual(['last begins', 'last ends', 'synchronous', 'first begins', 'first ends']);
  });

  it('run last-in first-out when they were deferred conditionally', async () => {
    for (let mask = 0; mask < 2 ** 4; mask++) {
      const deferred: number[] = [];
      const calls: number[] = [];
      await scope.async((defer) => {
        for (let i = 0; i < 4; i++) {
          if ((mask & (1 << i)) === 0) continue;
          deferred.push(i);
          defer((n: number) => calls.push(n), i);
        }
      });
      expect(calls).toEqual(deferred.reverse());
    }
  });

  it.each(WAYS)('run each exactly once, on fulfilment and on rejection, %s', async (_, first) => {
    for (const body of [async () => 1, () => fail(new Error('body'))]) {
      let runs = 0;
      await scope
        .async((defer) => {
          first(defer);
          defer(async (step: number) => {
            await nextTurn();
            runs += step;
          }, 1);
          return body();
        })
        .catch(() => {});
      expect(runs).toBe(1);
    }
  });

  it.each(WAYS)('take their arguments when they are deferred, closures read late, %s', async (_, first) => {
    const seen: string[] = [];
    let variable = 'early';
    await scope.async(async (defer) => {
      first(defer);
      defer((...given: string[]) => seen.push(...given), variable);
      defer((...given: string[]) => seen.push(...given), variable, 'and more');
      defer(() => seen.push(`closure: ${variable}`));
      await nextTurn();
      variable = 'late';
    });
    expect(seen).toEqual(['closure: late', 'early', 'and more', 'early']);
  });

  it('take the receiver of a method when it is deferred', async () => {
    const seen: string[] = [];
    class Connection {
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
      async close(why: string): Promise<void> {
        await nextTurn();
        seen.push(`${this.name} closed ${why}`);
      }
    }
    await scope.async(async (defer) => {
      let connection = new Connection('first');
      defer.method(connection, 'close', 'at the end');
      await nextTurn();
      connection = new Connection('second');
      defer.method(connection, 'close', 'before');
    });
    expect(seen).toEqual(['second closed before', 'first closed at the end']);
  });

  it('that are missing fail when they run, not when they are deferred', async () => {
    for (const args of [[], [1], [1, 2]]) {
      let reached = false;
      const error = await rejectionOf(
        scope.async((defer) => {
          defer(undefined as unknown as (...args: number[]) => void, ...args);
          reached = true;
        }),
      );
      expect(reached).toBe(true);
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toBe('Cannot run a deferred call as it is undefined');
    }
  });

  it('await thenables too', async () => {
    const calls: string[] = [];
    await scope.async((defer) => {
      defer((name: string) => calls.push(name), 'first');
      defer(() => ({
        // biome-ignore lint/suspicious/noThenProperty: the test is about thenables
        then(resolve: () => void) {
          setImmediate(() => {
            calls.push('thenable');
            resolve();
          });
        },
      }));
    });
    expect(calls).toEqual(['thenable', 'first']);
  });
});

describe('a rejection in an asynchronous deferred call', () => {
  it('lets the rest run and is the outcome', async () => {
    const calls: string[] = [];
    const error = new Error('deferred');
    const promise = scope.async((defer) => {
      defer((name: string) => calls.push(name), 'first');
      defer(fail, error);
      defer((name: string) => calls.push(name), 'last');
    });
    expect(await rejectionOf(promise)).toBe(error);
    expect(calls).toEqual(['last', 'first']);
  });

  it('wraps the error in flight as a SuppressedError, the newest on the outside', async () => {
    const [body, second, first] = ['body', 'second', 'first'].map((name) => new Error(name));
    const thrown = await rejectionOf(
      scope.async((defer) => {
        defer(fail, first);
        defer(failNow, second);
        return fail(body);
      }),
    );
    expect(thrown).toBeInstanceOf(SuppressedError);
    expect(chainOf(thrown)).toEqual({ error: first, suppressed: { error: second, suppressed: body } });
  });

  it('with the error in flight is a rethrow and wraps nothing', async () => {
    const error = new Error('both');
    const promise = scope.async((defer) => {
      defer(fail, error);
      return fail(error);
    });
    expect(await rejectionOf(promise)).toBe(error);
  });
});

describe('defer.recover() in an asynchronous scope', () => {
  it('ends a rejection, gives the result and lets those deferred before it run', async () => {
    const calls: unknown[] = [];
    const result = await scope.async<string>((defer) => {
      defer((name: string) => calls.push(name), 'before');
      defer.recover(async (error) => {
        calls.push(error);
        await nextTurn();
        calls.push('recovery is awaited');
        return 'recovered';
      });
      defer((name: string) => calls.push(name), 'after');
      return fail('body');
    });
    expect(result).toBe('recovered');
    expect(calls).toEqual(['after', 'body', 'recovery is awaited', 'before']);
  });

  it('is not called if no error is in flight', async () => {
    const result = await scope.async((defer) => {
      defer.recover(() => failNow(new Error('called')));
      return 'the body’s';
    });
    expect(result).toBe('the body’s');
  });

  it('may reject with another error, which replaces the one it took over', async () => {
    const promise = scope.async((defer) => {
      defer.recover((error) => fail(`rethrown: ${error}`));
      return fail('body');
    });
    expect(await rejectionOf(promise)).toBe('rethrown: body');
  });

  it('leaves no stale record after repeated rethrows', async () => {
    const error = new Error('rethrown');
    const promise = scope.async((defer) => {
      for (let i = 0; i < 20; i++) defer.recover(i % 2 === 0 ? fail : failNow);
      return fail(error);
    });
    expect(await rejectionOf(promise)).toBe(error);
  });

  it('in a scope inside a deferred call leaves the outer error intact', async () => {
    const outer = new Error('outer');
    const received: unknown[] = [];
    const promise = scope.async((defer) => {
      defer(async () => {
        await scope.async((nested) => {
          nested.recover((error) => received.push(error));
          return fail('inner');
        });
      });
      return fail(outer);
    });
    expect(await rejectionOf(promise)).toBe(outer);
    expect(received).toEqual(['inner']);
  });
});

describe('defer.use() in an asynchronous scope', () => {
  it('awaits Symbol.asyncDispose, and prefers it to Symbol.dispose', async () => {
    const calls: string[] = [];
    const resource = {
      name: 'socket',
      async [Symbol.asyncDispose]() {
        await nextTurn();
        calls.push(`${this.name} closed asynchronously`);
      },
      [Symbol.dispose]() {
        calls.push('closed synchronously');
      },
    };
    await scope.async(async (defer) => {
      defer((name: string) => calls.push(name), 'first');
      expect(defer.use(resource)).toBe(resource);
    });
    expect(calls).toEqual(['socket closed asynchronously', 'first']);
  });

  it('takes what has only Symbol.dispose, and lets null and undefined through', async () => {
    let disposed = 0;
    await scope.async((defer) => {
      defer.use({ [Symbol.dispose]: () => void disposed++ });
      expect(defer.use(null)).toBe(null);
      expect(defer.use(undefined)).toBe(undefined);
      expect(disposed).toBe(0);
    });
    expect(disposed).toBe(1);
  });

  it('refuses what cannot be disposed of', async () => {
    const promise = scope.async((defer) => defer.use({} as unknown as Disposable));
    expect(await rejectionOf(promise)).toBeInstanceOf(ArgumentTypeError);
  });
});

describe('defer after the end of its asynchronous scope', () => {
  const FORMS: [string, (defer: AsyncDefer) => void][] = [
    ['defer()', (defer) => defer((_: number) => {}, 1)],
    ['defer.method()', (defer) => defer.method([1], 'push', 2)],
    ['defer.use()', (defer) => defer.use({ async [Symbol.asyncDispose]() {} })],
    ['defer.recover()', (defer) => defer.recover(() => {})],
  ];

  it.each(FORMS)('%s throws', async (_, form) => {
    let escaped: AsyncDefer | undefined;
    await scope.async(async (defer) => {
      escaped = defer;
    });
    expect(() => form(escaped as AsyncDefer)).toThrow(ScopeEndedError);
  });

  it.each(FORMS)('%s throws while the deferred calls run, after an await too', async (_, form) => {
    const errors: unknown[] = [];
    await scope.async((defer) => {
      defer(async () => {
        for (let i = 0; i < 2; i++) {
          try {
            form(defer);
          } catch (error) {
            errors.push(error);
          }
          await nextTurn();
        }
      });
    });
    expect(errors).toEqual([expect.any(ScopeEndedError), expect.any(ScopeEndedError)]);
  });

  it('throws in work that nobody waited for, and the deferred call is not lost in silence', async () => {
    let forgotten: Promise<void> | undefined;
    await scope.async(async (defer) => {
      forgotten = (async () => {
        await nextTurn();
        defer(() => {});
      })();
    });
    await expect(forgotten).rejects.toThrow(ScopeEndedError);
  });
});

describe('asynchronous scopes that run at the same time', () => {
  it('keep their deferred calls apart', async () => {
    const calls: string[] = [];
    const run = (name: string, turns: number) =>
      scope.async(async (defer) => {
        for (let i = 0; i < turns; i++) {
          defer((text: string) => calls.push(text), `${name}${i}`);
          await nextTurn();
        }
      });
    await Promise.all([run('a', 2), run('b', 4)]);
    expect(calls).toEqual(['a1', 'a0', 'b3', 'b2', 'b1', 'b0']);
  });
});
