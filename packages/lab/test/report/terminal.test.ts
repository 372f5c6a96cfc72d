import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { renderExperiment, renderHeader } from '../../src/report/terminal.ts';
import { experimentReport, labReport } from '../measurements.ts';

const experiment = experimentReport([{ ns: 100, gcMs: 10 }], [{ ns: 50, gcMs: 1 }]);
const text = stripVTControlCharacters(renderExperiment(experiment));

test('tables hold the figures, the ratio, the verdict and the targets', () => {
  expect(text).toMatch(/Fresh +100 ns +10\.0 M +1000 +16\.0 B +– +57\.2 MiB/);
  expect(text).toMatch(/Pool vs Fresh +2\.00× +−90\.0 % +pool it/);
  expect(text).toMatch(/Native +not in this Node/);
  expect(text).toContain('Target reached: Pool vs Fresh, times as fast: 2.00×, at least 2.00×');
  expect(text).toContain('Target not measured: Native vs Fresh');
});

test('the header says where and how the figures came about', () => {
  const header = stripVTControlCharacters(renderHeader(labReport()));
  for (const part of [
    'A processor, 2 cores, 16.0 GiB',
    'Node v20.19.0',
    'Reproduce: npx rockpool lab sample',
  ]) {
    expect(header).toContain(part);
  }
});

test('facts that differ stand in a table, and those over their limit say so', () => {
  const facts = (holes: number) => ({ items: 3, 'holes, %': holes });
  const report = experimentReport([{ ns: 9, facts: facts(12) }], [{ ns: 9, facts: facts(8) }]);
  const shown = stripVTControlCharacters(renderExperiment(report));
  expect(shown).toMatch(/^ {2}items: 3\.00$/m);
  expect(shown).toMatch(/at most +Fresh +Pool\n +holes, % +10\.0 +12\.0 over +8\.00\n/);
});

test('an experiment of several comparisons ends with its verdicts in short', () => {
  const report = experimentReport([{ ns: 50 }], [{ ns: 100 }], 'Pool', 9);
  const shown = stripVTControlCharacters(renderExperiment(report));
  expect(shown).toMatch(/In short\n {2}Pool vs Fresh: leave it\n {6}One thing: 0\.500×; One thing/);
  expect(shown.split('\n').filter((line) => line.length > 100)).toEqual([]);
  expect(text).not.toContain('In short');
});

test('no line is wider than 100 columns', () => {
  const lines = (text + stripVTControlCharacters(renderHeader(labReport()))).split('\n');
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
});
