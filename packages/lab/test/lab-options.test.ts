import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OptionValueError, OutputPathError, UnknownExperimentError } from '../src/errors.ts';
import { readLabOptions } from '../src/lab-options.ts';
import { selectExperiments } from '../src/registry.ts';

test('defaults are 5 rounds, and 3 with --quick', () => {
  expect(readLabOptions({})).toMatchObject({ rounds: 5, quick: false, secondsPerCase: undefined });
  expect(readLabOptions({ quick: true })).toMatchObject({ rounds: 3, quick: true });
  expect(readLabOptions({ quick: true, rounds: '7', seconds: '0.5' })).toMatchObject({
    rounds: 7,
    secondsPerCase: 0.5,
  });
});

test.each(['0', '-1', '1.5', '101', 'many', '', ' ', 'NaN', 'Infinity'])(
  '--rounds %j is refused',
  (rounds) => {
    expect(() => readLabOptions({ rounds })).toThrow(OptionValueError);
    expect(() => readLabOptions({ rounds })).toThrow(
      `Cannot run the lab as '--rounds' must be an integer from 1 to 100: received '${rounds}'`,
    );
  },
);

test.each(['0', '-1', '3601', 'long', ''])('--seconds %j is refused', (seconds) => {
  expect(() => readLabOptions({ seconds })).toThrow(/'--seconds' must be a number from 0\.01 to 3600/);
});

test('a report that cannot be written is found at once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rockpool-lab-'));
  const path = join(folder, 'missing', 'report.json');
  expect(() => readLabOptions({ json: path })).toThrow(OutputPathError);
  expect(() => readLabOptions({ html: folder })).toThrow(/'--html' must name a file .* gives EISDIR/);
});

test('trying a path changes no file and leaves none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rockpool-lab-'));
  const kept = join(folder, 'kept.json');
  writeFileSync(kept, 'before');
  readLabOptions({ json: kept, html: join(folder, 'new.html') });
  expect(readFileSync(kept, 'utf8')).toBe('before');
  expect(readdirSync(folder)).toEqual(['kept.json']);
});

test('an unknown experiment is named beside the known ones', () => {
  expect(() => selectExperiments(['reuse', 'nope'])).toThrow(UnknownExperimentError);
  expect(() => selectExperiments(['nope'])).toThrow(
    /Cannot run 'nope' as there is no such experiment: known are messages, /,
  );
});

test('experiments come in the order asked for, each once', () => {
  const names = selectExperiments(['gc', 'reuse', 'gc']).map(({ name }) => name);
  expect(names).toEqual(['gc', 'reuse']);
});
