import { afterEach, describe, expect, it, vi } from 'vitest';
import { type MemoryLoad, type TrimExtent, watchMemoryPressure } from '../../src/buffer/index.ts';
import { collectUntil } from '../leak/garbage.ts';
import { tinyAllocator } from './tools.ts';

function target(): { trims: (TrimExtent | undefined)[]; trim: (extent?: TrimExtent) => void } {
  const trims: (TrimExtent | undefined)[] = [];
  return { trims, trim: (extent) => trims.push(extent) };
}

function load(): { now: number; measure: () => MemoryLoad } {
  const state = { now: 0, measure: () => ({ usedBytes: state.now, limitBytes: 100 }) };
  return state;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a watch on memory pressure', () => {
  it('trims what is unused from medium on, and everything from high on', () => {
    vi.useFakeTimers();
    const memory = load();
    const allocator = target();
    const told: [TrimExtent, MemoryLoad][] = [];
    const watch = watchMemoryPressure([allocator], {
      when: { intervalMs: 10 },
      measure: memory.measure,
      onTrim: (extent, now) => told.push([extent, now]),
    });
    for (const now of [0, 69, 70, 89, 90, 100, 5]) {
      memory.now = now;
      vi.advanceTimersByTime(10);
    }
    expect(allocator.trims).toEqual(['unused', 'unused', 'all', 'all']);
    expect(told[0]).toEqual(['unused', { usedBytes: 70, limitBytes: 100 }]);
    watch.stop();
    memory.now = 100;
    vi.advanceTimersByTime(100);
    expect(allocator.trims.length).toBe(4);
    watch.stop();
  });

  it('gives back the memory of an allocator', () => {
    vi.useFakeTimers();
    const allocator = tinyAllocator();
    allocator.buffer(5000).release();
    const watch = watchMemoryPressure([allocator], {
      when: { intervalMs: 10 },
      measure: () => ({ usedBytes: 95, limitBytes: 100 }),
    });
    vi.advanceTimersByTime(10);
    expect(allocator.stats().reservedBytes).toBe(0);
    watch[Symbol.dispose]();
  });

  it('looks at each major collection by default', async () => {
    const allocator = target();
    const watch = watchMemoryPressure([allocator], { measure: () => ({ usedBytes: 80, limitBytes: 100 }) });
    await collectUntil('a trim', () => allocator.trims.length > 0);
    expect(allocator.trims[0]).toBe('unused');
    watch.stop();
  });

  it('goes on though nobody holds it, and ends when all it watches is gone', async () => {
    let looks = 0;
    const held = target();
    const start = (targets: Iterable<ReturnType<typeof target>>): void => {
      watchMemoryPressure(targets, {
        measure: () => {
          looks++;
          return { usedBytes: 95, limitBytes: 100 };
        },
      });
    };
    start([held]);
    await collectUntil('a look', () => looks > 0);
    start([target()]);
    const before = looks;
    await collectUntil('two looks more', () => looks > before + 1);
    expect(held.trims.length).toBeGreaterThan(1);
  });

  it('measures this process when it is not told otherwise, without an error', async () => {
    const allocator = target();
    const watch = watchMemoryPressure([allocator], { medium: 0, high: 1 });
    await collectUntil('a trim', () => allocator.trims.length > 0);
    expect(allocator.trims[0]).toBe('unused');
    watch.stop();
  });

  it('lets one target throw without keeping the others from their trim', () => {
    vi.useFakeTimers();
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const bad = {
      trim: () => {
        throw new Error('no');
      },
    };
    const good = target();
    const measure = (): MemoryLoad => ({ usedBytes: 95, limitBytes: 100 });
    const watch = watchMemoryPressure([bad, good], { when: { intervalMs: 10 }, measure });
    vi.advanceTimersByTime(10);
    expect(good.trims).toEqual(['all']);
    expect(warnings).toHaveBeenCalledTimes(1);
    watch.stop();
    warnings.mockRestore();
  });

  it('refuses bad options, each with its name and range', () => {
    const none: never[] = [];
    expect(() => watchMemoryPressure(none, { medium: 2 })).toThrow(/'medium' must be a number from 0 to 1/);
    expect(() => watchMemoryPressure(none, { medium: 0.8, high: 0.5 })).toThrow(
      /'high' must be a number from 0.8/,
    );
    expect(() => watchMemoryPressure(none, { when: 'now' as never })).toThrow(/'when' must be one of/);
    expect(() => watchMemoryPressure(none, { when: { intervalMs: 0 } })).toThrow(
      /'when.intervalMs' must be an integer/,
    );
    expect(() => watchMemoryPressure(none, { measure: 1 as never })).toThrow(/'measure' must be a function/);
    expect(() => watchMemoryPressure([{} as never])).toThrow(/'targets' must be things to trim/);
    expect(() => watchMemoryPressure(none, { hgih: 1 } as never)).toThrow(/did you mean 'high'/);
  });
});
