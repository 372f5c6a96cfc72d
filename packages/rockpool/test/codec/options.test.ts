import { describe, expect, it } from 'vitest';
import {
  DelimiterFrameDecoder,
  FixedLengthFrameDecoder,
  LengthFieldFrameDecoder,
  LengthFieldPrepender,
  LineFrameDecoder,
  OptionRangeError,
  OptionTypeError,
  UnknownOptionError,
} from '../../src/index.ts';
import { rockpoolErrorOf } from '../buffer/tools.ts';

type Make = (options: never) => unknown;

const CODECS: Readonly<
  Record<string, { readonly make: Make; readonly good: Readonly<Record<string, unknown>> }>
> = {
  LengthFieldFrameDecoder: {
    make: (options) => new LengthFieldFrameDecoder(options),
    good: { maxFrameLength: 1024, lengthFieldOffset: 2, lengthFieldLength: 4 },
  },
  LineFrameDecoder: { make: (options) => new LineFrameDecoder(options), good: { maxLength: 80 } },
  DelimiterFrameDecoder: {
    make: (options) => new DelimiterFrameDecoder(options),
    good: { maxLength: 80, delimiters: ['\n'] },
  },
  FixedLengthFrameDecoder: { make: (options) => new FixedLengthFrameDecoder(options), good: { length: 8 } },
  LengthFieldPrepender: {
    make: (options) => new LengthFieldPrepender(options),
    good: { lengthFieldLength: 4 },
  },
};
const DECODERS = Object.keys(CODECS).filter((name) => name !== 'LengthFieldPrepender');

const OUTSIDE: readonly [codec: string, options: Record<string, unknown>][] = [
  ...[0, -1, 1.5, 2 ** 31, Number.NaN].map((n): [string, Record<string, unknown>] => [
    'LengthFieldFrameDecoder',
    { maxFrameLength: n },
  ]),
  ['LengthFieldFrameDecoder', { maxFrameLength: 5 }], // the length field ends at 6
  ['LengthFieldFrameDecoder', { lengthFieldOffset: -1 }],
  ['LengthFieldFrameDecoder', { lengthFieldOffset: 0.5 }],
  ['LengthFieldFrameDecoder', { lengthFieldLength: 0 }],
  ['LengthFieldFrameDecoder', { lengthFieldLength: 5 }],
  ['LengthFieldFrameDecoder', { lengthAdjustment: 2 ** 31 }],
  ['LengthFieldFrameDecoder', { lengthAdjustment: -(2 ** 31) - 1 }],
  ['LengthFieldFrameDecoder', { initialBytesToStrip: -1 }],
  ['LengthFieldFrameDecoder', { initialBytesToStrip: 1025 }],
  ['LengthFieldFrameDecoder', { byteOrder: 'middle' }],
  ['LineFrameDecoder', { maxLength: -1 }],
  ['LineFrameDecoder', { maxLength: 2 ** 31 }],
  ['DelimiterFrameDecoder', { maxLength: -1 }],
  ['DelimiterFrameDecoder', { delimiters: [] }],
  ['DelimiterFrameDecoder', { delimiters: ['\n', ''] }],
  ['DelimiterFrameDecoder', { delimiters: [new Uint8Array(0)] }],
  ['DelimiterFrameDecoder', { delimiters: new Array(17).fill('x') }],
  ['FixedLengthFrameDecoder', { length: 0 }],
  ['FixedLengthFrameDecoder', { length: 2 ** 31 }],
  ['LengthFieldPrepender', { lengthFieldLength: 6 }],
  ['LengthFieldPrepender', { lengthAdjustment: 1.5 }],
  ['LengthFieldPrepender', { byteOrder: '' }],
  ...DECODERS.flatMap((name): [string, Record<string, unknown>][] => [
    [name, { cumulation: 'copy' }],
    [name, { discardAfterReads: 0 }],
    [name, { discardAfterReads: 65_537 }],
  ]),
];

const WRONG_TYPE: readonly [codec: string, options: Record<string, unknown>][] = [
  ['LengthFieldFrameDecoder', { maxFrameLength: '64' }],
  ['LengthFieldFrameDecoder', { maxFrameLength: undefined }],
  ['LengthFieldFrameDecoder', { lengthFieldOffset: undefined }],
  ['LengthFieldFrameDecoder', { lengthFieldLength: undefined }],
  ['LengthFieldFrameDecoder', { lengthFieldLength: '4' }],
  ['LengthFieldFrameDecoder', { lengthAdjustment: null }],
  ['LengthFieldFrameDecoder', { initialBytesToStrip: true }],
  ['LengthFieldFrameDecoder', { failFast: 1 }],
  ['LengthFieldFrameDecoder', { byteOrder: 4321 }],
  ['LineFrameDecoder', { maxLength: undefined }],
  ['LineFrameDecoder', { strip: 'yes' }],
  ['LineFrameDecoder', { failFast: null }],
  ['LineFrameDecoder', { emitLast: 0 }],
  ['DelimiterFrameDecoder', { delimiters: '\n' }],
  ['DelimiterFrameDecoder', { delimiters: undefined }],
  ['DelimiterFrameDecoder', { delimiters: [10] }],
  ['FixedLengthFrameDecoder', { length: undefined }],
  ['FixedLengthFrameDecoder', { length: [8] }],
  ['LengthFieldPrepender', { lengthFieldLength: undefined }],
  ['LengthFieldPrepender', { lengthIncludesLengthField: 'no' }],
  ...Object.keys(CODECS).map((name): [string, Record<string, unknown>] => [name, { allocator: {} }]),
  ...Object.keys(CODECS).map((name): [string, Record<string, unknown>] => [name, { allocator: null }]),
  ...DECODERS.map((name): [string, Record<string, unknown>] => [name, { cumulation: 1 }]),
];

function errorOf(codec: string, options: unknown) {
  return rockpoolErrorOf(() => CODECS[codec]?.make(options as never));
}

describe('options', () => {
  it.each(Object.keys(CODECS))('%s takes its own', (codec) => {
    expect(() => CODECS[codec]?.make(CODECS[codec]?.good as never)).not.toThrow();
  });

  it.each(OUTSIDE)('%s refuses %j', (codec, options) => {
    const error = errorOf(codec, { ...CODECS[codec]?.good, ...options });
    expect(error).toBeInstanceOf(OptionRangeError);
    expect(Object.keys(options)).toContain(error['option']);
    expect(error.message).toContain(`Cannot create ${codec} as '`);
  });

  it.each(WRONG_TYPE)('%s refuses the type of %j', (codec, options) => {
    const error = errorOf(codec, { ...CODECS[codec]?.good, ...options });
    expect(error).toBeInstanceOf(OptionTypeError);
    expect(error['option']).toBe(Object.keys(options)[0]);
  });

  it.each(Object.keys(CODECS))('%s refuses what it does not know', (codec) => {
    const error = errorOf(codec, { ...CODECS[codec]?.good, alocator: 1 });
    expect(error).toBeInstanceOf(UnknownOptionError);
    expect(error.message).toMatch(/'alocator' is not an option: did you mean 'allocator'/);
    for (const none of [undefined, null, 7]) expect(errorOf(codec, none)).toBeInstanceOf(OptionTypeError);
  });
});
