/**
 * The word of a block: the only truth of who owns it.
 *
 *     31       24 23  22 21                    0
 *     ┌──────────┬──────┬───────────────────────┐
 *     │ gen 8    │ kind │ field 22              │
 *     └──────────┴──────┴───────────────────────┘
 *      kind 0, field 0     FREE
 *      kind 0, field wid   OWNED by the worker wid: in use, or idle in its magazine; the word does not tell which
 *      kind 1, field wid   DETACHED by wid: in flight, to whoever has the handle
 *      kind 2, field mask  SHARED by the workers in these slots; bit n is slot n
 *
 * Transitions, and who may make them:
 *
 *     FREE ──claim: CAS, anybody──────────────────► OWNED(me)
 *     OWNED(me) ──free: store, the owner, gen + 1─► FREE
 *     OWNED(me) ──detach: store, the owner────────► DETACHED(me)
 *     DETACHED(from) ──attach: CAS, gen + 1───────► OWNED(me)        exactly once, over any transport
 *     DETACHED(me) ──recall: CAS, gen + 1─────────► OWNED(me)
 *     OWNED(me) ──share: store, the owner─────────► SHARED(my bit)
 *     SHARED ──join: CAS, while a bit is set──────► SHARED + my bit
 *     SHARED ──drop: CAS──────────────────────────► SHARED − my bit, or, if that was the last, OWNED(me), gen + 1
 *     of a dead worker ──reclaim: CAS, gen + 1────► FREE, or SHARED − its bit
 *
 * A wid is the number of one life of a worker and never used again, so that no word of a dead worker can be taken
 * for that of a living one. A handle is `gen << 24 | index`, a signed 32-bit integer, and validates once: attach
 * and free both move the generation on. It wraps after 256 of them; see docs/memory-model.md.
 */

// Constants of this file, which V8 folds into the code. Of one that is imported or exported it does not know that it is a
// small integer, and adds doubles.
const GENERATION_BITS = 0xff000000 | 0;
const ONE = 0x01000000;

export const GENERATION: number = GENERATION_BITS;
export const KIND: number = 0x00c00000;
/** A wid, of which the largest is this, or a mask of slots. */
export const FIELD: number = 0x003fffff;
export const DETACHED: number = 0x00400000;
export const SHARED: number = 0x00800000;
/** Slots with a bit in a mask. */
export const MASK_SLOTS = 22;
/** Of a handle: the index of the block. */
export const INDEX: number = 0x00ffffff;

/** The generation behind that of `word`; kind and field 0: what a block that is free has. */
export function nextFree(word: number): number {
  return ((word & GENERATION_BITS) + ONE) & GENERATION_BITS;
}

/** Whether nobody has the block. */
export function isFree(word: number): boolean {
  return (word & ~GENERATION_BITS) === 0;
}

/** The word as errors and dumps show it. */
export function describeWord(word: number): string {
  const generation = word >>> 24;
  const field = word & FIELD;
  const kind = word & KIND;
  if (kind === 0) return field === 0 ? `FREE gen ${generation}` : `OWNED by ${field} gen ${generation}`;
  if (kind === DETACHED) return `DETACHED by ${field} gen ${generation}`;
  if (kind !== SHARED) return `torn word 0x${(word >>> 0).toString(16)}`;
  const slots = [];
  for (let slot = 0; slot < MASK_SLOTS; slot++) if ((field & (1 << slot)) !== 0) slots.push(slot);
  return `SHARED by slots ${slots.join(' ')} gen ${generation}`;
}
