/**
 * The options of a {@link SharedPool}, their defaults and checks, and what they make of the memory.
 */
import {
  expectInteger,
  expectOneOf,
  OptionRangeError,
  OptionTypeError,
  readOptions,
  smallInteger,
} from '../internal/options.ts';
import { ceilPowerOfTwo } from '../internal/power-of-two.ts';
import { INDEX } from './ownership-word.ts';
import type { ClassGeometry, Geometry } from './region-layout.ts';

/** A size class. */
export interface SharedClassOptions {
  /** Bytes of its blocks: a multiple of 64. */
  readonly bytes: number;
  /** At most so many blocks; default: what fits. */
  readonly maxBlocks?: number;
  /** Blocks that a worker keeps idle for itself. 1 to 4096; default: 1 MiB of them, from 4 to 64. */
  readonly magazine?: number;
}

/** Options of {@link SharedPool.create}. Unknown names are refused. */
export interface SharedPoolOptions {
  /** Bytes up to which a worker takes new memory before it takes others' idle blocks. 64 to 2^34. */
  readonly bytes: number;
  /** What the pool may grow to, in bytes; reserved as addresses, used as needed. Default `bytes`. */
  readonly maxBytes?: number;
  /** Size classes, as bytes or with their limits, ascending. Default: powers of two from 64 to a sixteenth of `maxBytes`, 1 MiB at most. */
  readonly classes?: readonly (number | SharedClassOptions)[];
  /** Workers that are attached at a time, the creator among them. 1 to 1024; default 16. The first 22 can share. */
  readonly maxWorkers?: number;
  /** When blocks are filled with zeros. New memory is zero at any rate. Default `'never'`. */
  readonly zero?: 'never' | 'on-release' | 'on-acquire';
  /** Room for the rings of all channels, in bytes; reserved as addresses. 0 to 1 GiB, default 16 MiB. */
  readonly channelBytes?: number;
  /** Channels that can be made. 0 to 4096, default 256. */
  readonly maxChannels?: number;
}

const CREATE = { action: 'create shared pool' };
const MIB = 2 ** 20;
/** Blocks begin at cache lines: two workers never write to one. */
const UNIT = 64;
const MAX_CLASSES = 64;
/** A line of control memory each. */
const MAX_SLABS = 65_536;
/** What a magazine holds at most by default, in bytes: 64 blocks up to 16 KiB. */
const MAGAZINE_BYTES: number = MIB;
const ZERO = ['never', 'on-release', 'on-acquire'] as const;

/** @throws {OptionTypeError} {@link OptionRangeError} {@link UnknownOptionError} */
export function readPoolOptions(options: SharedPoolOptions): Geometry {
  readOptions(CREATE, options, [
    'bytes',
    'maxBytes',
    'classes',
    'maxWorkers',
    'zero',
    'channelBytes',
    'maxChannels',
  ]);
  if (options.bytes === undefined) throw new OptionTypeError(CREATE, 'bytes', 'a number', undefined);
  const bytes = expectInteger(CREATE, 'bytes', options.bytes, UNIT, 2 ** 34, 0);
  const maxBytes = expectInteger(CREATE, 'maxBytes', options.maxBytes, bytes, 2 ** 34, bytes);
  const classes = readClasses(options.classes, maxBytes);
  const largest = (classes.at(-1) as ClassGeometry).bytes;
  // A slab holds at least one of the largest blocks, and not more than it must: what a class has, no other gets.
  const wanted = Math.max(Math.min(MIB, bytes, maxBytes / classes.length), maxBytes / MAX_SLABS);
  const slabBytes = Math.max(largest, floorTo(wanted, largest));
  const maxSlabs = Math.max(1, Math.floor(maxBytes / slabBytes));
  const geometry = {
    maxWorkers: expectInteger(CREATE, 'maxWorkers', options.maxWorkers, 1, 1024, 16),
    classes,
    slabBytes,
    maxSlabs,
    softSlabs: Math.max(1, Math.floor(bytes / slabBytes)),
    zero: ZERO.indexOf(expectOneOf(CREATE, 'zero', options.zero, ZERO, 'never')),
    channelWords: expectInteger(CREATE, 'channelBytes', options.channelBytes, 0, 2 ** 30, 16 * MIB) >> 2,
    maxChannels: expectInteger(CREATE, 'maxChannels', options.maxChannels, 0, 4096, 256),
  };
  const perSlab = ceilPowerOfTwo(Math.floor(slabBytes / (classes[0] as ClassGeometry).bytes));
  if (perSlab * maxSlabs > INDEX + 1) {
    const most = floorTo(((INDEX + 1) / perSlab) * slabBytes, UNIT);
    throw new OptionRangeError(
      CREATE,
      'maxBytes',
      `at most ${most} with a smallest class of ${(classes[0] as ClassGeometry).bytes} bytes, as a handle names 2^24 blocks`,
      maxBytes,
    );
  }
  return geometry;
}

function readClasses(
  given: readonly (number | SharedClassOptions)[] | undefined,
  maxBytes: number,
): ClassGeometry[] {
  const list = given ?? defaultClasses(maxBytes);
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_CLASSES) {
    throw new OptionTypeError(CREATE, 'classes', `an array of 1 to ${MAX_CLASSES} size classes`, given);
  }
  let below = 0;
  return list.map((entry: number | SharedClassOptions, index) => {
    const path = `classes[${index}]`;
    const options = typeof entry === 'number' ? { bytes: entry } : entry;
    readOptions<SharedClassOptions>(CREATE, options, ['bytes', 'maxBlocks', 'magazine'], path);
    const { bytes } = options;
    if (!Number.isInteger(bytes) || bytes % UNIT !== 0 || bytes <= below || bytes > maxBytes) {
      throw new OptionRangeError(
        CREATE,
        `${path}.bytes`,
        `a multiple of ${UNIT} above ${below} and up to 'maxBytes' ${maxBytes}`,
        bytes,
      );
    }
    below = bytes;
    const most = Math.max(4, Math.min(64, Math.floor(MAGAZINE_BYTES / bytes)));
    const magazine = expectInteger(CREATE, `${path}.magazine`, options.magazine, 1, 4096, most);
    const maxBlocks = expectInteger(CREATE, `${path}.maxBlocks`, options.maxBlocks, 1, 2 ** 24 - 1, 0);
    return {
      bytes: smallInteger(bytes),
      maxBlocks,
      magazine,
      shelf: ceilPowerOfTwo(SHELF_MAGAZINES * magazine),
    };
  });
}

/** A shelf holds hints at so many magazines: what is given back beyond them is found by a scan. */
const SHELF_MAGAZINES = 16;

function defaultClasses(maxBytes: number): number[] {
  const classes = [];
  const largest = Math.max(UNIT, Math.min(MIB, maxBytes / DEFAULT_LARGEST));
  for (let bytes = UNIT; bytes <= largest; bytes *= 2) classes.push(bytes);
  return classes;
}

/** The largest default class is at most this part of the pool, so that each class can have a slab of its own. */
const DEFAULT_LARGEST = 16;

function floorTo(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}
