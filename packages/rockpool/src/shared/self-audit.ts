/**
 * What a worker has by its words, against what it has by its lists. The two differ only if an operation was interrupted
 * in a thread that lives on: by a time-out of `vm`, a stack overflow, a throwing proxy. Then a word carries its number
 * and no list knows the block; a list never has a block whose word says otherwise.
 */
import { compareExchange, load, peek } from '../internal/atomics.ts';
import { readSlot } from './channel-drain.ts';
import { CAPACITY, ENDED, HEAD, MOVE, ringBase, STATE, TAIL } from './channel-layout.ts';
import { channelBases } from './channel-table.ts';
import { DETACHED, describeWord, FIELD, GENERATION, KIND, nextFree, SHARED } from './ownership-word.ts';
import type { SharedBlock } from './shared-block.ts';
import type { Slab } from './slab.ts';
import type { WorkerView } from './worker-view.ts';

/** A block that a worker's words and lists do not agree on. */
export interface LostBlock {
  readonly index: number;
  readonly bytes: number;
  readonly word: string;
  /** Whether it is free again. */
  readonly repaired: boolean;
}

/**
 * Finds the blocks that this worker lost.
 *
 * @param repair whether to free them
 */
export function auditSelf(view: WorkerView, repair: boolean): LostBlock[] {
  const lost: LostBlock[] = [];
  const idle = new Set<number>();
  for (const magazine of view.magazines) {
    for (let i = 0; i < magazine.count; i++) idle.add((magazine.blocks[i] as SharedBlock).index);
  }
  view.slabs.look();
  let published: Set<number> | undefined;
  for (const slab of view.slabs.slabs) {
    for (let position = 0; position < slab.count; position++) {
      const at = slab.firstWord + position;
      const word = peek(view.words, at, 'audit-read');
      if (word === 0 || (word & FIELD) === 0) continue;
      const block = slab.blocks[position];
      const held = block !== undefined && block._refs > 0;
      let next = nextFree(word);
      if ((word & KIND) === 0) {
        if ((word & FIELD) !== view.wid || held || idle.has(slab.firstIndex + position)) continue;
      } else if ((word & KIND) === DETACHED) {
        if ((word & FIELD) !== view.wid) continue;
        const handle = (word & GENERATION) | (slab.firstIndex + position);
        published ??= publishedBy(view);
        if (published.has(handle) || block?._moved === handle) continue;
      } else if ((word & KIND) === SHARED) {
        if ((word & view.bit) === 0 || held) continue;
        const mask = word & FIELD & ~view.bit;
        if (mask !== 0) next = (word & ~FIELD) | mask;
      } else continue;
      lost.push(report(view, slab, position, word, repair && exchange(view, at, word, next)));
    }
  }
  return lost;
}

/** Handles of the moves that are in the rings from this worker. */
function publishedBy(view: WorkerView): Set<number> {
  const handles = new Set<number>();
  addMoves(view, view.slot, handles);
  return handles;
}

/** Adds the handles of the moves that are in the rings of the worker in a place, dead or alive, to `handles`. */
export function addMoves(view: WorkerView, slot: number, handles: Set<number>): void {
  const { words } = view;
  for (const channel of channelBases(words, view.layout)) {
    if (load(words, channel + STATE, 'audit-state') === ENDED) continue;
    const capacity = peek(words, channel + CAPACITY, 'audit-capacity');
    const ring = ringBase(channel, capacity, slot);
    const tail = load(words, ring + TAIL, 'audit-tail');
    let head = load(words, ring + HEAD, 'audit-head');
    while (((tail - head) | 0) > 0) {
      const message = readSlot(words, ring, capacity, head);
      if (message.kind === MOVE) handles.add(message.what);
      head = (head + message.slots) | 0;
    }
  }
}

function exchange(view: WorkerView, at: number, word: number, next: number): boolean {
  return compareExchange(view.words, at, word, next, 'repair') === word;
}

function report(view: WorkerView, slab: Slab, position: number, word: number, repaired: boolean): LostBlock {
  const index = slab.firstIndex + position;
  return {
    index,
    bytes: view.magazines[slab.sizeClass]?.blockBytes ?? 0,
    word: describeWord(word),
    repaired,
  };
}
