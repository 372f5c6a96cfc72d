/**
 * What a life does to memory, look by look: bytes asked for, the process's resident bytes, and an allocator's account.
 *
 *     reserved ┬ blocks ┬ asked for
 *              │        └ rounding            internal = rounding ÷ blocks
 *              ├ cache ─┐
 *              └ holes ─┴─────────────────    external = (cache + holes) ÷ blocks
 *
 * External counts the cache as a hole: users do not have it. After a trim there is no cache, and it is the same as
 * `stats().externalFragmentation`. Both are shares of what is in use, so they mean nothing where next to nothing is:
 * see `LEAST_SHARE`.
 *
 * An account makes garbage (`stats()` has an entry a chunk), and so the young generation grow: 10 MiB in a life. Hence
 * resident bytes and accounts are of two lives of the same seed; `historyOf` puts them side by side.
 */
import type { ByteBufAllocator } from 'rockpool';
import type { History, HistoryMoment, HistorySeries } from '../history.ts';

/** One look. */
export interface Look<T> {
  readonly operations: number;
  /** Bytes that users asked for and hold. */
  readonly askedBytes: number;
  readonly value: T;
}

/** An allocator's account. */
export interface Account {
  /** Of blocks that users have. */
  readonly blockBytes: number;
  readonly cachedBytes: number;
  readonly reservedBytes: number;
  readonly chunks: number;
  /** Hits per allocation so far, in percent. */
  readonly hitPercent: number;
}

/** Below this share of the most that is held, fragmentation is not charted. */
const LEAST_SHARE = 0.5;

/** The looks of one life. */
export class Diary<T> {
  readonly looks: Look<T>[] = [];
  readonly moments: HistoryMoment[] = [];
  readonly #read: () => T;

  constructor(read: () => T) {
    this.#read = read;
  }

  /**
   * Looks, and remembers.
   *
   * @param name makes the look a moment
   */
  look(operations: number, askedBytes: number, name?: string): Look<T> {
    if (name !== undefined) this.moments.push({ look: this.looks.length, name });
    const look = { operations, askedBytes, value: this.#read() };
    this.looks.push(look);
    return look;
  }
}

/** Resident bytes beyond those of now. Cost of a look: 10 to 20 µs, no garbage. */
export function residentDiary(): Diary<number> {
  const first = process.memoryUsage.rss();
  return new Diary(() => process.memoryUsage.rss() - first);
}

/** What the allocator says. Cost of a look: `stats()`. */
export function accountDiary(allocator: ByteBufAllocator): Diary<Account> {
  return new Diary(() => {
    const { activeBlockBytes, cachedBytes, reservedBytes, hitRate, arena } = allocator.stats();
    return {
      blockBytes: activeBlockBytes,
      cachedBytes,
      reservedBytes,
      chunks: arena.chunks.active,
      hitPercent: 100 * hitRate,
    };
  });
}

/** Rounding, as a share of blocks, in percent; 0 where there are none. */
export function internalPercent({ askedBytes, value: { blockBytes } }: Look<Account>): number {
  return blockBytes === 0 ? 0 : (100 * (blockBytes - askedBytes)) / blockBytes;
}

/** Cache and holes, as a share of blocks, in percent; 0 where there are none. */
export function externalPercent({ value: { reservedBytes, blockBytes } }: Look<Account>): number {
  return blockBytes === 0 ? 0 : (100 * (reservedBytes - blockBytes)) / blockBytes;
}

/**
 * The looks as series.
 *
 * @param account of another life with the same looks; none for buffers of the runtime
 */
export function historyOf({ looks, moments }: Diary<number>, account?: Diary<Account>): History {
  return {
    operations: looks.map(({ operations }) => operations),
    moments,
    series: [
      { name: 'RSS above the start', unit: 'bytes', values: looks.map(({ value }) => value) },
      { name: 'asked for', unit: 'bytes', values: looks.map(({ askedBytes }) => askedBytes) },
      ...(account === undefined ? [] : accountSeries(account.looks)),
    ],
  };
}

function accountSeries(looks: readonly Look<Account>[]): HistorySeries[] {
  const least = LEAST_SHARE * Math.max(...looks.map(({ askedBytes }) => askedBytes));
  const bytes = (name: string, key: keyof Account): HistorySeries => ({
    name,
    unit: 'bytes',
    values: looks.map(({ value }) => value[key]),
  });
  const percent = (name: string, read: (look: Look<Account>) => number): HistorySeries => ({
    name,
    unit: 'percent',
    values: looks.map((look) => (look.askedBytes < least ? null : read(look))),
  });
  return [
    bytes('blocks', 'blockBytes'),
    bytes('cache', 'cachedBytes'),
    bytes('reserved', 'reservedBytes'),
    percent('external fragmentation', externalPercent),
    percent('internal fragmentation', internalPercent),
    { name: 'chunks', unit: 'count', values: looks.map(({ value }) => value.chunks) },
  ];
}
