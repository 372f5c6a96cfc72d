/** `defer`: what is taken when, functions that are missing, disposables, and the end of `defer` itself. */
import { describe, expect, it } from 'vitest';
import { ArgumentTypeError, type Defer, ScopeEndedError, SuppressedError, scope } from '../../src/index.ts';
import { thrownBy, WAYS } from './ways.ts';

describe('what is taken when', () => {
  it.each(WAYS)('takes the arguments when the call is deferred, %s', (_, first) => {
    for (const count of [1, 2, 3, 10]) {
      const received: unknown[] = [];
      const args = Array.from({ length: count }, (_, i) => `early ${i}`);
      scope((defer) => {
        first(defer);
        defer((...given: unknown[]) => received.push(...given), ...args);
        args.fill('late');
      });
      expect(received).toEqual(Array.from({ length: count }, (_, i) => `early ${i}`));
    }
  });

  it.each(WAYS)('hands on exactly the arguments given, undefined included, %s', (_, first) => {
    const received: unknown[][] = [];
    const keep = (...given: unknown[]) => received.push(given);
    for (const args of [[], [undefined], [undefined, undefined], [1, undefined, 3]]) {
      scope((defer) => {
        first(defer);
        defer(keep, ...args);
      });
    }
    expect(received).toEqual([[], [undefined], [undefined, undefined], [1, undefined, 3]]);
  });

  it.each(WAYS)('reads the variables of a closure when it runs, %s', (_, first) => {
    let variable = 'early';
    const seen: string[] = [];
    scope((defer) => {
      first(defer);
      defer(() => seen.push(variable));
      variable = 'late';
    });
    expect(seen).toEqual(['late']);
  });

  it.each(WAYS)('takes the receiver of a method when it is deferred, %s', (_, first) => {
    class File {
      readonly #name: string;
      static closed: string[] = [];
      constructor(name: string) {
        this.#name = name;
      }
      close(how: string, why: string): void {
        File.closed.push(`${this.#name} ${how} ${why}`);
      }
    }
    scope((defer) => {
      first(defer);
      let file = new File('first');
      defer.method(file, 'close', 'closed', 'early');
      file = new File('second');
      defer.method(file, 'close', 'closed', 'late');
    });
    expect(File.closed).toEqual(['second closed late', 'first closed early']);
  });

  it('takes a method when it is deferred, as Go evaluates a method value', () => {
    const calls: string[] = [];
    const file = { close: () => calls.push('the method of then') };
    scope((defer) => {
      defer.method(file, 'close');
      file.close = () => calls.push('the method of now');
    });
    expect(calls).toEqual(['the method of then']);
  });

  it('calls functions without a receiver', () => {
    const receivers: unknown[] = [];
    function keep(this: unknown, ..._: number[]): void {
      receivers.push(this);
    }
    for (const [, first] of WAYS) {
      scope((defer) => {
        first(defer);
        (defer as { own?: number }).own = 1;
        defer(keep);
        defer(keep, 1);
        defer(keep, 1, 2);
      });
      scope((defer) => defer(keep, 1));
    }
    expect(receivers).toEqual(Array(12).fill(undefined));
  });
});

