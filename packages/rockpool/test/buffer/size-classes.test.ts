/** The table of sizes: what a request is rounded up to, and how slabs and runs are cut. */
import { describe, expect, it } from 'vitest';
import { SizeClasses } from '../../src/buffer/size-classes.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

function classes(options: Partial<ConstructorParameters<typeof SizeClasses>[0]> = {}): SizeClasses {
  return new SizeClasses({
    pageBytes: 8 * KIB,
    chunkBytes: 4 * MIB,
    alignment: 0,
    slabMaxBytes: 28 * KIB,
    ...options,
  });
}

function sizesOf(sizeClasses: SizeClasses): number[] {
  return Array.from({ length: sizeClasses.count }, (_, c) => sizeClasses.bytesOf(c));
}

describe('size classes', () => {
  it('are 68 for chunks of 4 MiB, 39 of them slots of slabs, and 76 for chunks of 16 MiB', () => {
    const { count, slabCount } = classes();
    expect([count, slabCount]).toEqual([68, 39]);
    expect([classes({ chunkBytes: 16 * MIB }).count, classes({ chunkBytes: 16 * MIB }).slabCount]).toEqual([
      76, 39,
    ]);
  });

  it('begin 16 bytes apart and are four to a doubling after that', () => {
    expect(sizesOf(classes()).slice(0, 17)).toEqual([
      16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640,
    ]);
    expect(sizesOf(classes()).slice(-5)).toEqual([2 * MIB, 2.5 * MIB, 3 * MIB, 3.5 * MIB, 4 * MIB]);
  });

  it('have 32 multiples of a page of 8 KiB', () => {
    expect(sizesOf(classes()).filter((bytes) => bytes % (8 * KIB) === 0)).toHaveLength(32);
  });

  it.each([
    [0, 16],
    [15, 16],
    [16, 16],
    [17, 32],
    [510, 512],
    [1023, 1024],
    [1024, 1024],
    [1025, 1280],
    [4096, 4096],
    [4097, 5120],
    [4 * MIB, 4 * MIB],
    [4 * MIB + 1, 4 * MIB + 1],
  ])('round %i bytes up to %i', (bytes, rounded) => {
    expect(classes().normalize(bytes)).toBe(rounded);
  });

  it('round up to a multiple of the alignment, above a chunk too', () => {
    const sizeClasses = classes({ alignment: 64 });
    expect([0, 15, 65, 510, 1025, 4 * MIB + 1].map((bytes) => sizeClasses.normalize(bytes))).toEqual([
      64,
      64,
      128,
      512,
      1280,
      4 * MIB + 64,
    ]);
    expect(sizesOf(sizeClasses).slice(0, 6)).toEqual([64, 128, 192, 256, 320, 384]);
  });

  it('hold every size, and the class before does not', () => {
    const sizeClasses = classes();
    const wrong: number[] = [];
    for (let bytes = 0; bytes <= 4 * MIB; bytes += bytes < 64 * KIB ? 1 : 511) {
      const c = sizeClasses.classOf(bytes);
      const before = c === 0 ? -1 : sizeClasses.bytesOf(c - 1);
      if (!(before < bytes && bytes <= sizeClasses.bytesOf(c))) wrong.push(bytes);
    }
    expect(wrong).toEqual([]);
  });

  it('end with a chunk: what is larger has the class `count`', () => {
    const sizeClasses = classes();
    expect(sizeClasses.bytesOf(sizeClasses.count - 1)).toBe(4 * MIB);
    expect(sizeClasses.classOf(4 * MIB)).toBe(67);
    expect(sizeClasses.classOf(4 * MIB + 1)).toBe(68);
    expect(sizeClasses.classOf(2 ** 31 - 1)).toBe(68);
  });

  it('above slabMaxBytes are whole pages only', () => {
    const sizeClasses = classes({ slabMaxBytes: 8 * KIB });
    expect(sizeClasses.slabCount).toBe(32);
    expect([8193, 16385, 24577, 32769].map((bytes) => sizeClasses.normalize(bytes))).toEqual(
      [16, 24, 32, 40].map((kib) => kib * KIB),
    );
    sizeClasses.assertValid();
  });

  it.each([
    [16, 1, 512],
    [48, 3, 512],
    [112, 7, 512],
    [1024, 1, 8],
    [1280, 5, 32],
    [8192, 1, 1],
    [16384, 2, 1],
    [28672, 7, 2],
  ])('cut a slab of %i bytes a slot from %i pages: %i slots', (bytes, pages, slots) => {
    const sizeClasses = classes();
    const c = sizeClasses.classOf(bytes);
    expect([sizeClasses.slabPages(c), sizeClasses.slabSlots(c)]).toEqual([pages, slots]);
  });

  it('leave no rest in a slab, and give it at most 512 slots', () => {
    const sizeClasses = classes();
    for (let c = 0; c < sizeClasses.slabCount; c++) {
      const bytes = sizeClasses.slabSlots(c) * sizeClasses.bytesOf(c);
      expect(bytes).toBe(sizeClasses.slabPages(c) * sizeClasses.pageBytes);
      expect(sizeClasses.slabSlots(c)).toBeLessThanOrEqual(512);
    }
  });

  it.each([
    [16, 1, 512],
    [48, 1, 170],
    [1280, 1, 6],
    [1792, 2, 9],
    [10240, 4, 3],
    [28672, 7, 2],
  ])('cut a slab of %i bytes a slot for few blocks from %i pages: %i slots', (bytes, pages, slots) => {
    const sizeClasses = classes();
    const c = sizeClasses.classOf(bytes);
    expect([sizeClasses.firstSlabPages(c), sizeClasses.slabSlots(c, pages)]).toEqual([pages, slots]);
  });

  it('use a large page to the full, though it has more than 512 slots', () => {
    const sizeClasses = classes({ pageBytes: 64 * KIB });
    expect([sizeClasses.slabPages(0), sizeClasses.slabSlots(0)]).toEqual([1, 4096]);
    sizeClasses.assertValid();
  });

  it('tell how many pages a run has', () => {
    const sizeClasses = classes();
    expect(sizeClasses.runPages(sizeClasses.classOf(32 * KIB))).toBe(4);
    expect(sizeClasses.runPages(sizeClasses.classOf(33 * KIB))).toBe(5);
    expect(sizeClasses.runPages(67)).toBe(512);
  });
});
