/// <reference lib="esnext.disposable" preserve="true" />
/// <reference types="node" preserve="true" />
/**
 * Gives idle memory back when the process runs short of it.
 *
 * At every major collection, or by a timer, the memory in use is held against the limit: the container's, or
 * the machine's. From `medium` on, what nobody used lately goes; from `high` on, everything idle.
 *
 * A watcher lives until it is stopped, or until all it watches is collected: it knows its targets weakly.
 *
 * Source: .NET's shared ArrayPool (trims with the second generation; 70 % and 90 % of the memory).
 */
import { type Ageable, onMajorGc } from '../internal/gc-epochs.ts';
import { onInterval } from '../internal/interval-epochs.ts';
import {
  expectFraction,
  expectFunction,
  expectInteger,
  expectOneOf,
  OptionRangeError,
  type OptionSite,
  OptionTypeError,
  readOptions,
} from '../internal/options.ts';
import { report } from '../internal/warn.ts';

/** How much a trim gives back: all that is idle, or what nobody used since the last trim. */
export type TrimExtent = 'all' | 'unused';

/** What can give memory back: allocators, and pools (which drop all that is idle at any extent). */
export interface Trimmable {
  trim(extent?: TrimExtent): unknown;
}

/** Memory in use and its limit, in bytes. */
export interface MemoryLoad {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** Options of {@link watchMemoryPressure}. Unknown names are refused. */
export interface MemoryPressureOptions {
  /** When to look: at each major collection, or every so many milliseconds. Default `'gc'`. */
  readonly when?: 'gc' | { readonly intervalMs: number };
  /** Fraction of the limit from which on what was not used lately is given back. Default 0.7. */
  readonly medium?: number;
  /** Fraction of the limit from which on everything idle is given back. `medium` to 1, default 0.9. */
  readonly high?: number;
  /** Tells the load. Default: resident bytes, against the container's limit or the machine's memory. */
  readonly measure?: () => MemoryLoad;
  /** Told of each trim. */
  readonly onTrim?: (extent: TrimExtent, load: MemoryLoad) => void;
}

/** A watch that can be stopped. */
export interface MemoryPressureWatch extends Disposable {
  /** Ends it; once is enough. */
  stop(): void;
}

const SITE: OptionSite = { action: 'watch memory pressure' };

/** Watches that were not stopped: nobody needs to hold on to one. */
const running = new Set<Watcher>();

/**
 * Trims `targets` when memory runs short.
 *
 * @param targets allocators and pools; known weakly
 * @returns the way to stop it; it does not keep the process alive
 * @throws {OptionTypeError} @throws {OptionRangeError} @throws {UnknownOptionError}
 * @example
 * ```ts
 * import { ByteBufAllocator, watchMemoryPressure } from 'rockpool';
 *
 * const allocator = new ByteBufAllocator({ name: 'frames' });
 * using watch = watchMemoryPressure([allocator], { medium: 0.6, high: 0.8 });
 * ```
 */
export function watchMemoryPressure(
  targets: Iterable<Trimmable>,
  options: MemoryPressureOptions = {},
): MemoryPressureWatch {
  const watcher = new Watcher([...targets], options);
  running.add(watcher);
  return watcher;
}

class Watcher implements Ageable, MemoryPressureWatch {
  readonly #targets: readonly WeakRef<Trimmable>[];
  readonly #medium: number;
  readonly #high: number;
  readonly #measure: () => MemoryLoad;
  readonly #onTrim: ((extent: TrimExtent, load: MemoryLoad) => void) | undefined;
  readonly #unsubscribe: () => void;

  constructor(targets: readonly Trimmable[], options: MemoryPressureOptions) {
    const given = readOptions(SITE, options, ['when', 'medium', 'high', 'measure', 'onTrim']);
    for (const target of targets) {
      if (typeof target?.trim !== 'function')
        throw new OptionTypeError(SITE, 'targets', 'things to trim', target);
    }
    this.#targets = targets.map((target) => new WeakRef(target));
    this.#medium = expectFraction(SITE, 'medium', given.medium, 0.7);
    this.#high = expectFraction(SITE, 'high', given.high, Math.max(0.9, this.#medium));
    if (this.#high < this.#medium) {
      throw new OptionRangeError(SITE, 'high', `a number from ${this.#medium} (medium) to 1`, this.#high);
    }
    this.#measure =
      given.measure === undefined ? loadOfProcess : expectFunction(SITE, 'measure', given.measure);
    this.#onTrim = given.onTrim === undefined ? undefined : expectFunction(SITE, 'onTrim', given.onTrim);
    this.#unsubscribe = subscribe(this, given.when);
  }

  /** Looks at the load now. */
  age(): void {
    const targets = this.#targets.map((target) => target.deref()).filter((target) => target !== undefined);
    if (targets.length === 0) {
      this.stop();
      return;
    }
    try {
      const load = this.#measure();
      const pressure = load.usedBytes / load.limitBytes;
      if (!(pressure >= this.#medium)) return;
      const extent = pressure >= this.#high ? 'all' : 'unused';
      for (const target of targets) trimOf(target, extent);
      this.#onTrim?.(extent, load);
    } catch (error) {
      report(undefined, error, 'ROCKPOOL_MEMORY_PRESSURE');
    }
  }

  stop(): void {
    running.delete(this);
    this.#unsubscribe();
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}

/** One target that throws must not keep the others from being trimmed. */
function trimOf(target: Trimmable, extent: TrimExtent): void {
  try {
    target.trim(extent);
  } catch (error) {
    report(undefined, error, 'ROCKPOOL_MEMORY_PRESSURE');
  }
}

function subscribe(watcher: Ageable, when: MemoryPressureOptions['when']): () => void {
  if (typeof when === 'object' && when !== null) {
    const { intervalMs } = readOptions(SITE, when, ['intervalMs'], 'when');
    return onInterval(watcher, expectInteger(SITE, 'when.intervalMs', intervalMs, 1, 2 ** 31 - 1, 1));
  }
  expectOneOf(SITE, 'when', when, ['gc'], 'gc');
  return onMajorGc(watcher);
}

/** Of this process, as Node tells it; nothing is ever trimmed where there is no Node. */
export function loadOfProcess(): MemoryLoad {
  const { process } = globalThis;
  const machine = process?.getBuiltinModule?.('node:os')?.totalmem();
  if (machine === undefined) return { usedBytes: 0, limitBytes: 1 };
  const constrained = process.constrainedMemory?.() ?? 0;
  const limitBytes = constrained > 0 && constrained < machine ? constrained : machine;
  return { usedBytes: process.memoryUsage.rss(), limitBytes };
}
