import { expect, test } from 'vitest';
import { EXPERIMENTS, findCase } from '../src/registry.ts';

const comparisons = EXPERIMENTS.flatMap((experiment) =>
  experiment.comparisons.map((comparison) => ({ path: `${experiment.name}/${comparison.id}`, comparison })),
);

test('names are unique and kebab-case', () => {
  const names = EXPERIMENTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { path } of comparisons) expect(path).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
  expect(new Set(comparisons.map(({ path }) => path)).size).toBe(comparisons.length);
});

test.each(comparisons)('$path refers only to cases that it has', ({ comparison }) => {
  const ids = comparison.cases.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toContain(comparison.baseline);
  for (const id of comparison.pooled ?? []) expect(ids).toContain(id);
  for (const { variant, baseline } of [...(comparison.pairs ?? []), ...(comparison.targets ?? [])]) {
    expect(ids).toContain(variant);
    expect(ids).toContain(baseline);
  }
  for (const { cases } of comparison.limits ?? []) expect(ids).toEqual(expect.arrayContaining([...cases]));
});

test('findCase() finds a case by its path, and nothing else', () => {
  expect(findCase('messages', 'encode', 'pooled').title).toBe('ByteBuf');
  expect(() => findCase('messages', 'encode', 'nope')).toThrow('Cannot find case messages/encode/nope');
});
