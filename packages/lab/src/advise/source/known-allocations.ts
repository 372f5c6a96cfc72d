/**
 * What the built-in functions and classes allocate, as far as a reader of heap samples needs it. Sizes were measured
 * with V8's sampling profiler (Node 20.20, x64, 2026-11); Node has no pointer compression, a word is 8 bytes.
 *
 *     header      24 B    map, properties, elements; an array also has its length
 *     closure     56 B    64 B with a prototype (`function`, generators)
 *     context     32 B    and a word for each captured variable
 *     memento     16 B    behind literals, before they are optimised
 */
import type { AllocationState } from './allocation.ts';

export const HEADER_BYTES = 24;
export const WORD_BYTES = 8;
/** `{}` has room for four properties. */
export const EMPTY_OBJECT_BYTES = 56;
export const ARRAY_BYTES = 32;
export const MEMENTO_BYTES = 16;
/** Of the store for an array's elements. */
export const STORE_BYTES = 16;
/** After the first `push` onto an empty array: room for 17. */
export const GROWN_STORE_BYTES = 152;
export const CLOSURE_BYTES = 56;
export const FUNCTION_BYTES = 64;
export const CONTEXT_BYTES = 32;
/** A number that is no small integer, in a field of its own. */
export const NUMBER_BYTES = 16;
const PROMISE_BYTES = 48;

/** Sizes that a call of an async or a generator function makes for itself: its state, its promise, what waits. */
export const ASYNC_CALL_BYTES: readonly number[] = [40, 48, 56, 64, 80, 88, 200];

export interface KnownClass {
  /** Of the object, or of its table; null where it depends. */
  readonly bytes: number | null;
  /** What comes with it. */
  readonly parts: readonly number[];
  readonly state: AllocationState;
  readonly why: string | null;
}

const plain = (bytes: number | null, ...parts: number[]): KnownClass => {
  return { bytes, parts, state: 'plain', why: null };
};
const complex = (why: string, bytes: number | null = null, ...parts: number[]): KnownClass => {
  return { bytes, parts, state: 'complex', why };
};

const VIEW = plain(104, 96, 32);
const FAILURE = complex('an error records where it was made', null);

export const KNOWN_CLASSES: ReadonlyMap<string, KnownClass> = new Map<string, KnownClass>([
  // Counted by their tables: of the 32 B of a map, V8 samples half as often as there are maps.
  ['Map', plain(168, 32)],
  ['Set', plain(120, 32)],
  ['WeakMap', plain(32, 104)],
  ['WeakSet', plain(32, 104)],
  ['WeakRef', complex('a WeakRef refers to one object for good', 32)],
  ['FinalizationRegistry', complex('it calls back after collections')],
  ['Promise', complex('a promise is settled once', PROMISE_BYTES, 56, 112, 272)],
  ['Proxy', complex('a proxy stands for one object')],
  ['Date', plain(96, NUMBER_BYTES)],
  ['RegExp', plain(EMPTY_OBJECT_BYTES)],
  ['Object', plain(EMPTY_OBJECT_BYTES)],
  ['Array', plain(ARRAY_BYTES)],
  ['ArrayBuffer', plain(88)],
  ['SharedArrayBuffer', plain(null)],
  ['DataView', plain(80)],
  ...['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'BigInt64', 'BigUint64'].map(
    (name): [string, KnownClass] => [`${name}Array`, VIEW],
  ),
  ['Float32Array', VIEW],
  ['Float64Array', VIEW],
  ['URL', plain(null)],
  ['URLSearchParams', plain(null)],
  ['TextDecoder', plain(null)],
  ['TextEncoder', plain(null)],
  ...['Error', 'TypeError', 'RangeError', 'SyntaxError', 'AggregateError', 'DOMException'].map(
    (name): [string, KnownClass] => [name, FAILURE],
  ),
]);

/** What a known call makes. */
export interface KnownCall {
  /** Only on these objects; null: whatever it is called on. */
  readonly on: readonly string[] | null;
  readonly bytes: number | null;
  /** Promises and bound functions. */
  readonly why: string | null;
}

const call = (bytes: number | null, on: readonly string[] | null = null, why: string | null = null) => {
  return { on, bytes, why };
};
const PROMISE = call(PROMISE_BYTES, ['Promise'], 'a promise is settled once');
const WAITING = call(PROMISE_BYTES, null, 'a promise is settled once');

/** By the method's name, which is also the name of the built-in function's frame. */
export const KNOWN_CALLS: ReadonlyMap<string, KnownCall> = new Map<string, KnownCall>([
  ...['map', 'filter', 'slice', 'split', 'concat', 'flat', 'flatMap', 'splice'].map(
    (name): [string, KnownCall] => [name, call(ARRAY_BYTES)],
  ),
  ...['toSorted', 'toReversed', 'toSpliced', 'with'].map((name): [string, KnownCall] => [
    name,
    call(ARRAY_BYTES),
  ]),
  ['match', call(104)],
  ['exec', call(104)],
  ['matchAll', call(null)],
  ['subarray', call(104)],
  ['keys', call(null)],
  ['values', call(null)],
  ['entries', call(null)],
  ['push', call(null)],
  ['unshift', call(null)],
  ['bind', call(48, null, 'a closure keeps what it captured')],
  ['then', WAITING],
  ['catch', WAITING],
  ['finally', WAITING],
  ['from', call(ARRAY_BYTES, ['Array'])],
  ['of', call(ARRAY_BYTES, ['Array'])],
  ['parse', call(null, ['JSON'])],
  ['assign', call(null, ['Object'])],
  ['create', call(null, ['Object'])],
  ['fromEntries', call(EMPTY_OBJECT_BYTES, ['Object'])],
  ['getOwnPropertyNames', call(ARRAY_BYTES, ['Object'])],
  ['groupBy', call(null, ['Object', 'Map'])],
  ['ownKeys', call(ARRAY_BYTES, ['Reflect'])],
  ...['resolve', 'reject', 'all', 'allSettled', 'race', 'any'].map((name): [string, KnownCall] => [
    name,
    PROMISE,
  ]),
]);

/** Called by their own name. */
export const KNOWN_FUNCTIONS: ReadonlyMap<string, KnownCall> = new Map<string, KnownCall>([
  ['structuredClone', call(null)],
  ['Array', call(ARRAY_BYTES)],
  ['Object', call(null)],
  ['Error', call(null, null, 'an error records where it was made')],
]);
