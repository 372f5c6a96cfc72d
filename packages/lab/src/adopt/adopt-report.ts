/** What `rockpool lab adopt` finds: predicted savings beside measured ones. */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Machine } from '../machine.ts';
import { formatBytes, formatChange, formatNumber, formatTime, formatTimeSpread } from '../report/format.ts';
import { PLAIN } from '../report/table-style.ts';
import { wrap } from '../report/terminal-lines.ts';
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
  /** Processor time of the plain side under the recorder of `advise`, over that without it, less 1. */
  readonly watching: Spread;
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

const COLUMNS = 100;
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
      : `leave it: no seam, ${formatNumber(locked * 100)} %`;
  }
  const pays = measuredCpuNs.median / plain >= WORTH_IT;
  const near = ratio !== null && ratio >= 1 / FACTOR && ratio <= FACTOR;
  // Of two small figures the factor says nothing.
  const holds = near || (!pays && prediction.cpuNs / plain < WORTH_IT);
  return `${pays ? 'pays' : 'leave it'}; ${holds ? 'as predicted' : 'not as predicted'}`;
}

/** A table for a terminal of 100 columns, and below it what each library is about. */
export function renderAdopt({ libraries, rounds, secondsPerSide }: AdoptReport): string {
  const table = new Table({
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    head: ['', 'plain', 'adopted', 'saves', 'predicted', '÷', ''].map((text) => pc.dim(text)),
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const library of libraries) table.push(row(library));
  const lines = [
    pc.bold('rockpool lab adopt'),
    `Processor time per operation, medians of ${rounds} round${rounds === 1 ? '' : 's'} of ${secondsPerSide} s a side, in turn, a process each.`,
    'predicted: what rockpool advise says of the plain side. ÷: predicted over saved.',
    '',
    ...table.toString().split('\n'),
    ...libraries.flatMap(details),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function row(report: LibraryReport): string[] {
  const { library, measuredCpuNs, prediction, ratio } = report;
  const [plain, adopted] = sidesOf(report);
  return [
    library,
    formatTime(plain?.cpuNs.median ?? 0),
    adopted === undefined ? '–' : formatTime(adopted.cpuNs.median),
    measuredCpuNs === null ? '–' : formatTimeSpread(measuredCpuNs),
    formatTime(prediction.cpuNs),
    ratio === null ? '–' : formatNumber(ratio),
    verdictOf(report),
  ];
}

function sidesOf({ sides }: LibraryReport): (SideFigures | undefined)[] {
  return (['plain', 'adopted'] as const).map((name) => sides.find(({ side }) => side === name));
}

function details(report: LibraryReport): string[] {
  const { library, title, operation, seam, prediction, watching } = report;
  const both = (of: (side: SideFigures) => string): string =>
    sidesOf(report)
      .flatMap((side) => (side === undefined ? [] : [of(side)]))
      .join(' → ');
  return [
    '',
    ...wrap(`${library}, a ${operation}. ${title}. ${seam}`, { width: COLUMNS, first: '', rest: '  ' }),
    `  watched: ${formatChange(watching.median + 1)} (${formatChange(watching.min + 1)} to ${formatChange(watching.max + 1)})`,
    `  GC ${both(({ gcNs }) => formatTime(gcNs.median))}, RSS ${both(({ rssBytes }) => formatBytes(rssBytes.median))}`,
    ...prediction.sites.map(
      ({ what, place, verdict, reason, cpuNs }) =>
        `  ${verdict} (${reason}): ${what} at ${place}, ${formatTime(cpuNs)}`,
    ),
  ];
}
