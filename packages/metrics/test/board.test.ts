import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { boardText, buildBoard } from '../board/board.mjs';
import { CATALOGUE } from '../src/index.ts';

const kept = new URL('../assets/grafana/rockpool.json', import.meta.url);
const rules = new URL('../assets/prometheus/rockpool.rules.yml', import.meta.url);

/** Names of series that a family has in Prometheus. */
const NAMES = new Set(
  CATALOGUE.flatMap(({ name, kind }) =>
    kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);

test('the board in assets is the one that is built: node packages/metrics/board/board.mjs', () => {
  expect(readFileSync(kept, 'utf8')).toBe(boardText());
});

test('the board asks for metrics and labels that there are', () => {
  const text = `${readFileSync(kept, 'utf8')}${readFileSync(rules, 'utf8')}`;
  const asked = [...text.matchAll(/\brockpool_[a-z_]+\b/g)].map(([name]) => name);
  expect(asked.length).toBeGreaterThan(50);
  expect(asked.filter((name) => !NAMES.has(name))).toEqual([]);
});

test('each panel has a title, a unit, a description and its place in the grid', () => {
  const panels = (buildBoard().panels ?? []) as unknown as {
    type: string;
    title: string;
    description?: string;
    gridPos?: { x: number; w: number };
    fieldConfig?: { defaults: { unit?: string } };
  }[];
  const drawn = panels.filter(({ type }) => type !== 'row');
  expect(drawn.length).toBeGreaterThan(25);
  for (const { title, description, fieldConfig, gridPos } of drawn) {
    expect(
      [title, description, fieldConfig?.defaults.unit].every((it) => it !== undefined && it !== ''),
    ).toBe(true);
    expect((gridPos?.x ?? 99) + (gridPos?.w ?? 99)).toBeLessThanOrEqual(24);
  }
  expect(new Set(drawn.map(({ title }) => title)).size).toBe(drawn.length);
});
