/** Epochs by the clock: told at each interval, and no burden on the process. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { onInterval } from '../../src/internal/interval-epochs.ts';
import { counter } from './epoch-counter.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('an interval', () => {
  it('is told to its listener until the subscription ends', () => {
    vi.useFakeTimers();
    const listener = counter();
    const end = onInterval(listener, 10);
    vi.advanceTimersByTime(35);
    expect(listener.epochs).toBe(3);
    end();
    end();
    vi.advanceTimersByTime(100);
    expect(listener.epochs).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not keep the process alive', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const end = onInterval(counter(), 1_000_000);
    expect(timers()).toBe(before);
    end();
  });
});
