/** The brand that all errors share, and values as they stand in messages. */
import { describe, expect, it } from 'vitest';
import * as rockpool from '../../src/index.ts';
import { ArgumentTypeError, brand, isRockpoolError, show, thrownText } from '../../src/internal/errors.ts';

describe('the brand', () => {
  it('is on every error that the library exports', () => {
    const site = { action: 'test' };
    const errors: (Error & { code: string })[] = [
      new rockpool.ArgumentTypeError('test', 'a', 'b', 1),
      new rockpool.OptionTypeError(site, 'a', 'b', 1),
      new rockpool.OptionRangeError(site, 'a', 'b', 1),
      new rockpool.UnknownOptionError(site, 'a', ['b'], 1),
      new rockpool.PoolClosedError('p', 'get from'),
      new rockpool.DoublePutError('p'),
      new rockpool.ForeignPutError('p', 'x'),
      new rockpool.UseAfterPutError('p', 'x', ''),
      new rockpool.DirtyResetError('p', []),
      new rockpool.HookError('Item', 'p', 'reset', 1),
      new rockpool.HookError('Item', 'p', 'destroy', 1),
      new rockpool.HookError('Resource', 'p', 'validate', 1),
      new rockpool.HookTimeoutError('create', 1),
      new rockpool.CreateError('p', 1, 1),
      new rockpool.QueueFullError('p', 1),
      new rockpool.ResourceTimeoutError('p', 1, { holders: [], waiting: 0, creating: 0, max: 1 }, undefined),
      new rockpool.DoubleReleaseError('p'),
      new rockpool.UseAfterReleaseError('p'),
    ];
    for (const error of errors) {
      expect(isRockpoolError(error), error.name).toBe(true);
      expect(error.code).toMatch(/^ERR_ROCKPOOL_[A-Z_]+$/);
      expect(error.name).toBe(error.constructor.name);
      expect(String(error)).toContain(`${error.name}: `);
    }
    expect(new Set(errors.map(({ code }) => code)).size).toBe(errors.length);
  });

  it('is not on other errors, nor on what is no error', () => {
    const others = [new Error('x'), { code: 'ERR_ROCKPOOL_POOL_CLOSED' }, null, undefined, 5, 'x', () => {}];
    for (const other of others) expect(isRockpoolError(other)).toBe(false);
  });

  it('is recognised on the errors of another copy of the library, by the registered symbol', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('rockpool.error')]: true });
    expect(isRockpoolError(foreign)).toBe(true);
  });

  it('shows in no listing of properties', () => {
    const error = new Error('x');
    brand(error);
    expect(Reflect.ownKeys({ ...error })).toEqual([]);
    expect(isRockpoolError(error)).toBe(true);
  });
});

describe('an ArgumentTypeError', () => {
  it('is a TypeError that names the argument and the value', () => {
    const error = new ArgumentTypeError("put into pool 'rows'", 'item', 'an object', 5);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      name: 'ArgumentTypeError',
      code: 'ERR_ROCKPOOL_ARGUMENT_TYPE',
      argument: 'item',
      value: 5,
      message: "Cannot put into pool 'rows' as 'item' must be an object: received 5",
    });
  });
});

describe('show()', () => {
  it.each<[unknown, string]>([
    ['text', "'text'"],
    ['', "''"],
    ['x'.repeat(60), `'${'x'.repeat(60)}'`],
    ['x'.repeat(61), `'${'x'.repeat(57)}…'`],
    [5, '5'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [5n, '5n'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new Map(), 'an instance of Map'],
    [new (class {})(), 'an object'],
    [Object.assign(() => {}, {}), 'a function'],
    [function named() {}, 'function named'],
  ])('shows %# as text', (value, text) => {
    expect(show(value)).toBe(text);
  });
});

describe('thrownText()', () => {
  it('is the text of whatever was thrown, and never throws itself', () => {
    expect(thrownText(new RangeError('far'))).toBe('RangeError: far');
    expect(thrownText('plain')).toBe('plain');
    expect(thrownText(Symbol('s'))).toBe('Symbol(s)');
    expect(thrownText(undefined)).toBe('undefined');
    expect(thrownText(Object.create(null))).toBe('an object');
  });
});
