/** What `stats()` of a shared pool says. */

/** Events of a worker since it attached; they wrap at 2^32. */
export interface Counters {
  /** Blocks handed out. */
  readonly acquired: number;
  /** Acquires that found the magazine empty; each ended in one of the next four, or in `exhausted`. */
  readonly refills: number;
  /** … filled from the own shelf. */
  readonly ownShelf: number;
  /** … with blocks that nobody had before. */
  readonly fresh: number;
  /** … from another worker's shelf. */
  readonly stolen: number;
  /** … by a scan of all words. */
  readonly scanned: number;
  /** Batches given back. */
  readonly flushes: number;
  /** Refills that found nothing. */
  readonly exhausted: number;
  /** Hints whose block was not free. */
  readonly staleHints: number;
  /** Messages sent over channels. */
  readonly sent: number;
  /** Messages received. */
  readonly received: number;
  /** Messages whose block was gone: of a dead sender, or taken back. */
  readonly undeliverable: number;
}

/** A worker as others see it: what it published last, on its last slow path or `stats()`. */
export interface SharedWorkerStats {
  readonly workerId: number;
  readonly slot: number;
  /** Blocks whose words say that it owns them: in use, or idle in its magazines. */
  readonly ownedBlocks: number;
  /** Blocks in flight from it. */
  readonly detachedBlocks: number;
  /** Blocks that it holds with others, or may. */
  readonly sharedBlocks: number;
  readonly counters: Counters;
}

/** A size class of a shared pool. */
export interface SharedClassStats {
  readonly blockBytes: number;
  /** What it may have at most; 0: what fits. */
  readonly maxBlocks: number;
  readonly slabs: number;
  readonly blocks: number;
  /** `blocks = free + owned + detached + shared`. */
  readonly free: number;
  readonly owned: number;
  readonly detached: number;
  readonly shared: number;
  /** Of the owned ones: idle in this thread's magazine. */
  readonly idleHere: number;
}

/** A shared pool at one moment; read word by word, so that others may move a block between two looks. */
export interface SharedPoolStats {
  readonly workerId: number;
  /** Data memory that size classes have. */
  readonly slabBytes: number;
  /** What it may grow to. */
  readonly maxBytes: number;
  readonly controlBytes: number;
  readonly channels: number;
  readonly classes: readonly SharedClassStats[];
  readonly workers: readonly SharedWorkerStats[];
  /** Of the workers that are attached now. */
  readonly total: Counters;
}
