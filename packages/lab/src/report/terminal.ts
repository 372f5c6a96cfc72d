/**
 * The report as tables for a terminal of 100 columns.
 *
 * Two tables a comparison: what an operation costs, and what the collector and the tail do. Then the ratios, the
 * verdicts, and the targets where there are some.
 */
import Table from 'cli-table3';
import pc from 'picocolors';
import { factTable } from './facts.ts';
import {
  formatBytes,
  formatChange,
  formatCount,
  formatNumber,
  formatPercent,
  formatRatioSpread,
  formatTime,
  formatTimeSpread,
} from './format.ts';
import type {
  CaseFigures,
  CaseReport,
  ComparisonReport,
  ExperimentReport,
  GcSummary,
  LabReport,
  RatioReport,
  TargetReport,
} from './report.ts';
import { PLAIN } from './table-style.ts';
import { verdictGroups } from './verdicts.ts';

const COLUMNS = 100;

/** The report's header: where the figures come from. */
export function renderHeader({ machine, date, command, rounds }: LabReport): string {
  const { cpu, cores, memoryBytes, os, arch, node, v8, commit } = machine;
  const lines = [
    `${pc.bold('rockpool lab')}  ${date}  ${commit === null ? 'outside a repository' : `commit ${commit}`}`,
    `${cpu}, ${cores} cores, ${formatBytes(memoryBytes)}; ${os} ${arch}; Node ${node}, V8 ${v8}`,
    `Medians of ${rounds} round${rounds === 1 ? '' : 's'} (smallest–largest); every case of every round in a fresh process.`,
    'heap, external: bytes allocated per operation. GC share: of the wall time. longest: one pause.',
    `Reproduce: ${command}`,
  ];
  return `${lines.flatMap((line) => wrap(line, '')).join('\n')}\n`;
}

/** One experiment. */
export function renderExperiment(experiment: ExperimentReport): string {
  const title = `${pc.bold(pc.cyan(experiment.name))}  ${experiment.summary}`;
  const notes = renderNotes(experiment.notes);
  const comparisons = experiment.comparisons.map(renderComparison).join('');
  return `\n${[title, ...notes].join('\n')}\n${comparisons}${renderVerdicts(experiment)}`;
}

/** Where it pays and where not, so that nobody has to gather it from the tables. */
function renderVerdicts(experiment: ExperimentReport): string {
  const groups = verdictGroups(experiment);
  if (groups.length === 0) return '';
  const lines = groups.flatMap(({ pair, verdict, places }) => [
    `  ${pair}: ${pc.bold(verdict)}`,
    ...wrap(places.join('; '), '      '),
  ]);
  return `\n${[pc.bold('In short'), ...lines].join('\n')}\n`;
}

function renderComparison(comparison: ComparisonReport): string {
  const { title, operation, notes, cases, ratios, targets } = comparison;
  const titles = new Map(cases.map((it) => [it.id, it.title]));
  const parts = [
    `${pc.bold(title)} ${pc.dim(`(one operation: one ${operation})`)}`,
    ...renderNotes(notes),
    `${costTable(comparison)}\n`,
    collectorTable(cases),
    clockLine(cases),
    renderFacts(comparison),
    ratioTable(ratios, titles),
    ...targets.map((target) => targetLine(target, titles)),
  ];
  return `\n${parts.filter((part) => part !== '').join('\n')}\n`;
}

function renderNotes(notes: readonly string[]): string[] {
  return notes.flatMap((note) => wrap(note, '  ')).map((line) => pc.dim(line));
}

