import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Side } from '../../src/adopt/adopt-load.ts';
import { type LibraryReport, renderAdopt, verdictOf } from '../../src/adopt/adopt-report.ts';
import type { Spread } from '../../src/statistics.ts';

const WIDTH = 100;

/** A tenth around a median. */
function around(median: number): Spread {
  const ends = [median * 0.9, median * 1.1];
  return { median, min: Math.min(...ends), max: Math.max(...ends) };
}

function side(name: Side, cpuNs: number): LibraryReport['sides'][number] {
  return {
    side: name,
    cpuNs: around(cpuNs),
    wallNs: around(cpuNs * 1.2),
    gcNs: around(cpuNs / 10),
    rssBytes: around(100 * 2 ** 20),
  };
}

interface Given {
  readonly library?: string;
  readonly plainNs?: number;
  /** Null: there is no way to adopt. */
  readonly savesNs: number | null;
  readonly predictedNs?: number;
  readonly lockedNs?: number;
}

function report({
  library = 'msgpackr',
  plainNs = 1000,
  savesNs,
  predictedNs = 0,
  lockedNs = 0,
}: Given): LibraryReport {
  const adopted = savesNs === null ? [] : [side('adopted', plainNs - savesNs)];
  return {
    library,
    title: library,
    operation: 'message',
    seam: 'It writes into what its user gives it.',
    adapter: null,
    sides: [side('plain', plainNs), ...adopted],
    measuredCpuNs: savesNs === null ? null : around(savesNs),
    watching: { median: 0.03, min: -0.01, max: 0.052 },
    prediction: {
      cpuNs: predictedNs,
      lockedCpuNs: lockedNs,
      sites: [
        {
          what: 'Buffer.allocUnsafe',
          place: 'src/load.ts:12',
          verdict: 'pool it',
          reason: 'pays',
          cpuNs: predictedNs,
        },
      ],
    },
    ratio: savesNs === null || savesNs <= 0 ? null : predictedNs / savesNs,
  };
}

describe('the verdict', () => {
  test.each([
    ['pays; as predicted', { savesNs: 300, predictedNs: 300 }],
    ['pays; as predicted', { savesNs: 100, predictedNs: 50 }],
    ['pays; as predicted', { savesNs: 100, predictedNs: 200 }],
    ['pays; not as predicted', { savesNs: 300, predictedNs: 100 }],
    ['pays; not as predicted', { savesNs: 300, predictedNs: 700 }],
    ['pays; not as predicted', { savesNs: 300, predictedNs: 0 }],
    // A saving below a tenth is none.
    ['leave it; as predicted', { savesNs: 99, predictedNs: 110 }],
    // Two small figures, whatever the one is over the other.
    ['leave it; as predicted', { savesNs: 2, predictedNs: 90 }],
    ['leave it; as predicted', { savesNs: 90, predictedNs: 0 }],
    ['leave it; as predicted', { savesNs: -200, predictedNs: 0 }],
    ['leave it; not as predicted', { savesNs: 20, predictedNs: 150 }],
    ['leave it; not as predicted', { savesNs: -200, predictedNs: 150 }],
    ['leave it: nothing to gain', { savesNs: null, lockedNs: 99 }],
    ['leave it: no seam, 25.0 %', { savesNs: null, lockedNs: 250 }],
  ] as const)('%s: %j', (verdict, given) => {
    expect(verdictOf(report(given))).toBe(verdict);
  });
});

describe('the table', () => {
  const libraries = [
    report({ library: 'protobufjs', savesNs: 123_000, plainNs: 456_000, predictedNs: 118_000 }),
    report({ library: 'mqtt-packet', savesNs: 12, plainNs: 1234, predictedNs: 95 }),
    report({ library: 'ws', savesNs: 345, plainNs: 1000, predictedNs: 45 }),
    report({ library: 'mysql2', savesNs: null, plainNs: 98_700, lockedNs: 45_600 }),
    report({ library: 'node:fs', savesNs: -3_450_000, plainNs: 12_300_000, predictedNs: 0 }),
  ];
  const text = stripVTControlCharacters(
    renderAdopt({
      schema: 'rockpool-adopt',
      version: 1,
      date: '2024-01-02T03:04:05.678Z',
      command: 'npx rockpool lab adopt',
      machine: {
        cpu: 'A processor',
        cores: 2,
        memoryBytes: 2 ** 34,
        os: 'Linux 6',
        arch: 'x64',
        node: 'v20.19.0',
        v8: '11.3',
        commit: null,
      },
      rounds: 5,
      secondsPerSide: 3,
      libraries,
    }),
  );
  const lines = text.split('\n');
  /** Cells of a library's row. */
  const cells = (library: string): string[] =>
    (lines.find((line) => line.startsWith(`  ${library} `)) ?? '').trim().split(/ {2,}/);

  test('tells how it was measured', () => {
    expect(lines[0]).toBe('rockpool lab adopt');
    expect(lines[1]).toContain('medians of 5 rounds of 3 s a side');
  });

  test('has a row for each library', () => {
    expect(cells('protobufjs')).toEqual([
      'protobufjs',
      '456 µs',
      '333 µs',
      '123 µs (111–135)',
      '118 µs',
      '0.959',
      'pays; as predicted',
    ]);
    expect(cells('mqtt-packet').slice(3)).toEqual([
      '12.0 ns (10.8–13.2)',
      '95.0 ns',
      '7.92',
      'leave it; as predicted',
    ]);
    expect(cells('ws').at(-1)).toBe('pays; not as predicted');
  });

  test('has one figure, and dashes, where there is no way to adopt', () => {
    expect(cells('mysql2')).toEqual([
      'mysql2',
      '98.7 µs',
      '–',
      '–',
      '0 ns',
      '–',
      'leave it: no seam, 46.2 %',
    ]);
  });

  test('has no ratio to a loss', () => {
    expect(cells('node:fs').slice(3)).toEqual([
      '-3.45 ms (-3.80–-3.10)',
      '0 ns',
      '–',
      'leave it; as predicted',
    ]);
  });

  test('has its columns below each other, and no line is wider than one can read', () => {
    const head = lines.findIndex((line) => line.includes('predicted  '));
    const table = lines.slice(head, head + 1 + libraries.length);
    expect(new Set(table.slice(1).map((line) => line.search(/pays|leave it/))).size).toBe(1);
    expect(lines.filter((line) => line.length > WIDTH)).toEqual([]);
  });

  test('has the sites of each library below it', () => {
    const at = lines.indexOf('ws, a message. ws. It writes into what its user gives it.');
    expect(lines[at - 1]).toBe('');
    expect(lines[at + 1]).toBe('  watched: +3.0 % (−1.0 % to +5.2 %)');
    expect(lines[at + 2]).toBe('  GC 100 ns → 65.5 ns, RSS 100 MiB → 100 MiB');
    expect(lines[at + 3]).toBe('  pool it (pays): Buffer.allocUnsafe at src/load.ts:12, 45.0 ns');
    expect(text.match(/, a message\. /g)).toHaveLength(libraries.length);
    expect(text.endsWith('\n')).toBe(true);
  });
});