describe('a missing function', () => {
  const missing = undefined as unknown as (...args: number[]) => void;

  it.each(WAYS)('fails when it runs, not when it is deferred, %s', (_, first) => {
    for (const args of [[], [1], [1, 2]]) {
      let reached = false;
      const error = thrownBy(() =>
        scope((defer) => {
          first(defer);
          defer(missing, ...args);
          reached = true;
        }),
      );
      expect(reached).toBe(true);
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toBe('Cannot run a deferred call as it is undefined');
    }
  });

  it('fails when it runs if it is a method that does not exist', () => {
    const receiver: { close?: () => void } = {};
    let reached = false;
    const error = thrownBy(() =>
      scope((defer) => {
        defer.method(receiver as { close(): void }, 'close');
        receiver.close = () => {};
        reached = true;
      }),
    );
    expect(reached).toBe(true);
    expect((error as Error).message).toBe('Cannot run a deferred call as it is undefined');
  });

  it('leaves the calls deferred before and after it to run', () => {
    const calls: string[] = [];
    const error = thrownBy(() =>
      scope((defer) => {
        defer(() => calls.push('before'));
        defer(missing, 1);
        defer(() => calls.push('after'));
      }),
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(calls).toEqual(['after', 'before']);
  });

  it('that never runs is no failure: it counts only once the scope ends', () => {
    const body = new Error('body');
    const error = thrownBy(() =>
      scope((defer) => {
        defer(missing);
        throw body;
      }),
    );
    expect(error).toBeInstanceOf(SuppressedError);
    expect((error as SuppressedError).suppressed).toBe(body);
  });
});

describe('defer.use()', () => {
  it('gives the resource back and disposes of it at the end, on itself', () => {
    const resource = {
      disposed: 0,
      [Symbol.dispose]() {
        this.disposed++;
      },
    };
    scope((defer) => {
      expect(defer.use(resource)).toBe(resource);
      expect(resource.disposed).toBe(0);
    });
    expect(resource.disposed).toBe(1);
  });

  it('lets null and undefined through and defers nothing for them', () => {
    const calls: string[] = [];
    scope((defer) => {
      defer((name: string) => calls.push(name), 'the only one');
      expect(defer.use(null)).toBe(null);
      expect(defer.use(undefined)).toBe(undefined);
    });
    expect(calls).toEqual(['the only one']);
  });

  it('takes the dispose method when it is called', () => {
    const calls: string[] = [];
    const resource: Disposable = { [Symbol.dispose]: () => void calls.push('then') };
    scope((defer) => {
      defer.use(resource);
      resource[Symbol.dispose] = () => void calls.push('now');
    });
    expect(calls).toEqual(['then']);
  });

  it.each([
    ['a plain object', {}, 'an object'],
    ['a number', 42, '42'],
    ['an only asynchronously disposable one', { async [Symbol.asyncDispose]() {} }, 'an object'],
  ])('refuses %s at once', (_, resource, shown) => {
    const calls: string[] = [];
    scope((defer) => {
      defer(() => calls.push('deferred before'));
      const error = thrownBy(() => defer.use(resource as unknown as Disposable));
      expect(error).toBeInstanceOf(ArgumentTypeError);
      expect(error).toMatchObject({
        code: 'ERR_ROCKPOOL_ARGUMENT_TYPE',
        argument: 'resource',
        value: resource,
        message: `Cannot defer the disposal as 'resource' must be disposable: received ${shown}`,
      });
    });
    expect(calls).toEqual(['deferred before']);
  });
});

describe('defer after the end of its scope', () => {
  const FORMS: [string, (defer: Defer) => void][] = [
    ['defer()', (defer) => defer(() => {})],
    ['defer() with one argument', (defer) => defer((_: number) => {}, 1)],
    ['defer() with two arguments', (defer) => defer((_a: number, _b: number) => {}, 1, 2)],
    ['defer.method()', (defer) => defer.method([1], 'push', 2)],
    ['defer.use()', (defer) => defer.use({ [Symbol.dispose]() {} })],
    ['defer.recover()', (defer) => defer.recover(() => {})],
  ];
  const ENDS: [string, (defer: Defer) => void][] = [
    ['without a deferred call', () => {}],
    ['with one', (defer) => defer((_: number) => {}, 1)],
    ['with two', (defer) => [1, 2].forEach((n) => void defer((_: number) => {}, n))],
    ['with a recovered error', (defer) => defer.recover(() => {})],
  ];

  describe.each(FORMS)('%s', (_, form) => {
    it.each(ENDS)('throws after a scope %s', (_, body) => {
      let escaped: Defer | undefined;
      scope((defer) => {
        escaped = defer;
        body(defer);
      });
      expect(thrownBy(() => form(escaped as Defer))).toBeInstanceOf(ScopeEndedError);
    });

    it('throws after a scope that threw', () => {
      let escaped: Defer | undefined;
      thrownBy(() =>
        scope((defer) => {
          escaped = defer;
          throw new Error('body');
        }),
      );
      expect(thrownBy(() => form(escaped as Defer))).toBeInstanceOf(ScopeEndedError);
    });

    it.each(WAYS)('throws while the deferred calls run, %s', (_, first) => {
      const errors: unknown[] = [];
      scope((defer) => {
        first(defer);
        defer((own: Defer) => errors.push(thrownBy(() => form(own))), defer);
      });
      expect(errors).toEqual([expect.any(ScopeEndedError)]);
    });

    it('throws while a recovery runs', () => {
      const errors: unknown[] = [];
      scope((defer) => {
        defer.recover(() => errors.push(thrownBy(() => form(defer))));
        throw new Error('body');
      });
      expect(errors).toEqual([expect.any(ScopeEndedError)]);
    });
  });

  it('does not defer into the scope that runs by then', () => {
    let escaped: Defer | undefined;
    const calls: string[] = [];
    scope((defer) => {
      escaped = defer;
    });
    scope((defer) => {
      defer((name: string) => calls.push(name), 'own');
      expect(() => escaped?.((name: string) => calls.push(name), 'stranger')).toThrow(ScopeEndedError);
    });
    expect(calls).toEqual(['own']);
  });

  it('is an error in flight for the calls that are left', () => {
    const calls: string[] = [];
    const error = thrownBy(() =>
      scope((defer) => {
        defer(() => calls.push('first'));
        defer(() => defer(() => calls.push('never')));
      }),
    );
    expect(error).toBeInstanceOf(ScopeEndedError);
    expect(calls).toEqual(['first']);
  });
});
