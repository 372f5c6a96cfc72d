/** Threads that take blocks, write to them and give them back, each as fast as it can. */
import { SharedPool, type SharedPoolHandle } from 'rockpool';
import { GlobalLock } from './global-lock.ts';
import type { Batch, Role } from './roles.ts';

/** How a thread gets a block and lets go of it. */
interface Source<T> {
  readonly take: () => T;
  readonly drop: (item: T) => void;
  readonly bytes: (item: T) => Uint8Array;
}

interface LocalData {
  readonly blockBytes: number;
  /** Blocks that a thread has at a time. */
  readonly held: number;
}

interface PoolData extends LocalData {
  readonly pool: SharedPoolHandle;
}

interface LockData extends LocalData {
  /** The lock, the number of idle blocks, and which they are. */
  readonly words: Int32Array;
  readonly memory: SharedArrayBuffer;
}

/** Blocks a batch, at least. */
const BATCH = 500;

/** Memory that is left to the collector. */
const collected =
  (take: (bytes: number) => Uint8Array): Role =>
  async ({ blockBytes, held }: LocalData) =>
    rounds(held, { take: () => take(blockBytes), drop() {}, bytes: (bytes) => bytes });

const pooled: Role = async ({ pool: handle, blockBytes, held }: PoolData) => {
  const pool = SharedPool.attach(handle);
  return rounds(held, {
    take: () => pool.acquire(blockBytes),
    drop: (block) => void block.release(),
    bytes: (block) => block.bytes,
  });
};

const locked: Role = async ({ words, memory, blockBytes, held }: LockData) => {
  const lock = new GlobalLock(words);
  const views = Array.from(
    { length: memory.byteLength / blockBytes },
    (_, index) => new Uint8Array(memory, index * blockBytes, blockBytes),
  );
  return rounds<number>(held, {
    take() {
      lock.take();
      const count = (words[IDLE_COUNT] as number) - 1;
      words[IDLE_COUNT] = count;
      const index = words[IDLE + count] as number;
      lock.give();
      return index;
    },
    drop(index) {
      lock.take();
      const count = words[IDLE_COUNT] as number;
      words[IDLE + count] = index;
      words[IDLE_COUNT] = count + 1;
      lock.give();
    },
    bytes: (index) => views[index] as Uint8Array,
  });
};

const IDLE_COUNT = 16;
const IDLE = 32;

/** The memory of blocks under one lock. */
export function lockedBlocks(count: number, blockBytes: number): Omit<LockData, keyof LocalData> {
  const words = new Int32Array(new SharedArrayBuffer(4 * (IDLE + count)));
  words[IDLE_COUNT] = count;
  for (let index = 0; index < count; index++) words[IDLE + index] = index;
  return { words, memory: new SharedArrayBuffer(count * blockBytes) };
}

function rounds<T>(held: number, { take, drop, bytes }: Source<T>): Batch {
  const items = new Array<T | undefined>(held).fill(undefined);
  return () => {
    let done = 0;
    while (done < BATCH) {
      for (let n = 0; n < held; n++) {
        const item = take();
        bytes(item)[0] = n;
        items[n] = item;
      }
      for (let n = 0; n < held; n++) drop(items[n] as T);
      done += held;
    }
    return done;
  };
}

/** Their names. */
export type LocalRoleName =
  | 'local/alloc-unsafe'
  | 'local/alloc'
  | 'local/shared'
  | 'local/pool'
  | 'local/lock';

/** By name. */
export const LOCAL_ROLES: Record<LocalRoleName, Role> = {
  'local/alloc-unsafe': collected((bytes) => Buffer.allocUnsafe(bytes)),
  'local/alloc': collected((bytes) => Buffer.alloc(bytes)),
  'local/shared': collected((bytes) => new Uint8Array(new SharedArrayBuffer(bytes))),
  'local/pool': pooled,
  'local/lock': locked,
};
