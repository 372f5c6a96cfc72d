/**
 * Does every word of a pool make sense? Asked at rest: while others work, a block may be counted twice or missed.
 */
import { load } from '../internal/atomics.ts';
import { DETACHED, describeWord, FIELD, GENERATION, KIND, MASK_SLOTS, SHARED } from './ownership-word.ts';
import { addMoves, auditSelf, type LostBlock } from './self-audit.ts';
import type { Slab } from './slab.ts';
import type { WorkerView } from './worker-view.ts';

/** What `audit()` found. */
export interface SharedPoolAudit {
  /** Whether nothing is wrong. */
  readonly clean: boolean;
  /** `blocks = free + owned + detached + shared + wrong` */
  readonly blocks: number;
  readonly free: number;
  readonly owned: number;
  readonly detached: number;
  readonly shared: number;
  /** Words of workers that are not attached, with their blocks: to be reclaimed. */
  readonly wrong: readonly { readonly index: number; readonly word: string }[];
  /** Blocks of this worker that it does not know of. */
  readonly lost: readonly LostBlock[];
}

/** @param repair whether lost blocks are freed */
export function auditPool(view: WorkerView, repair: boolean): SharedPoolAudit {
  const lost = auditSelf(view, repair);
  const living = new Set<number>();
  let bits = 0;
  /** In rings: also of the dead. */
  const moves = new Set<number>();
  const { registry } = view;
  for (let slot = 0; slot < registry.maxWorkers; slot++) {
    addMoves(view, slot, moves);
    const wid = registry.widOf(slot);
    if (wid === 0) continue;
    living.add(wid);
    if (slot < MASK_SLOTS) bits |= 1 << slot;
  }
  let free = 0;
  let owned = 0;
  let detached = 0;
  let shared = 0;
  let blocks = 0;
  const wrong: { index: number; word: string }[] = [];
  for (const slab of view.slabs.slabs) {
    blocks += slab.count;
    for (let position = 0; position < slab.count; position++) {
      const word = load(view.words, slab.firstWord + position, 'audit-word');
      const kind = word & KIND;
      const field = word & FIELD;
      if (kind === 0 && field === 0) free++;
      else if (kind === 0 && living.has(field)) owned++;
      else if (kind === DETACHED && (living.has(field) || moves.has(handleAt(slab, position, word))))
        detached++;
      else if (kind === SHARED && field !== 0 && (field & ~bits) === 0) shared++;
      else wrong.push({ index: slab.firstIndex + position, word: describeWord(word) });
    }
  }
  return {
    clean: wrong.length === 0 && lost.every(({ repaired }) => repaired),
    blocks,
    free,
    owned,
    detached,
    shared,
    wrong,
    lost,
  };
}

function handleAt(slab: Slab, position: number, word: number): number {
  return (word & GENERATION) | (slab.firstIndex + position);
}
