import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RECORDING_VERSION } from '#recorder/recording';
import { readRecordings } from '../../src/advise/recordings.ts';
import { recording } from './made-up-recording.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rockpool-recordings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

test('all recordings are read, the oldest first, the main thread before those that began with it', () => {
  const late = recording({ pid: 9, startedAt: 3000 });
  const early = recording({ pid: 30, startedAt: 1000 });
  const worker = recording({ pid: 30, threadId: 2, startedAt: 1000 });
  write('9-0.json', late);
  write('30-2.json', worker);
  write('30-0.json', early);
  expect(readRecordings(folder)).toEqual({ all: [early, worker, late], notes: [] });
});

test('what is no recording by its name is passed over', () => {
  write('10-0.json', recording());
  for (const name of ['10-1.json.part', 'notes.txt', 'a-0.json', '10.json', 'x10-0.json', '10-0.json.bak']) {
    write(name, 'nothing');
  }
  const { all, notes } = readRecordings(folder);
  expect(all).toHaveLength(1);
  expect(notes).toEqual([]);
});

test('a broken one is noted by its name, and the others are read', () => {
  const good = recording();
  write('10-0.json', good);
  write('11-0.json', JSON.stringify(good).slice(0, 50));
  write('12-0.json', '');
  write('13-0.json', 'null');
  mkdirSync(join(folder, '14-0.json'));
  const { all, notes } = readRecordings(folder);
  expect(all).toEqual([good]);
  expect(notes.map((note) => /^The recording (\S+) cannot be read: .+\.$/.exec(note)?.[1])).toEqual([
    '11-0.json',
    '12-0.json',
    '13-0.json',
    '14-0.json',
  ]);
});

test('one of another version is noted with both versions', () => {
  write('10-0.json', { ...recording(), version: 2 });
  write('11-0.json', { some: 'thing' });
  expect(readRecordings(folder)).toEqual({
    all: [],
    notes: [
      'The recording 10-0.json cannot be read: it has version 2, not 1.',
      'The recording 11-0.json cannot be read: it has version undefined, not 1.',
    ],
  });
});

test('the version that is read is the one that the recorder writes', () => {
  write('10-0.json', { ...recording(), version: RECORDING_VERSION });
  expect(readRecordings(folder).all).toHaveLength(1);
});

test('a directory that is not there has no recordings', () => {
  expect(readRecordings(join(folder, 'none'))).toEqual({ all: [], notes: [] });
});
