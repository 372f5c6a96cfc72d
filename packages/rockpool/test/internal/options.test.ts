/** Checks of options: what passes, what is refused, and the hint for a misspelt name. */
import { describe, expect, it } from 'vitest';
import {
  expectBoolean,
  expectFraction,
  expectFunction,
  expectInteger,
  expectOneOf,
  expectString,
  OptionRangeError,
  OptionTypeError,
  readOptions,
  UnknownOptionError,
} from '../../src/internal/options.ts';

const SITE = { action: 'build a boat' };

describe('a check of an option', () => {
  it('gives the value that passes', () => {
    const fn = () => {};
    expect(expectFunction(SITE, 'a', fn)).toBe(fn);
    expect(expectString(SITE, 'a', '', 'x')).toBe('');
    expect(expectBoolean(SITE, 'a', false, true)).toBe(false);
    expect(expectOneOf(SITE, 'a', 'b', ['a', 'b'], 'a')).toBe('b');
    expect([expectInteger(SITE, 'a', 2, 2, 4, 3), expectInteger(SITE, 'a', 4, 2, 4, 3)]).toEqual([2, 4]);
    expect([expectFraction(SITE, 'a', 0, 0.5), expectFraction(SITE, 'a', 1, 0.5)]).toEqual([0, 1]);
  });

  it('gives the default for what was left out, but for functions', () => {
    expect(expectString(SITE, 'a', undefined, 'x')).toBe('x');
    expect(expectBoolean(SITE, 'a', undefined, true)).toBe(true);
    expect(expectOneOf(SITE, 'a', undefined, ['a', 'b'], 'b')).toBe('b');
    expect(expectInteger(SITE, 'a', undefined, 2, 4, 3)).toBe(3);
    expect(expectFraction(SITE, 'a', undefined, 0.5)).toBe(0.5);
    expect(() => expectFunction(SITE, 'a', undefined)).toThrow(OptionTypeError);
  });

  it('refuses a wrong type, naming what was about to happen, the option, what it must be and the value', () => {
    const refused: [() => unknown, string][] = [
      [() => expectFunction(SITE, 'f', 1), "'f' must be a function: received 1"],
      [() => expectString(SITE, 's', 1 as never, ''), "'s' must be a string: received 1"],
      [() => expectBoolean(SITE, 'b', 0 as never, true), "'b' must be a boolean: received 0"],
      [() => expectOneOf(SITE, 'o', 1 as never, ['a', 'b'], 'a'), "'o' must be one of 'a', 'b': received 1"],
      [
        () => expectInteger(SITE, 'i', null as never, 2, 4, 3),
        "'i' must be an integer from 2 to 4: received null",
      ],
      [
        () => expectFraction(SITE, 'r', [] as never, 0),
        "'r' must be a number from 0 to 1: received an array of 0",
      ],
    ];
    for (const [call, message] of refused) {
      expect(call).toThrow(OptionTypeError);
      expect(call).toThrow(`Cannot build a boat as ${message}`);
    }
  });

  it('refuses a value outside the range', () => {
    for (const value of [1, 5, 2.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => expectInteger(SITE, 'i', value, 2, 4, 3)).toThrow(OptionRangeError);
    }
    for (const value of [-0.01, 1.01, Number.NaN]) {
      expect(() => expectFraction(SITE, 'r', value, 0)).toThrow(OptionRangeError);
    }
    expect(() => expectOneOf(SITE, 'o', 'c' as 'a', ['a', 'b'], 'a')).toThrow(OptionRangeError);
  });
});

describe('readOptions()', () => {
  const names = ['colour', 'length'] as const;

  it('gives the options themselves', () => {
    const options = { colour: 'red' };
    expect(readOptions<{ colour?: string; length?: number }>(SITE, options, names)).toBe(options);
  });

  it.each([undefined, null, 5, 'x', () => {}])('refuses %o, under its path', (value) => {
    expect(() => readOptions(SITE, value as never, names as never)).toThrow("'options' must be an object");
    expect(() => readOptions(SITE, value as never, names as never, 'boat')).toThrow(
      "'boat' must be an object",
    );
  });

  it.each([
    ['color', 'colour'],
    ['Colour', 'colour'],
    ['colours', 'colour'],
    ['lenght', 'length'],
    ['lngth', 'length'],
    ['xlength', 'length'],
  ])('knows that %s was meant to be %s', (wrong, near) => {
    const read = () => readOptions(SITE, { [wrong]: 1 } as never, names as never);
    expect(read).toThrow(UnknownOptionError);
    expect(read).toThrow(`Cannot build a boat as '${wrong}' is not an option: did you mean '${near}'`);
  });

  it.each(['width', 'c', '', 'len', 'colourful!'])('knows no option near to %j', (wrong) => {
    const read = () => readOptions(SITE, { [wrong]: 1 } as never, names as never);
    expect(read).toThrow(`'${wrong}' is not an option: known are colour, length`);
  });

  it('tells the value of the unknown option', () => {
    const read = () => readOptions(SITE, { width: 7 } as never, names as never);
    expect(read).toThrow(expect.objectContaining({ option: 'width', value: 7 }));
  });
});
