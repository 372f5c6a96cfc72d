import { setTimeout as sleep } from 'node:timers/promises';
import type { Flushable } from 'rockpool';
import { describe, expect, it } from 'vitest';
import { Gatherer } from '../../src/gateway/gatherer.ts';

class Writer implements Flushable {
  flushes = 0;
  readonly #tookMs: number;
  constructor(tookMs = 0) {
    this.#tookMs = tookMs;
  }
  flushDue(): void {
    this.flushes++;
    const until = performance.now() + this.#tookMs;
    while (performance.now() < until);
  }
}

describe('the gatherer', () => {
  it('flushes all that entered, once each, and not before the turn is over', async () => {
    const gatherer = new Gatherer(3, 0.4);
    const writers = [new Writer(), new Writer(), new Writer()];
    for (const writer of writers) gatherer.add(writer);
    expect(writers.map(({ flushes }) => flushes)).toEqual([0, 0, 0]);
    await sleep(20);
    expect(writers.map(({ flushes }) => flushes)).toEqual([1, 1, 1]);
    expect(gatherer.stats()).toMatchObject({ flushes: 1, connections: 3 });
  });

  it('waits longer the longer flushing takes, but never longer than it may', () => {
    const gatherer = new Gatherer(1_000, 0.5);
    for (let i = 0; i < 2; i++) {
      gatherer.add(new Writer(4));
      gatherer.flush();
    }
    const { intervalMs } = gatherer.stats();
    expect(intervalMs).toBeGreaterThanOrEqual(8);
    const bounded = new Gatherer(2, 0.01);
    for (let i = 0; i < 2; i++) {
      bounded.add(new Writer(4));
      bounded.flush();
    }
    expect(bounded.stats().intervalMs).toBe(2);
  });

  it('goes on with those that enter while it flushes', async () => {
    const gatherer = new Gatherer(1, 1);
    const late = new Writer();
    gatherer.add({ flushDue: () => gatherer.add(late) });
    gatherer.flush();
    expect(late.flushes).toBe(0);
    await sleep(30);
    expect(late.flushes).toBe(1);
  });
});
