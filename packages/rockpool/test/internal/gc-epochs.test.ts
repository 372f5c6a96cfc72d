/** Epochs: major collections are noticed, minor ones are not, and no listener is kept alive. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Ageable, onMajorGc } from '../../src/internal/gc-epochs.ts';
import { collect, collectUntil } from '../leak/garbage.ts';
import { counter } from './epoch-counter.ts';

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
