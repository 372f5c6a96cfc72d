import { describe, expect, it } from 'vitest';
import { channelWords, ringBase, slotAt, TAIL } from '../../src/shared/channel-layout.ts';
import { HALVES, MAP_VERSION, MapLayout } from '../../src/shared/map-layout.ts';
import { DETACHED, describeWord, nextFree, SHARED } from '../../src/shared/ownership-word.ts';
import { LAYOUT_VERSION, RegionLayout } from '../../src/shared/region-layout.ts';
import { registryWords } from '../../src/shared/worker-registry-layout.ts';

// Another layout wants another version: threads with two versions of the library would read each other's words.
describe('the layout, version 1', () => {
  it('has its parts where it had them', () => {
    const layout = new RegionLayout({
      maxWorkers: 3,
      classes: [
        { bytes: 64, maxBlocks: 0, magazine: 4, shelf: 64 },
        { bytes: 4096, maxBlocks: 7, magazine: 4, shelf: 64 },
      ],
      slabBytes: 65_536,
      maxSlabs: 5,
      softSlabs: 2,
      zero: 0,
      channelWords: 1000,
      maxChannels: 10,
    });
    expect(LAYOUT_VERSION).toBe(1);
    const { live, classes, registry, counters, shelves, slabs, words, lengths, channelTable, rings } = layout;
    expect({ live, classes, registry, counters, shelves, slabs }).toEqual({
      live: 64,
      classes: 80,
      registry: 112,
      counters: 176,
      shelves: 224,
      slabs: 800,
    });
    expect({ words, lengths, channelTable, rings }).toEqual({
      words: 880,
      lengths: 6000,
      channelTable: 11_120,
      rings: 11_136,
    });
    expect([layout.totalWords, layout.blocksPerSlab, layout.slabShift]).toEqual([12_136, 1024, 10]);
    expect([layout.shelf(2, 1), layout.slab(3), layout.slabBlocks(1)]).toEqual([704, 848, 16]);
    expect(registryWords(3)).toBe(64);
  });

  it('has rings where it had them', () => {
    expect(channelWords(8, 3)).toBe(48 + 3 * 64);
    expect([ringBase(1000, 8, 2), TAIL]).toEqual([1176, 16]);
    expect([slotAt(0, 8, 0), slotAt(0, 8, 7), slotAt(0, 8, 8), slotAt(0, 8, -1)]).toEqual([32, 60, 32, 60]);
  });
});

describe('the layout of a map, version 1', () => {
  it('has its parts where it had them', () => {
    const layout = new MapLayout({ maxWorkers: 3, segments: 4, slots: 32, arenaWords: 100 });
    expect(MAP_VERSION).toBe(1);
    expect([layout.registry, layout.segments, layout.totalWords]).toEqual([32, 96, 1312]);
    expect([layout.halfWords, layout.segmentWords, HALVES]).toEqual([132, 304, 32]);
    expect([...layout.allSegments()]).toEqual([96, 400, 704, 1008]);
    expect(layout.numberOf(layout.segment(3))).toBe(3);
  });
});

describe('a word', () => {
  it('says what it is', () => {
    expect(describeWord(0)).toBe('FREE gen 0');
    expect(describeWord((255 << 24) | 7)).toBe('OWNED by 7 gen 255');
    expect(describeWord((1 << 24) | DETACHED | 0x3fffff)).toBe('DETACHED by 4194303 gen 1');
    expect(describeWord(SHARED | 0b101)).toBe('SHARED by slots 0 2 gen 0');
    expect(describeWord(DETACHED | SHARED)).toMatch(/torn/);
  });

  it('moves its generation on, round and round', () => {
    expect(nextFree(0)).toBe(1 << 24);
    expect(nextFree((127 << 24) | 5)).toBe(128 << 24);
    expect(nextFree((255 << 24) | DETACHED | 3)).toBe(0);
  });
});
