/**
 * Errors in a scope: how deferred calls that throw are kept together, and how `defer.recover` ends an error.
 */
import { describe, expect, it } from 'vitest';
import { ArgumentTypeError, type Defer, SuppressedError, scope } from '../../src/index.ts';
import { chainOf } from './error-chain.ts';
import { thrownBy } from './ways.ts';

function fail(error: unknown): never {
  throw error;
}

describe('an error in a deferred call', () => {
  it('is thrown as it is if none was in flight', () => {
    const error = new Error('deferred');
    expect(thrownBy(() => scope((defer) => defer(fail, error)))).toBe(error);
    expect(thrownBy(() => scope((defer) => [1, 2].forEach(() => void defer(fail, error))))).toBe(error);
  });

  it('lets the rest run', () => {
    const calls: string[] = [];
    const error = new Error('deferred');
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer((name: string) => calls.push(name), 'first');
        defer(fail, error);
        defer((name: string) => calls.push(name), 'last');
      }),
    );
    expect(thrown).toBe(error);
    expect(calls).toEqual(['last', 'first']);
  });

  it('wraps the error in flight as a SuppressedError', () => {
    const body = new Error('body');
    const deferred = new Error('deferred');
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer(fail, deferred);
        fail(body);
      }),
    );
    expect(thrown).toBeInstanceOf(SuppressedError);
    expect(thrown).toMatchObject({ message: 'A deferred call threw while an error was in flight' });
    expect((thrown as SuppressedError).error).toBe(deferred);
    expect((thrown as SuppressedError).suppressed).toBe(body);
  });

  it('is kept with all the others, the newest on the outside', () => {
    const errors = ['body', 'third', 'second', 'first'].map((name) => new Error(name));
    const [body, third, second, first] = errors;
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer(fail, first);
        defer(fail, second);
        defer(fail, third);
        fail(body);
      }),
    );
    expect(chainOf(thrown)).toEqual({
      error: first,
      suppressed: { error: second, suppressed: { error: third, suppressed: body } },
    });
  });

  it('that is the error in flight is a rethrow and wraps nothing', () => {
    const error = new Error('both');
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer(fail, error);
        defer(fail, error);
        fail(error);
      }),
    );
    expect(thrown).toBe(error);
  });

  it('may be no Error at all, undefined included', () => {
    for (const error of [undefined, null, 0, '', false]) {
      expect(thrownBy(() => scope(() => fail(error)))).toBe(error);
      expect(thrownBy(() => scope((defer) => defer(fail, error)))).toBe(error);
      expect(thrownBy(() => scope((defer) => [1, 2].forEach(() => void defer(fail, error))))).toBe(error);
    }
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer(fail, null);
        fail(undefined);
      }),
    );
    expect(thrown).toBeInstanceOf(SuppressedError);
    expect((thrown as SuppressedError).error).toBe(null);
    expect((thrown as SuppressedError).suppressed).toBe(undefined);
  });
});

