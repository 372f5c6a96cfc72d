import { describe, expect, it } from 'vitest';
import { FlushPace } from '../src/flush-pace.ts';

describe('the pace of flushes', () => {
  it('leaves flushing its share of the time', () => {
    const pace = new FlushPace(0.25, 100);
    pace.intervalMs(2);
    expect(pace.intervalMs(2)).toBe(8);
    expect(pace.intervalMs(1)).toBe(4);
    expect(pace.intervalMs(3)).toBe(4); // might be a stall
    expect(pace.intervalMs(3)).toBe(12); // is not
  });

  it('does not wait longer for one that the system held up', () => {
    const pace = new FlushPace(0.5, 100);
    pace.intervalMs(0.5);
    expect(pace.intervalMs(20)).toBe(1);
    expect(pace.intervalMs(0.5)).toBe(1);
  });

  it('keeps to its bound, and begins without a wait', () => {
    const pace = new FlushPace(0.01, 3);
    expect(pace.intervalMs(50)).toBe(0);
    expect(pace.intervalMs(50)).toBe(3);
  });
});
