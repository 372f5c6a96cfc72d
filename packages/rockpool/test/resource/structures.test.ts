/** The parts of a resource pool: time limits over one timer, the queue, the idle list, times in buckets. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackOff } from '../../src/resource/back-off.ts';
import { CoarseClock } from '../../src/resource/coarse-clock.ts';
import { Deadline, Deadlines } from '../../src/resource/deadlines.ts';
import { IdleList } from '../../src/resource/idle-list.ts';
import { Member } from '../../src/resource/member.ts';
import { TimeHistogram } from '../../src/resource/time-histogram.ts';
import { WaitQueue } from '../../src/resource/wait-queue.ts';
import { Waiter } from '../../src/resource/waiter.ts';
import { pass, stopTime } from './tools.ts';

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

class Alarm extends Deadline {
  readonly ms: number;
  readonly #log: Alarm[];

  constructor(ms: number, log: Alarm[]) {
    super();
    this.ms = ms;
    this.#log = log;
  }

  override expire(): void {
    this.#log.push(this);
  }
}

describe('deadlines', () => {
  it('end in the order of their time, whatever was removed before, over one timer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ ms: fc.constantFrom(5, 50, 51, 400), remove: fc.boolean(), wait: fc.nat(20) }), {
          maxLength: 40,
        }),
        async (steps) => {
          const deadlines = new Deadlines();
          const log: Alarm[] = [];
          const began: { alarm: Alarm; due: number; removed: boolean }[] = [];
          for (const { ms, remove, wait } of steps) {
            const alarm = new Alarm(ms, log);
            deadlines.add(alarm, ms, performance.now());
            began.push({ alarm, due: performance.now() + ms, removed: false });
            const victim = began[began.length >> 1];
            if (remove && victim !== undefined && !log.includes(victim.alarm)) {
              deadlines.remove(victim.alarm);
              deadlines.remove(victim.alarm);
              victim.removed = true;
            }
            expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
            await pass(wait);
          }
          await pass(500);
          const expected = began.filter(({ removed }) => !removed);
          expect(new Set(log)).toEqual(new Set(expected.map(({ alarm }) => alarm)));
          const dues = log.map((alarm) => began.find((b) => b.alarm === alarm)?.due ?? Number.NaN);
          // A timer has the resolution of a millisecond.
          for (let i = 1; i < dues.length; i++)
            expect(dues[i]).toBeGreaterThanOrEqual((dues[i - 1] as number) - 1);
          expect(vi.getTimerCount()).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('may begin others when they end', async () => {
    const deadlines = new Deadlines();
    const times: number[] = [];
    class Again extends Deadline {
      override expire(now: number): void {
        times.push(Math.round(now));
        if (times.length < 3) deadlines.add(this, 10, now);
      }
    }
    const from = Math.round(performance.now());
    deadlines.add(new Again(), 10, performance.now());
    await pass(100);
    expect(times.map((time) => time - from)).toEqual([10, 20, 30]);
  });

  it('drop the lanes that nobody is in, however many limits there were', () => {
    const deadlines = new Deadlines();
    const alarm = new Alarm(0, []);
    for (let i = 0; i < 10_000; i++) {
      deadlines.add(alarm, 1000 + i / 7, performance.now());
      deadlines.remove(alarm);
    }
    expect(vi.getTimerCount()).toBe(1);
    deadlines.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that are infinite are none', () => {
    const deadlines = new Deadlines();
    deadlines.add(new Alarm(0, []), Number.POSITIVE_INFINITY, performance.now());
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a wait queue', () => {
  it('has the first of the highest priority first, as a sorted array has', () => {
    const owner = { timedOut: () => {} };
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ push: fc.boolean(), priority: fc.integer({ min: -2, max: 2 }), at: fc.nat(30) }),
        ),
        (steps) => {
          const queue = new WaitQueue<object>();
          const model: Waiter<object>[] = [];
          for (const { push, priority, at } of steps) {
            if (push) {
              const waiter = new Waiter<object>(owner, priority, 1, 1, 0, undefined, undefined);
              queue.push(waiter);
              const behind = model.findIndex((other) => other.priority < priority);
              model.splice(behind === -1 ? model.length : behind, 0, waiter);
            } else {
              const which = at % Math.max(1, model.length);
              const [gone] = model.splice(which, 1);
              if (which === 0) expect(queue.shift()).toBe(gone);
              else queue.remove(gone as Waiter<object>);
            }
            expect(queue.first).toBe(model[0]);
            expect(queue.size).toBe(model.length);
          }
          for (const waiter of model) {
            expect(queue.first).toBe(waiter);
            queue.remove(waiter);
          }
          expect(queue.first).toBeUndefined();
        },
      ),
    );
  });
});

describe('an idle list', () => {
  it('puts one back where its age says', () => {
    const list = new IdleList<number>();
    const members = [1, 2, 3, 4].map((at) => {
      const member = new Member(at, 0, 0);
      member.idleSince = at;
      list.push(member);
      return member;
    });
    for (const member of members) {
      list.remove(member);
      list.reinsert(member);
      const order: number[] = [];
      for (let m = list.oldest; m !== undefined; m = m.younger) order.push(m.resource);
      expect(order).toEqual([1, 2, 3, 4]);
      expect([list.count, list.oldest?.resource, list.youngest?.resource]).toEqual([4, 1, 4]);
    }
  });
});

describe('times', () => {
  it('are counted to within an eighth', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 2_000_000, noNaN: true }), { minLength: 1 }), (times) => {
        const histogram = new TimeHistogram();
        for (const ms of times) histogram.record(ms);
        const sorted = times.toSorted((a, b) => a - b);
        const summary = histogram.summary();
        expect(summary.count).toBe(times.length);
        expect(summary.max).toBe(sorted.at(-1));
        expect(summary.mean).toBeCloseTo(sorted.reduce((a, b) => a + b, 0) / times.length, 3);
        for (const [fraction, told] of [
          [0.5, summary.p50],
          [0.95, summary.p95],
          [0.99, summary.p99],
        ] as const) {
          const exact = sorted[Math.ceil(fraction * times.length) - 1] as number;
          expect(told).toBeGreaterThanOrEqual(Math.min(exact, summary.max) * 0.999);
          expect(told).toBeLessThanOrEqual(exact * 1.13 + 0.002);
        }
      }),
    );
  });

  it('that are longer than can be told apart count as the longest', () => {
    const histogram = new TimeHistogram();
    histogram.record(1e9);
    expect(histogram.summary()).toMatchObject({ count: 1, max: 1e9 });
    expect(histogram.summary().p99).toBeLessThanOrEqual(1e9);
  });

  it('of none are 0', () => {
    expect(new TimeHistogram().summary()).toEqual({ count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  });
});

describe('a coarse clock', () => {
  it('is exact 64 times a turn, and then every sixteenth time', async () => {
    const clock = new CoarseClock();
    const exact = () => Array.from({ length: 160 }, () => clock.tick()).filter(Boolean).length;
    expect(exact()).toBe(64 + 6);
    expect(exact()).toBe(10);
    await pass(1);
    expect(exact()).toBe(64 + 6);
  });

  it('never stands still for longer than fifteen readings', async () => {
    const clock = new CoarseClock();
    for (let i = 0; i < 200; i++) clock.tick();
    vi.advanceTimersByTime(0); // the turn goes on
    const before = clock.now;
    vi.setSystemTime(Date.now());
    for (let i = 0; i < 16; i++) clock.tick();
    expect(clock.now).toBeGreaterThanOrEqual(before);
    await pass(100);
    clock.tick();
    expect(clock.now).toBe(performance.now());
  });
});

describe('a back-off', () => {
  it('doubles up to its longest, less its jitter', () => {
    const steady = new BackOff({ initialMs: 10, maxMs: 5000, factor: 2, jitter: 0 }, 1);
    expect([1, 2, 3, 9, 10, 11, 2000].map((n) => steady.after(n))).toEqual([
      10, 20, 40, 2560, 5000, 5000, 5000,
    ]);
    const jittery = new BackOff({ initialMs: 10, maxMs: 5000, factor: 2, jitter: 0.5 }, 1);
    const pauses = Array.from({ length: 1000 }, () => jittery.after(5));
    expect(Math.min(...pauses)).toBeGreaterThan(80);
    expect(Math.min(...pauses)).toBeLessThan(82);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(160);
    expect(Math.max(...pauses)).toBeGreaterThan(158);
  });
});
