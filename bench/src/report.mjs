// @ts-check
/** A suite's result as Markdown: readable in a terminal, and what `bench/results` holds. */
import { figuresOf, ratioOf, timeOf, troubleOf, verdictsOf } from './summary.mjs';

/** @typedef {import('./types.d.ts').SuiteResult} SuiteResult */
/** @typedef {import('./types.d.ts').Spread} Spread */

const NOTHING = '–';

/**
 * Three figures that matter, whatever the size.
 *
 * @param {number | undefined} value
 */
function number(value) {
  if (value === undefined) return NOTHING;
  if (value === 0) return '0';
  if (Math.abs(value) < 0.0001) return '<0.0001';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 4);
}

/** @param {Spread | undefined} ratio */
function ratioText(ratio) {
  if (ratio === undefined) return NOTHING;
  if (ratio.min === 1 && ratio.max === 1) return '1';
  return `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)})`;
}

/**
 * A Markdown table with padded cells; the first two columns are text, the rest figures.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} body
 */
function table(head, body) {
  const widths = head.map((title, at) =>
    Math.max(3, title.length, ...body.map((row) => row[at]?.length ?? 0)),
  );
  /** @param {readonly string[]} cells */
  const line = (cells) =>
    `| ${cells.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) => (at < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

/** @param {SuiteResult} result */
function timeTable(result) {
  const { suite, rows } = result;
  const present = suite.baselines.filter((id) => suite.contenders.some((contender) => contender.id === id));
  const head = ['contender', 'on', `ns/${suite.unit}`, 'min', 'max', 'best sample'];
  const body = [];
  /** @type {Map<string, string[]>} */
  const troubles = new Map();
  for (const row of rows) {
    const trouble = troubleOf(row);
    const time = timeOf(row);
    if (trouble !== undefined) {
      troubles.set(trouble, [...(troubles.get(trouble) ?? []), `${row.label} (${row.runtime})`]);
    }
    const cells = time === undefined ? [] : [time.median, time.min, time.max, time.best];
    const figures = Array.from({ length: 4 }, (_, at) => number(cells[at]));
    const ratios = present.map((baseline) => ratioText(ratioOf(result, row, baseline)));
    body.push([row.label, row.runtime, ...figures, ...ratios]);
  }
  const text = table([...head, ...present.map((id) => `× ${id}`)], body);
  if (troubles.size === 0) return text;
  const lines = [...troubles].map(([trouble, who]) => `- ${who.join(', ')}: ${trouble}`);
  return `${text}\n\nTrouble:\n\n${lines.join('\n')}`;
}

/** @param {SuiteResult} result */
function domainTable({ rows }) {
  const measured = rows.map((row) => ({ row, figures: figuresOf(row) }));
  const names = [...new Set(measured.flatMap(({ figures }) => Object.keys(figures)))].sort((a, b) =>
    a.localeCompare(b, 'en'),
  );
  if (names.length === 0) return '';
  const body = measured
    .filter(({ figures }) => Object.keys(figures).length > 0)
    .map(({ row, figures }) => [row.label, row.runtime, ...names.map((name) => number(figures[name]))]);
  return `### Creations and collections\n\nCounted in a second run of each process, which is not timed.\n\n${table(['contender', 'on', ...names], body)}\n`;
}

/** @param {SuiteResult} result */
function targetTable(result) {
  const verdicts = verdictsOf(result);
  if (verdicts.length === 0) return '';
  const body = verdicts.map(({ target, runtime, ratio, bestRatio, verdict }) => [
    `${target.contender} ÷ ${target.baseline}`,
    runtime,
    `≤ ${target.atMost}`,
    ratioText(ratio),
    bestRatio?.toFixed(2) ?? NOTHING,
    verdict,
  ]);
  return `### Targets\n\n${table(['ratio', 'on', 'target', 'measured', 'best ÷ best', 'verdict'], body)}\n`;
}

/**
 * @param {import('./types.d.ts').Machine} machine
 * @param {SuiteResult} result
 */
function conditions(machine, { rounds, timing }) {
  const { warmMs, sampleMs, samples } = timing;
  return [
    `- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.os}`,
    `- Versions: ${machine.runtimes.join(', ')}; commit ${machine.commit}`,
    `- Date: ${machine.date}; load when it began ${machine.load}`,
    `- Rounds: ${rounds}, a process each; ${samples} samples of about ${sampleMs} ms after ${warmMs} ms of warm-up`,
    `- Again: \`${machine.command}\``,
  ].join('\n');
}

/**
 * @param {SuiteResult} result
 * @param {import('./types.d.ts').Machine} machine
 * @returns {string} Markdown
 */
export function report(result, machine) {
  const { suite } = result;
  const parts = [
    `## ${suite.name}: ${suite.title}`,
    suite.about,
    `${timeTable(result)}\n`,
    targetTable(result),
    domainTable(result),
    conditions(machine, result),
  ];
  return `${parts
    .filter((part) => part !== '')
    .join('\n\n')
    .replaceAll('\n\n\n', '\n\n')}\n`;
}

/**
 * The same as plain data.
 *
 * @param {SuiteResult} result
 * @param {import('./types.d.ts').Machine} machine
 */
export function reportData(result, machine) {
  const { suite, rounds, timing, rows } = result;
  return {
    suite: suite.name,
    unit: suite.unit,
    machine,
    rounds,
    timing,
    rows: rows.map((row) => ({
      contender: row.contender,
      label: row.label,
      runtime: row.runtime,
      time: timeOf(row),
      ratios: Object.fromEntries(suite.baselines.map((id) => [id, ratioOf(result, row, id)])),
      figures: figuresOf(row),
      trouble: troubleOf(row),
      rounds: row.rounds,
    })),
    targets: verdictsOf(result),
  };
}
