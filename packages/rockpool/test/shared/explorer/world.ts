/**
 * A state of the simulated world: the shared words, and every worker with what it has of its own, what it is doing and
 * what its user holds.
 */
import { RegionLayout, writeHeader } from '../../../src/shared/region-layout.ts';
import type { SharedChannel } from '../../../src/shared/shared-channel.ts';
import { SharedPool } from '../../../src/shared/shared-pool.ts';

/** What a worker's user may ask for. */
export type OperationKind =
  | 'acquire'
  | 'release'
  | 'send'
  | 'share'
  | 'receive'
  | 'trim'
  | 'move'
  | 'take'
  | 'recall'
  | 'foreign'
  | 'close'
  | 'abandon'
  | 'detach'
  | 'attach'
  | 'reclaim';

export interface Operation {
  readonly kind: OperationKind;
  /** Of a block. */
  readonly index?: number;
  readonly channel?: number;
  /** A number that came by another way. */
  readonly handle?: number;
  /** Whose death. */
  readonly thread?: number;
}

/** A worker's own objects. Never changed: a step works on a copy. */
export interface Local {
  readonly pool: SharedPool;
  /** Undefined: it had ended. */
  readonly channels: readonly (SharedChannel | undefined)[];
}

/** A simulated worker. */
export interface SimulatedWorker {
  readonly thread: number;
  readonly alive: boolean;
  /** Undefined: not attached. */
  readonly local: Local | undefined;
  /** Number of the local's text. */
  readonly localId: number;
  /** Indices of the blocks that the user holds a reference on, sorted; twice: two references. */
  readonly held: readonly number[];
  /** Operations that the user will still begin. */
  readonly budget: number;
  /** What it is doing, and what its accesses said so far. */
  readonly operation: Operation | undefined;
  readonly log: readonly number[];
  /** Messages that it sent. */
  readonly sent: number;
  /** Whether an operation of it was interrupted. */
  readonly aborted: boolean;
}

export interface World {
  readonly words: Int32Array;
  readonly workers: readonly SimulatedWorker[];
  readonly deaths: number;
  readonly aborts: number;
  /** Threads that ended. */
  readonly dead: readonly number[];
  /** Pairs of a worker and a death that it has reclaimed. */
  readonly reclaimed: readonly string[];
  /** Bits of the messages that were received. */
  readonly received: number;
  /** Numbers on their way by another channel than ours. */
  readonly posted: readonly number[];
  /** What the last sender of each block wrote into it: the number of its message. */
  readonly contents: readonly number[];
  readonly parent: World | undefined;
  readonly step: string;
}

/** What there is, and what may happen. */
export interface Scenario {
  readonly name: string;
  readonly workers: number;
  /** Blocks of 64 bytes. */
  readonly blocks: number;
  readonly magazine?: number;
  /** Which worker receives from each channel. */
  readonly receivers?: readonly number[];
  readonly onReceiverDeath?: 'keep' | 'close';
  readonly operations: readonly OperationKind[];
  /** Operations a worker. */
  readonly budgets: readonly number[];
  readonly deaths?: number;
  readonly aborts?: number;
  /** Whether a dead worker's place is taken by another one. */
  readonly respawn?: boolean;
  /** Blocks that each worker's user holds at first; they are acquired before. */
  readonly holding?: readonly number[];
  /** Workers that share block 0 at first; its number is on its way to others too. */
  readonly sharing?: readonly number[];
  /** Operations of a worker that takes a dead one's place, its attaching among them; default 2. */
  readonly respawnBudget?: number;
  /** Generation of all blocks at first. */
  readonly generation?: number;
  /** Position of all rings at first. */
  readonly position?: number;
  readonly stopAtPeeks?: boolean;
  /** Who may die; default: all. */
  readonly mortals?: readonly number[];
  /** Whether every move that is in a ring can be received: where nobody dies who receives, and nobody closes. */
  readonly delivers?: boolean;
  /** Whether the receiver's bit covers a flight, by design: of a mutant, which would be caught for that alone. */
  readonly bitsFly?: boolean;
  /** Slots of a ring. */
  readonly capacity?: number;
}

/** The memory that all states are put into in turn. */
export class Arena {
  readonly layout: RegionLayout;
  readonly control: SharedArrayBuffer;
  readonly data: SharedArrayBuffer;
  readonly words: Int32Array;

  constructor(scenario: Scenario) {
    const magazine = scenario.magazine ?? 1;
    this.layout = new RegionLayout({
      maxWorkers: scenario.workers,
      classes: [{ bytes: 64, maxBlocks: 0, magazine, shelf: 2 }],
      slabBytes: 64 * scenario.blocks,
      maxSlabs: 1,
      softSlabs: 1,
      zero: 0,
      channelWords: 2048,
      maxChannels: 4,
    });
    this.control = new SharedArrayBuffer(this.layout.totalWords * 4);
    const Growable = SharedArrayBuffer as unknown as new (
      bytes: number,
      options: { maxByteLength: number },
    ) => SharedArrayBuffer;
    this.data = new Growable(64 * scenario.blocks, { maxByteLength: 64 * scenario.blocks });
    this.words = new Int32Array(this.control);
    writeHeader(this.words, this.layout);
  }

  attach(thread: number): SharedPool {
    return SharedPool._attachAs({ control: this.control, data: this.data }, thread);
  }
}

/** The block of an index in a worker's objects. */
export function blockOf(local: Local, index: number): NonNullable<ReturnType<typeof findBlock>> {
  const block = findBlock(local, index);
  if (block === undefined) throw new Error(`a worker does not know block ${index}`);
  return block;
}

export function findBlock(local: Local, index: number) {
  return local.pool._view.slabs.slabs[0]?.blocks[index];
}
