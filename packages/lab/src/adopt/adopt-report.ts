/** What `rockpool lab adopt` finds: predicted savings beside measured ones. */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Machine } from '../machine.ts';
import { formatBytes, formatNumber, formatTime } from '../report/format.ts';
import { PLAIN } from '../report/table-style.ts';
import type { Spread } from '../statistics.ts';
import type { Side } from './adopt-load.ts';

/** The whole report; `--json` writes it. */
export interface AdoptReport {
  readonly schema: 'rockpool-adopt';
  readonly version: 1;
  /** ISO 8601. */
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly rounds: number;
  /** Of each side in each round. */
  readonly secondsPerSide: number;
  readonly libraries: readonly LibraryReport[];
}

/** One library. */
export interface LibraryReport {
  readonly library: string;
  readonly title: string;
  readonly operation: string;
  readonly seam: string;
  readonly adapter: string | null;
  readonly sides: readonly SideFigures[];
  /** Of the rounds, plain minus adopted; null where there is no way to adopt. */
  readonly measuredCpuNs: Spread | null;
  /** What `advise` promises for the plain side. */
  readonly prediction: Prediction;
  /** Predicted over measured; null where nothing was measured, or nothing saved. */
  readonly ratio: number | null;
}

/** One way to run the load. Per operation, medians of the rounds with their range. */
export interface SideFigures {
  readonly side: Side;
  readonly cpuNs: Spread;
  readonly wallNs: Spread;
  readonly gcNs: Spread;
  readonly rssBytes: Spread;
}

/** Per operation, of all sites together. */
export interface Prediction {
  /** Of the sites that are to be pooled. */
  readonly cpuNs: number;
  /** Of those that would save as much, but that nobody but the library can change. */
  readonly lockedCpuNs: number;
  readonly sites: readonly {
    readonly what: string;
    readonly place: string;
    readonly verdict: string;
    readonly reason: string;
    readonly cpuNs: number;
  }[];
}

/** A saving of less than this part is no reason to adopt anything. */
const WORTH_IT = 0.1;
/** A prediction within this factor of what was measured holds. */
const FACTOR = 2;

/** What the figures say of a library. */
export function verdictOf({ sides, measuredCpuNs, ratio, prediction }: LibraryReport): string {
  const plain = sides.find(({ side }) => side === 'plain')?.cpuNs.median ?? 0;
  if (measuredCpuNs === null) {
    const locked = prediction.lockedCpuNs / plain;
    return locked < WORTH_IT
      ? 'leave it: nothing to gain'
      : `leave it: no seam for ${formatNumber(locked * 100)} %`;
  }
  const pays = measuredCpuNs.median / plain >= WORTH_IT;
  const near = ratio !== null && ratio >= 1 / FACTOR && ratio <= FACTOR;
  // Of two small figures the factor says nothing.
  const holds = near || (!pays && prediction.cpuNs / plain < WORTH_IT);
  return `${pays ? 'pays' : 'leave it'}; prediction ${holds ? 'holds' : 'off'}`;
}

/** A table for a terminal of 100 columns and the sites below it. */
export function renderAdopt({ libraries, rounds, secondsPerSide }: AdoptReport): string {
  const table = new Table({
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    head: ['', 'plain', 'adopted', 'GC', 'RSS', 'saves (range)', 'predicted', '÷', ''].map((text) =>
      pc.dim(text),
    ),
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const library of libraries) table.push(row(library));
  return `${[
    pc.bold('rockpool lab adopt'),
    `Processor time per operation, medians of ${rounds} rounds of ${secondsPerSide} s a side, in turn, each in a fresh process.`,
    'predicted: what rockpool advise says of the plain side. ÷: predicted over measured.',
    '',
    table.toString(),
    ...libraries.flatMap(sites),
  ].join('\n')}\n`;
}

function row(report: LibraryReport): string[] {
  const { library, sides, measuredCpuNs, prediction, ratio } = report;
  const [plain, adopted] = (['plain', 'adopted'] as const).map((name) =>
    sides.find(({ side }) => side === name),
  );
  const both = (of: (side: SideFigures) => string): string =>
    [plain, adopted].flatMap((side) => (side === undefined ? [] : [of(side)])).join(' → ');
  return [
    library,
    formatTime(plain?.cpuNs.median ?? 0),
    adopted === undefined ? '–' : formatTime(adopted.cpuNs.median),
    both(({ gcNs }) => formatTime(gcNs.median)),
    both(({ rssBytes }) => formatBytes(rssBytes.median)),
    measuredCpuNs === null
      ? '–'
      : `${formatTime(measuredCpuNs.median)} (${formatTime(measuredCpuNs.min)}–${formatTime(measuredCpuNs.max)})`,
    formatTime(prediction.cpuNs),
    ratio === null ? '–' : formatNumber(ratio),
    verdictOf(report),
  ];
}

function sites({ library, operation, seam, prediction }: LibraryReport): string[] {
  return [
    '',
    `${pc.bold(library)} a ${operation}. ${seam}`,
    ...prediction.sites.map(
      ({ what, place, verdict, reason, cpuNs }) =>
        `  ${verdict} (${reason}): ${what} at ${place}, ${formatTime(cpuNs)}`,
    ),
  ];
}
