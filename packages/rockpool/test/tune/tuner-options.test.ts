import { expect, test } from 'vitest';
import { ByteBufAllocator, Tuner, type TunerOptions } from '../../src/index.ts';

const allocator = new ByteBufAllocator();

test.each<[Record<string, unknown>, string]>([
  [{ targets: 7 }, "'targets' must be allocators and object pools"],
  [{ targets: [{}] }, "'targets' must be allocators and object pools"],
  [{ intervalMs: 9 }, "'intervalMs' must be an integer from 10 to 2147483647: received 9"],
  [{ intervalMs: Number.NaN }, "'intervalMs'"],
  [{ coolDownMs: -1 }, "'coolDownMs' must be an integer from 0"],
  [{ window: 1 }, "'window' must be an integer from 2 to 1000: received 1"],
  [{ goals: { budgetBytes: -5 } }, "'goals.budgetBytes' must be an integer from 0"],
  [{ goals: { hitRate: 1.5 } }, "'goals.hitRate' must be a number from 0 to 1: received 1.5"],
  [{ goals: { budget: 1 } }, 'budget'],
  [{ bounds: { maxIdle: 5 } }, "'bounds.maxIdle' must be a pair: the least and the most"],
  [{ bounds: { maxIdle: [9, 5] } }, "'bounds.maxIdle[1]' must be an integer from 9"],
  [{ bounds: { trimInterval: [0, 5] } }, "'bounds.trimInterval[0]' must be an integer from 1"],
  [{ bounds: { idle: [0, 1] } }, 'idle'],
  [{ pressure: { medium: 2 } }, "'pressure.medium' must be a number from 0 to 1: received 2"],
  [{ pressure: { medium: 0.8, high: 0.5 } }, "'pressure.high' must be a number from 0.8 (medium) to 1"],
  [{ pressure: { measure: 3 } }, "'pressure.measure' must be a function"],
  [{ dryRun: 'yes' }, "'dryRun' must be"],
  [{ onDecision: 1 }, "'onDecision' must be a function"],
  [{ tick: 1 }, 'tick'],
])('%j is refused', (options, message) => {
  expect(() => new Tuner({ targets: [allocator], ...options } as TunerOptions)).toThrow(message);
});
