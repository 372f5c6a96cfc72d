/** Slots of one run: order, counts, and that a slot given back twice is noticed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Chunk } from '../../src/buffer/chunk.ts';
import { Slab } from '../../src/buffer/slab.ts';

const PAGE = 8192;
const chunk = new Chunk(16 * PAGE, PAGE, 0);

/** A slab of 48-byte slots from page 2 on. */
function slabOf(slots: number): Slab {
  return new Slab(chunk, 2, 2, 48, slots);
}

describe('a slab', () => {
  it('gives the lowest free slot, and -1 when none is left', () => {
    const slab = slabOf(70);
    expect(Array.from({ length: 71 }, () => slab.take())).toEqual([...Array(70).keys(), -1]);
    expect(slab.free).toBe(0);
    slab.give(65);
    slab.give(3);
    slab.give(40);
    expect([slab.take(), slab.take(), slab.take(), slab.take()]).toEqual([3, 40, 65, -1]);
    slab.assertValid();
  });

  it('throws when a slot comes back twice, and changes nothing', () => {
    const slab = slabOf(32);
    const slot = slab.take();
    slab.give(slot);
    expect(() => slab.give(slot)).toThrow('slot 0 of 48 bytes is free already');
    expect(() => slab.give(31)).toThrow('free already');
    expect(slab.free).toBe(32);
    slab.assertValid();
  });

  it('throws for what is no slot', () => {
    const slab = slabOf(40);
    for (const slot of [-1, 40, 63, 64, Number.NaN]) expect(() => slab.give(slot)).toThrow('no slot');
    slab.assertValid();
  });

  it('finds the slot that begins at an offset, and throws between two', () => {
    const slab = slabOf(512);
    expect(slab.startBytes).toBe(2 * PAGE);
    expect(slab.slotAt(2 * PAGE)).toBe(0);
    expect(slab.slotAt(2 * PAGE + 48 * 511)).toBe(511);
    for (const inside of [1, 47, 49]) expect(() => slab.slotAt(2 * PAGE + inside)).toThrow('no slot');
  });

  it('may be placed anew, for other slots', () => {
    const slab = slabOf(8);
    expect(slab.isSmall).toBe(true);
    slab.take();
    slab.place(chunk, 5, 30, 6144, 4);
    expect([slab.startBytes, slab.free, slab.slots, slab.take()]).toEqual([5 * PAGE, 4, 4, 0]);
    slab.assertValid();
    expect(slabOf(33).isSmall).toBe(false);
  });

  it('is a set of free numbers of which the least goes first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 512 }), fc.array(fc.nat(), { size: 'large' }), (slots, steps) => {
        const slab = slabOf(slots);
        const free = new Set(Array(slots).keys());
        for (const step of steps) {
          const taken = [...Array(slots).keys()].filter((slot) => !free.has(slot));
          if (step % 5 < 3 || taken.length === 0) {
            const least = free.size === 0 ? -1 : Math.min(...free);
            expect(slab.take()).toBe(least);
            free.delete(least);
          } else {
            const slot = taken[step % taken.length] as number;
            slab.give(slot);
            free.add(slot);
          }
          expect(slab.free).toBe(free.size);
          slab.assertValid();
        }
      }),
      { numRuns: 30 },
    );
  });
});