/** Breaks at spaces, so that no line is wider than the terminal. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > COLUMNS) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, indent + line];
}

function costTable({ operation, cases }: ComparisonReport): string {
  const payload = cases.some(({ figures }) => figures?.payloadBytesPerSecond != null);
  const head = ['', 'time', `${operation}s/s`, ...(payload ? ['MB/s'] : []), 'heap', 'external', 'RSS peak'];
  return table(head, cases, (f) => [
    formatTimeSpread(f.nsPerOperation),
    formatCount(f.operationsPerSecond.median),
    ...(payload ? [f.payloadBytesPerSecond ? formatNumber(f.payloadBytesPerSecond.median / 1e6) : '–'] : []),
    f.heapBytesPerOperation ? formatBytes(f.heapBytesPerOperation.median) : '–',
    f.externalBytesPerOperation ? formatBytes(f.externalBytesPerOperation.median) : '–',
    formatBytes(f.rssPeakBytes.median),
  ]);
}

function collectorTable(cases: readonly CaseReport[]): string {
  const head = ['', 'GCs', 'GC time/op', 'GC share', 'longest', 'p50', 'p99', 'p99.9', 'max'];
  return table(head, cases, (f) => [
    ...collectorCells(f.gc),
    formatTime(f.p50Ns.median),
    formatTime(f.p99Ns.median),
    formatTime(f.p999Ns.median),
    formatTime(f.maxNs.median),
  ]);
}

function collectorCells(gc: GcSummary | null): string[] {
  if (gc === null) return ['–', '–', '–', '–'];
  return [
    formatCount(gc.count.median),
    formatTime(gc.nsPerOperation.median),
    formatPercent(gc.share.median),
    formatTime(gc.maxPauseMs.median * 1e6),
  ];
}

/** What the reader of the latencies must know. */
function clockLine(cases: readonly CaseReport[]): string {
  const clocks = cases.flatMap(({ figures }) => (figures === null ? [] : [figures.clockNs.median]));
  const longest = Math.max(0, ...clocks);
  if (longest === 0) return '';
  return pc.dim(
    `  p50–max: a pass of its own that times every operation; ${formatTime(longest)} of each is the clock.`,
  );
}

function table(
  head: readonly string[],
  cases: readonly CaseReport[],
  row: (figures: CaseFigures) => string[],
): string {
  const rendered = newTable(head);
  for (const { title, figures, unavailable } of cases) {
    if (figures === null) {
      rendered.push([title, { colSpan: head.length - 1, content: pc.dim(unavailable ?? 'not run') }]);
    } else {
      rendered.push([title, ...row(figures)]);
    }
  }
  return rendered.toString();
}

function newTable(head: readonly string[]): Table.Table {
  return new Table({
    head: head.map((text) => pc.dim(text)),
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
  });
}

function ratioTable(ratios: readonly RatioReport[], titles: ReadonlyMap<string, string>): string {
  if (ratios.length === 0) return '';
  const judged = ratios.some(({ verdict }) => verdict !== null);
  const rendered = newTable(['', 'times as fast', 'GC time per op', ...(judged ? ['verdict'] : [])]);
  for (const { variant, baseline, speed, gcTime, verdict } of ratios) {
    rendered.push([
      `${titles.get(variant)} vs ${titles.get(baseline)}`,
      pc.bold(formatRatioSpread(speed)),
      gcTime === null ? '–' : formatChange(gcTime.median),
      ...(judged ? [verdict ?? ''] : []),
    ]);
  }
  return `\n${rendered.toString()}`;
}

/** A fact that is the same for all cases stands once. */
function renderFacts(comparison: ComparisonReport): string {
  const { shared, differing } = factTable(comparison);
  const lines = shared.flatMap(([label, text]) => wrap(`${label}: ${text}`, '  '));
  if (differing === null) return lines.join('\n');
  const [head = [], ...rows] = differing;
  const rendered = newTable(head);
  for (const row of rows) rendered.push([...row]);
  return [...lines, `\n${rendered.toString()}`].join('\n');
}

function targetLine(target: TargetReport, titles: ReadonlyMap<string, string>): string {
  const { variant, baseline, metric, atLeast, measured, reached } = target;
  const what = metric === 'speed' ? 'times as fast' : 'of GC time saved';
  const show = (value: number): string =>
    metric === 'speed' ? `${formatNumber(value)}×` : formatPercent(value);
  const mark = reached === null ? pc.dim('not measured') : reached ? pc.green('reached') : pc.red('missed');
  const found = measured === null ? '–' : show(measured);
  return `  Target ${mark}: ${titles.get(variant)} vs ${titles.get(baseline)}, ${what}: ${found}, at least ${show(atLeast)}`;
}
