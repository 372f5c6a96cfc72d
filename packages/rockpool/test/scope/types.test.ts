/**
 * The types of scopes, `defer`, leases and pools. `tsc -p tsconfig.test.json` checks them: at run time
 * `expectTypeOf` does nothing, and what is in `typesOnly` never runs.
 */
import { open, rm } from 'node:fs/promises';
import { describe, expectTypeOf, it } from 'vitest';
import { type AsyncDefer, type Defer, Lease, Pool, type Scope, scope } from '../../src/index.ts';

/** Code that is checked and never run. */
function typesOnly(_code: (defer: Defer, asyncDefer: AsyncDefer) => unknown): void {}

class File {
  readonly path: string = '';
  close(_mode: 'flush' | 'drop', _retries: number): void {}
  [Symbol.dispose](): void {}
}

describe('the type of', () => {
  it('scope() is the one its function returns', () => {
    expectTypeOf(scope).toEqualTypeOf<Scope>();
    expectTypeOf(scope(() => 42)).toEqualTypeOf<number>();
    expectTypeOf(scope(() => {})).toEqualTypeOf<void>();
    expectTypeOf(scope((_defer) => ({ a: 'b' }))).toEqualTypeOf<{ a: string }>();
    expectTypeOf(scope<string | undefined>(() => 'text')).toEqualTypeOf<string | undefined>();
    scope((defer) => expectTypeOf(defer).toEqualTypeOf<Defer>());
  });

  it('scope.async() is a promise of what its function returns, promise or not', () => {
    expectTypeOf(scope.async(async () => 42)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(scope.async(() => 42)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(scope.async(async () => {})).toEqualTypeOf<Promise<void>>();
    void scope.async((defer) => expectTypeOf(defer).toEqualTypeOf<AsyncDefer>());
  });

  it('defer() asks for the arguments of its function', () => {
    typesOnly((defer, asyncDefer) => {
      const close = (_fd: number, _why?: string) => {};
      defer(close, 1);
      defer(close, 1, 'why');
      defer(() => 'results are ignored');
      defer((a: number, b: string) => `${a}${b}`, 1, 'b');
      expectTypeOf(defer(close, 1)).toEqualTypeOf<void>();
      // @ts-expect-error the argument is missing
      defer(close);
      // @ts-expect-error the argument is of another type
      defer(close, '1');
      // @ts-expect-error there is one argument too many
      defer(close, 1, 'why', 2);
      // @ts-expect-error it is no function
      defer(1);

      asyncDefer(rm, 'path');
      asyncDefer(rm, 'path', { recursive: true });
      // @ts-expect-error the argument is of another type
      asyncDefer(rm, 42);
    });
  });

  it('defer.method() asks for a method of the receiver and its arguments', () => {
    typesOnly((defer, asyncDefer) => {
      const file = new File();
      for (const method of [defer.method, asyncDefer.method]) {
        method(file, 'close', 'flush', 1);
        method(new Map<string, number>(), 'set', 'key', 1);
        method([1], 'push', 2, 3);
        method({ optional: undefined as File | undefined, close() {} }, 'close');
        // @ts-expect-error there is no such method
        method(file, 'shut', 'flush', 1);
        // @ts-expect-error a property is no method
        method(file, 'path');
        // @ts-expect-error an argument is missing
        method(file, 'close', 'flush');
        // @ts-expect-error an argument is of another type
        method(file, 'close', 'rush', 1);
        // @ts-expect-error there is one argument too many
        method(file, 'close', 'flush', 1, 2);
      }
      expectTypeOf(defer.method(file, 'close', 'flush', 1)).toEqualTypeOf<void>();
    });
  });

  it('defer.use() is its resource’s, and a synchronous scope refuses asynchronous ones', () => {
    typesOnly(async (defer, asyncDefer) => {
      expectTypeOf(defer.use(new File())).toEqualTypeOf<File>();
      expectTypeOf(defer.use(null)).toEqualTypeOf<null>();
      expectTypeOf(defer.use(undefined as File | undefined)).toEqualTypeOf<File | undefined>();
      // @ts-expect-error it cannot be disposed of
      defer.use({});
      // @ts-expect-error it can only be disposed of asynchronously
      defer.use({ async [Symbol.asyncDispose]() {} });

      expectTypeOf(asyncDefer.use(new File())).toEqualTypeOf<File>();
      expectTypeOf(asyncDefer.use(await open('path')))
        .toHaveProperty('fd')
        .toEqualTypeOf<number>();
      // @ts-expect-error it cannot be disposed of
      asyncDefer.use({});
    });
  });

  it('the error of a recovery is unknown', () => {
    typesOnly((defer, asyncDefer) => {
      defer.recover((error) => expectTypeOf(error).toBeUnknown());
      asyncDefer.recover((error) => expectTypeOf(error).toBeUnknown());
      // @ts-expect-error errors are of any type
      defer.recover((error: Error) => error.message);
    });
  });

  it('a pool’s items is what create gives', () => {
    const pool = new Pool({ create: () => ({ rows: [] as number[] }) });
    type Item = { rows: number[] };
    expectTypeOf(pool).toEqualTypeOf<Pool<Item>>();
    expectTypeOf(pool.get()).toEqualTypeOf<Item>();
    expectTypeOf(pool.tryGet()).toEqualTypeOf<Item | undefined>();
    expectTypeOf(pool.lease()).toEqualTypeOf<Lease<Item>>();
    expectTypeOf(pool.put).parameters.toEqualTypeOf<[Item]>();
    expectTypeOf(pool.use((item) => item.rows.length)).toEqualTypeOf<number>();
    expectTypeOf(pool.use(async (item) => item.rows.length)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(pool).toExtend<Disposable>();
    typesOnly(() => {
      // @ts-expect-error items are objects
      new Pool({ create: () => 42 });
      // @ts-expect-error another type of item
      pool.put({ columns: [] });
      // @ts-expect-error the reset gets an item
      new Pool({ create: () => new File(), reset: (item: number) => item });
      // @ts-expect-error there is no such option
      new Pool({ create: () => new File(), maxidle: 1 });
      // @ts-expect-error there is no such level
      new Pool({ create: () => new File(), checks: 'high' });
    });
  });

  it('a lease’s value is the item’s, and cannot be set', () => {
    const lease = new Pool({ create: () => new File() }).lease();
    expectTypeOf(lease).toEqualTypeOf<Lease<File>>();
    expectTypeOf(lease.value).toEqualTypeOf<File>();
    expectTypeOf(lease.released).toEqualTypeOf<boolean>();
    expectTypeOf(lease).toExtend<Disposable>();
    typesOnly((defer) => {
      expectTypeOf(defer.use(lease).value).toEqualTypeOf<File>();
      // @ts-expect-error a lease is for one item
      lease.value = new File();
      // @ts-expect-error the owner must take items of this type
      new Lease({ label: '', put: (_: string) => {}, discard: () => {} }, new File());
    });
  });
});
