/** Epochs: major collections are noticed, minor ones are not, and no listener is kept alive. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Ageable, onMajorGc } from '../../src/internal/gc-epochs.ts';
import { onInterval } from '../../src/internal/interval-epochs.ts';
import { collect, collectUntil } from '../leak/garbage.ts';

/** A listener that counts its epochs. */
function counter(): Ageable & { epochs: number } {
  return {
    epochs: 0,
    age() {
      this.epochs++;
    },
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a major collection', () => {
  it('is told to every listener, again and again', async () => {
    const [a, b] = [counter(), counter()];
    const ends = [onMajorGc(a), onMajorGc(b)];
    await collectUntil('three epochs pass', () => a.epochs >= 3);
    expect(b.epochs).toBe(a.epochs);
    for (const end of ends) end();
  });

  it('is told no more once the subscription has ended, twice over', async () => {
    const [ended, witness] = [counter(), counter()];
    const end = onMajorGc(ended);
    const endWitness = onMajorGc(witness);
    end();
    end();
    await collectUntil('an epoch passes', () => witness.epochs > 0);
    expect(ended.epochs).toBe(0);
    endWitness();
  });

  it('is noticed again by a listener that comes after all others have gone', async () => {
    onMajorGc(counter())();
    for (let i = 0; i < 3; i++) await collect();
    const late = counter();
    const end = onMajorGc(late);
    await collectUntil('the late listener is told', () => late.epochs > 0);
    end();
  });

  it('may end subscriptions, its own or another, while it is told', async () => {
    const told: string[] = [];
    const first: Ageable = {
      age: () => {
        told.push('first');
        endFirst();
        endSecond();
      },
    };
    const second: Ageable = { age: () => told.push('second') };
    const endFirst = onMajorGc(first);
    const endSecond = onMajorGc(second);
    const witness = counter();
    const endWitness = onMajorGc(witness);
    await collectUntil('two epochs pass', () => witness.epochs >= 2);
    expect(told).toEqual(['first']);
    endWitness();
  });

  it('does not find a listener that nobody else holds: that is collected', async () => {
    const forget = () => {
      const listener = counter();
      onMajorGc(listener);
      return new WeakRef(listener);
    };
    const refs = [forget(), forget()];
    await collectUntil('the listeners are collected', () => refs.every((ref) => ref.deref() === undefined));
  });
});

describe('a minor collection', () => {
  it('is no epoch', async () => {
    const listener = counter();
    const end = onMajorGc(listener);
    await collectUntil('the first epoch has passed', () => listener.epochs > 0);
    const before = listener.epochs;
    for (let i = 0; i < 20; i++) {
      globalThis.gc?.({ type: 'minor' });
      await nextTurn(); // for the finalizers
    }
    expect(listener.epochs).toBe(before);
    end();
  });
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
