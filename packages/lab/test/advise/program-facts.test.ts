import { describe, expect, test } from 'vitest';
import type { GcRecord, Recording } from '#recorder/recording';
import { gcFacts, programFacts, watchingFacts } from '../../src/advise/program-facts.ts';
import { NO_GC, recording } from './made-up-recording.ts';

const MIB = 2 ** 20;
const END = { code: 0, signal: null };

describe('the program', () => {
  test('has its processes, with their threads, and lasts from the first start to the last end', () => {
    const facts = programFacts(
      [
        recording({
          pid: 10,
          startedAt: 1000,
          durationMs: 5000,
          cpuMs: 700,
          argv: ['/app/main.js', '--port', '1'],
        }),
        recording({ pid: 10, threadId: 1, startedAt: 2000, durationMs: 1000, cpuMs: 0 }),
        recording({
          pid: 20,
          startedAt: 4000,
          durationMs: 3500,
          cpuMs: 50,
          complete: false,
          node: 'v22.0.0',
        }),
      ],
      END,
    );
    expect(facts).toEqual({
      end: END,
      seconds: 6.5,
      cpuMs: 750,
      processes: [
        {
          pid: 10,
          title: '/app/main.js --port 1',
          node: 'v20.20.2',
          seconds: 5,
          cpuMs: 700,
          threads: 2,
          complete: true,
        },
        {
          pid: 20,
          title: '/app/main.js',
          node: 'v22.0.0',
          seconds: 3.5,
          cpuMs: 50,
          threads: 1,
          complete: false,
        },
      ],
    });
  });

  test('the main thread tells of its process, wherever it stands', () => {
    const threads = [recording({ threadId: 2, cpuMs: 0 }), recording({ cpuMs: 33, complete: false })];
    expect(programFacts(threads, null).processes).toMatchObject([{ cpuMs: 33, threads: 2, complete: false }]);
  });

  test('of which nothing is known has neither seconds nor processes', () => {
    expect(programFacts([], END)).toEqual({ end: END, seconds: 0, cpuMs: 0, processes: [] });
  });
});

describe('collections', () => {
  /** @param minor count of young ones; each takes 2 ms */
  function collected(minor: number, given: Partial<GcRecord> = {}): Recording {
    const kinds = { ...NO_GC.kinds, minor: { count: minor, totalMs: minor * 2, longestMs: 4 } };
    return recording({
      gc: { ...NO_GC, youngBytes: 2 * MIB, ...given, kinds: { ...kinds, ...given.kinds } },
    });
  }
  const share = (one: Recording, heapBytes: number): number =>
    gcFacts([one], new Map([[one, heapBytes]]), 1000).externalShare;

  test('of all threads add up, by kind', () => {
    const a = recording({
      gc: {
        kinds: {
          minor: { count: 10, totalMs: 20, longestMs: 4 },
          major: { count: 2, totalMs: 30, longestMs: 25 },
          incremental: { count: 5, totalMs: 5, longestMs: 1 },
          weakcb: { count: 1, totalMs: 1, longestMs: 1 },
        },
        pauses: [3, 0, 5],
        externalMajor: { count: 0, totalMs: 0 },
        youngBytes: 0,
      },
    });
    const b = collected(4, { pauses: [0, 1] });
    const facts = gcFacts([a, b], new Map(), 500);
    expect(facts).toMatchObject({ count: 22, totalMs: 64, longestMs: 25, cpuShare: 64 / 500 });
    expect(facts.kinds).toEqual({
      minor: { count: 14, totalMs: 28, longestMs: 4 },
      major: { count: 2, totalMs: 30, longestMs: 25 },
      incremental: { count: 5, totalMs: 5, longestMs: 1 },
      weakcb: { count: 1, totalMs: 1, longestMs: 1 },
    });
    expect(facts.pauses).toEqual([
      { fromMs: 0, toMs: 2 ** -7, count: 3 },
      { fromMs: 2 ** -7, toMs: 2 ** -6, count: 1 },
      { fromMs: 2 ** -6, toMs: 2 ** -5, count: 5 },
    ]);
  });

  test('of the young generation that the heap explains did not come from outside', () => {
    // One for each MiB, half of the young generation.
    expect(share(collected(10), 10 * MIB)).toBe(0);
    expect(share(collected(10), 30 * MIB)).toBe(0);
    expect(share(collected(10), 4 * MIB)).toBeCloseTo(0.6);
    expect(share(collected(10), 0)).toBe(1);
    // Where the size is not known, all are the heap's.
    expect(share(collected(10, { youngBytes: 0 }), 0)).toBe(0);
  });

  test('full ones that V8 flagged came from outside, and that part of the steps before them', () => {
    const external = collected(0, {
      kinds: {
        ...NO_GC.kinds,
        major: { count: 4, totalMs: 40, longestMs: 10 },
        incremental: { count: 8, totalMs: 20, longestMs: 5 },
      },
      externalMajor: { count: 1, totalMs: 16 },
    });
    expect(share(external, 0)).toBeCloseTo((16 + 20 / 4) / 60);
  });

  test('threads are judged each by its own heap', () => {
    const [a, b] = [collected(10), collected(10)];
    const heap = new Map([
      [a, 0],
      [b, 100 * MIB],
    ]);
    expect(gcFacts([a, b], heap, 1000).externalShare).toBeCloseTo(0.5);
  });

  test('where there were none, nothing came from anywhere', () => {
    expect(gcFacts([recording()], new Map(), 1000)).toMatchObject({
      count: 0,
      totalMs: 0,
      longestMs: 0,
      externalShare: 0,
      pauses: [],
    });
    expect(gcFacts([], new Map(), 0)).toMatchObject({
      count: 0,
      longestMs: 0,
      cpuShare: 0,
      externalShare: 0,
    });
  });
});

describe('what watching cost', () => {
  const cost = { calls: 2_000_000, samples: 300, sampleMs: 5, heapSamples: 1000, readOutMs: 8, writeMs: 2 };
  const both = [recording({ cost }), recording({ threadId: 1, cost })];

  test('has its parts, of all threads', () => {
    const facts = watchingFacts(both, { callNs: 2.5, heapSampleNs: 10_000 }, 1000);
    expect(facts).toEqual({
      mode: 'sampled',
      parts: { stacks: 10, wrappers: 10, 'heap profiler': 16 + 20, writing: 4 },
      cpuShare: 0.06,
      samples: 2600,
    });
  });

  test('without a calibration it is what was measured meanwhile', () => {
    const { parts, cpuShare } = watchingFacts(both, null, 1000);
    expect(parts).toEqual({ stacks: 10, wrappers: 0, 'heap profiler': 16, writing: 4 });
    expect(cpuShare).toBe(0.03);
    expect(watchingFacts(both, null, 0).cpuShare).toBe(0);
  });

  test('is exact where a thread was', () => {
    expect(watchingFacts([recording(), recording({ mode: 'exact' })], null, 1).mode).toBe('exact');
  });
});
