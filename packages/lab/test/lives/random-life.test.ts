import { expect, test } from 'vitest';
import { RandomLife } from '../../src/lives/random-life.ts';

const SIZES = { from: 64, to: 4096 };
const TARGET = 100_000;

function counted(seed: number) {
  const taken: number[] = [];
  const dropped: number[] = [];
  const holder = {
    take(bytes: number) {
      taken.push(bytes);
      return bytes;
    },
    drop: (bytes: number) => void dropped.push(bytes),
  };
  return { life: new RandomLife(holder, seed), taken, dropped };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

test('what is held stays within one buffer of the target, and is taken less dropped', () => {
  const { life, taken, dropped } = counted(1);
  for (let i = 0; i < 20_000; i++) {
    life.step(TARGET, SIZES);
    expect(life.heldBytes).toBeLessThanOrEqual(TARGET + SIZES.to);
    if (i > 1000) expect(life.heldBytes).toBeGreaterThan(TARGET - SIZES.to);
  }
  expect(life.steps).toBe(20_000);
  expect(life.heldBytes).toBe(sum(taken) - sum(dropped));
  expect(life.held).toBe(taken.length - dropped.length);
});

test('sizes keep to their range, as many in each doubling', () => {
  const { life, taken } = counted(2);
  for (let i = 0; i < 20_000; i++) life.step(TARGET, SIZES);
  expect(Math.min(...taken)).toBeGreaterThanOrEqual(SIZES.from);
  expect(Math.max(...taken)).toBeLessThanOrEqual(SIZES.to);
  const small = taken.filter((bytes) => bytes < 128).length / taken.length;
  const large = taken.filter((bytes) => bytes >= 2048).length / taken.length;
  expect(small).toBeCloseTo(1 / 6, 1);
  expect(large).toBeCloseTo(1 / 6, 1);
});

test('the same seed lives the same life, another one another', () => {
  const lives = [3, 3, 4].map((seed) => {
    const it = counted(seed);
    for (let i = 0; i < 1000; i++) it.life.step(TARGET, SIZES);
    return it;
  });
  expect(lives[1]?.taken).toEqual(lives[0]?.taken);
  expect(lives[1]?.dropped).toEqual(lives[0]?.dropped);
  expect(lives[2]?.taken).not.toEqual(lives[0]?.taken);
});

test('a life ends with nothing held, however often it ends', () => {
  const { life, taken, dropped } = counted(5);
  for (let i = 0; i < 1000; i++) life.step(TARGET, SIZES);
  life.end();
  life.end();
  expect(life.held).toBe(0);
  expect(life.heldBytes).toBe(0);
  expect([...dropped].sort()).toEqual([...taken].sort());
  expect(life.step(0, SIZES)).toBe(0);
});