describe('defer.recover()', () => {
  it('ends the error in flight and gives the scope its result', () => {
    const error = new Error('body');
    const received: unknown[] = [];
    const result = scope<string>((defer) => {
      defer.recover((given) => {
        received.push(given);
        return 'recovered';
      });
      fail(error);
    });
    expect(result).toBe('recovered');
    expect(received).toEqual([error]);
  });

  it('lets those deferred before it run, and the caller go on normally', () => {
    const calls: string[] = [];
    scope((outer) => {
      outer((name: string) => calls.push(name), 'caller’s deferred call');
      scope((defer) => {
        defer((name: string) => calls.push(name), 'before');
        defer.recover(() => calls.push('recovery'));
        defer((name: string) => calls.push(name), 'after');
        fail(new Error('body'));
      });
      calls.push('caller goes on');
    });
    expect(calls).toEqual(['after', 'recovery', 'before', 'caller goes on', 'caller’s deferred call']);
  });

  it('is not called if no error is in flight', () => {
    const result = scope((defer) => {
      defer.recover(() => fail(new Error('called')));
      return 'the body’s';
    });
    expect(result).toBe('the body’s');
  });

  it('does not see an error that is thrown after it, by a call deferred before it', () => {
    const error = new Error('deferred');
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer(fail, error);
        defer.recover(() => fail(new Error('called')));
      }),
    );
    expect(thrown).toBe(error);
  });

  it('ends an error that a deferred call threw', () => {
    const error = new Error('deferred');
    const received: unknown[] = [];
    scope((defer) => {
      defer.recover((given) => received.push(given));
      defer(fail, error);
    });
    expect(received).toEqual([error]);
  });

  it('gets the SuppressedError if several errors are in flight', () => {
    const body = new Error('body');
    const deferred = new Error('deferred');
    const chain = scope<unknown>((defer) => {
      defer.recover(chainOf);
      defer(fail, deferred);
      fail(body);
    });
    expect(chain).toEqual({ error: deferred, suppressed: body });
  });

  it('is the only way: a recovery in a scope that a deferred call opens finds nothing to recover', () => {
    const error = new Error('body');
    const received: unknown[] = [];
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer(() => scope((inner) => inner.recover((given) => received.push(given))));
        fail(error);
      }),
    );
    expect(thrown).toBe(error);
    expect(received).toEqual([]);
  });

  it('is the only way: what a deferred call returns or catches ends no error', () => {
    const error = new Error('body');
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer(() => 'a value');
        defer((_: string) => {
          try {
            fail(new Error('caught'));
          } catch {}
        }, '');
        fail(error);
      }),
    );
    expect(thrown).toBe(error);
  });

  it('in a scope inside a deferred call leaves the outer error intact', () => {
    const outer = new Error('outer');
    const inner = new Error('inner');
    const received: unknown[] = [];
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer(() => {
          const result = scope<string>((nested) => {
            nested.recover((given) => {
              received.push(given);
              return 'recovered inside';
            });
            fail(inner);
          });
          received.push(result);
        });
        fail(outer);
      }),
    );
    expect(thrown).toBe(outer);
    expect(received).toEqual([inner, 'recovered inside']);
  });

  it('recovers the outer error after a nested one was recovered', () => {
    const result = scope<unknown>((defer) => {
      defer.recover((error) => error);
      defer(() => {
        scope((nested) => {
          nested.recover(() => {});
          fail('inner');
        });
      });
      fail('outer');
    });
    expect(result).toBe('outer');
  });

  it('may rethrow what it does not know, which is then in flight again, as it was', () => {
    const error = new Error('unknown');
    const calls: string[] = [];
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer((name: string) => calls.push(name), 'before');
        defer.recover(fail);
        fail(error);
      }),
    );
    expect(thrown).toBe(error);
    expect(calls).toEqual(['before']);
  });

  it('leaves no stale record after repeated rethrows', () => {
    const error = new Error('rethrown');
    let handlers = 0;
    const thrown = thrownBy(() =>
      scope((defer) => {
        for (let i = 0; i < 100; i++) {
          defer.recover((given) => {
            handlers++;
            fail(given);
          });
        }
        fail(error);
      }),
    );
    expect(handlers).toBe(100);
    expect(thrown).toBe(error);
  });

  it('leaves no stale record when each recovery throws another error', () => {
    const received: unknown[] = [];
    const thrown = thrownBy(() =>
      scope((defer) => {
        for (let i = 0; i < 5; i++) {
          defer.recover((given) => {
            received.push(given);
            fail(`rethrown ${i}`);
          });
        }
        fail('body');
      }),
    );
    expect(received).toEqual(['body', 'rethrown 4', 'rethrown 3', 'rethrown 2', 'rethrown 1']);
    expect(thrown).toBe('rethrown 0');
  });

  it('leaves no stale record through a recovered and a new error', () => {
    const thrown = thrownBy(() =>
      scope((defer) => {
        defer(fail, 'new');
        defer.recover(() => 'recovered');
        fail('old');
      }),
    );
    expect(thrown).toBe('new');
  });

  it('leaves no stale record through nested scopes that rethrow', () => {
    const error = new Error('innermost');
    const nest = (depth: number): unknown =>
      scope((defer) => {
        defer.recover(fail);
        return depth === 0 ? fail(error) : nest(depth - 1);
      });
    expect(thrownBy(() => nest(50))).toBe(error);
  });

  it('is called once for each error: the second finds the first’s gone', () => {
    const received: unknown[] = [];
    const result = scope<string>((defer) => {
      defer.recover((error) => fail(`second: ${error}`));
      defer.recover((error) => {
        received.push(error);
        return 'first';
      });
      fail('body');
    });
    expect(result).toBe('first');
    expect(received).toEqual(['body']);
  });

  it('gives the last recovery’s result if there are several errors one after the other', () => {
    const result = scope<string>((defer) => {
      defer.recover((error) => `second: ${error}`);
      defer(fail, 'late');
      defer.recover((error) => `first: ${error}`);
      fail('body');
    });
    expect(result).toBe('second: late');
  });

  it('recovers falsy errors too', () => {
    for (const error of [undefined, null, 0, '', false]) {
      const received: unknown[] = [];
      const result = scope<unknown>((defer) => {
        defer.recover((given) => {
          received.push(given);
        });
        fail(error);
      });
      expect(received).toEqual([error]);
      expect(result).toBe(undefined);
    }
  });

  it('calls the handler without a receiver', () => {
    let receiver: unknown = 'not called';
    scope((defer) => {
      defer.recover(function (this: unknown) {
        receiver = this;
      });
      fail('body');
    });
    expect(receiver).toBe(undefined);
  });

  it.each([undefined, null, 'handler', {}])('refuses %o as its handler at once', (handler) => {
    const thrown = thrownBy(() => scope((defer: Defer) => defer.recover(handler as never)));
    expect(thrown).toBeInstanceOf(ArgumentTypeError);
    expect(thrown).toMatchObject({ code: 'ERR_ROCKPOOL_ARGUMENT_TYPE', argument: 'handler', value: handler });
    expect((thrown as Error).message).toMatch(/^Cannot defer a recovery as 'handler' must be a function:/);
  });
});
