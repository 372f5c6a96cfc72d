// @ts-check
/** A suite's result as Markdown: readable in a terminal, and what `bench/results` holds. */

import { geometricMean } from './spread.mjs';
import { figuresOf, meanRatioOf, ratioOf, timeOf, troubleOf, verdictsOf } from './summary.mjs';
import { NOTHING, number, ratioNumber, ratioText, table } from './table.mjs';

/** @typedef {import('./types.d.ts').SuiteResult} SuiteResult */
/** @typedef {import('./types.d.ts').Row} Row */
/** @typedef {import('./types.d.ts').Target} Target */

/** A baseline, or the fastest of several. @param {string | readonly string[]} baseline */
const baselineName = (baseline) =>
  typeof baseline === 'string' ? baseline : `fastest of ${baseline.join(', ')}`;

/** The baselines that have a row. @param {SuiteResult} result */
const baselinesIn = ({ suite }) =>
  suite.baselines.filter((baseline) =>
    suite.contenders.some(({ id }) =>
      typeof baseline === 'string' ? id === baseline : baseline.includes(id),
    ),
  );

/** By case, where there are cases. @param {SuiteResult} result @returns {readonly Row[]} */
function sortedRows({ suite: { cases }, rows }) {
  if (cases === undefined) return rows;
  return cases.flatMap((name) => rows.filter((row) => row.case === name));
}

/**
 * A row for each contender, a column for each case, and the geometric means over all of them.
 *
 * @param {SuiteResult} result
 */
function overview(result) {
  const { suite, rows } = result;
  const { cases } = suite;
  if (cases === undefined) return '';
  /** @type {Map<string, Row[]>} */
  const groups = new Map();
  for (const row of rows) {
    const key = `${row.contender} ${row.runtime}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const baselines = baselinesIn(result);
  const body = [...groups.values()].map((group) => {
    const times = cases.map((name) => group.filter((row) => row.case === name).map(timeOf)[0]?.median);
    const means = baselines.map((baseline) =>
      group.length < cases.length ? undefined : meanRatioOf(result, group, baseline),
    );
    const [{ label, runtime } = { label: '', runtime: '' }] = group;
    return [label, runtime, ...[...times, geometricMean(times)].map(number), ...means.map(ratioText)];
  });
  const head = [
    'contender',
    'on',
    ...cases,
    'geometric mean',
    ...baselines.map((id) => `× ${baselineName(id)}`),
  ];
  return `ns/${suite.unit}, the median of the rounds; ratios over all cases:\n\n${table(head, body)}\n`;
}

/** @param {SuiteResult} result */
function timeTable(result) {
  const { suite } = result;
  const baselines = baselinesIn(result);
  const head = ['contender', 'on', `ns/${suite.unit}`, 'min', 'max', 'best sample'];
  const body = [];
  /** @type {Map<string, Set<string>>} */
  const troubles = new Map();
  for (const row of sortedRows(result)) {
    const trouble = troubleOf(row);
    const time = timeOf(row);
    if (trouble !== undefined) {
      const who = troubles.get(trouble) ?? new Set();
      troubles.set(trouble, who.add(`${row.label} (${row.runtime})`));
    }
    const cells = time === undefined ? [] : [time.median, time.min, time.max, time.best];
    const figures = Array.from({ length: 4 }, (_, at) => number(cells[at]));
    const ratios = baselines.map((baseline) => ratioText(ratioOf(result, row, baseline)));
    body.push([...caseOf(row), row.label, row.runtime, ...figures, ...ratios]);
  }
  const columns = [...head, ...baselines.map((id) => `× ${baselineName(id)}`)];
  const text = tableOf(result, columns, body);
  if (troubles.size === 0) return text;
  const lines = [...troubles].map(([trouble, who]) => `- ${[...who].join(', ')}: ${trouble}`);
  return `${text}\n\nTrouble:\n\n${lines.join('\n')}`;
}

/** The cell before the others, where there are cases. @param {Row} row */
const caseOf = (row) => (row.case === undefined ? [] : [row.case]);

/**
 * A table with a column of cases, where there are cases.
 *
 * @param {SuiteResult} result
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} body
 */
function tableOf({ suite }, head, body) {
  return suite.cases === undefined ? table(head, body) : table(['case', ...head], body, 3);
}

/** @param {SuiteResult} result */
function domainTable(result) {
  const measured = sortedRows(result).map((row) => ({ row, figures: figuresOf(row) }));
  const names = [...new Set(measured.flatMap(({ figures }) => Object.keys(figures)))].sort((a, b) =>
    a.localeCompare(b, 'en'),
  );
  if (names.length === 0) return '';
  const body = measured
    .filter(({ figures }) => Object.keys(figures).length > 0)
    .map(({ row, figures }) => [
      ...caseOf(row),
      row.label,
      row.runtime,
      ...names.map((name) => number(figures[name])),
    ]);
  const text = tableOf(result, ['contender', 'on', ...names], body);
  return `### Creations and collections\n\nCounted in a second run of each process, which is not timed.\n\n${text}\n`;
}

/** What a target is about. @param {Target} target */
function targetName(target) {
  const { contender, cases } = target;
  const which = cases === undefined ? '' : `, ${cases.join(', ')}`;
  if ('figure' in target) return `${contender}: ${target.figure}${which}`;
  const every = target.over === 'every' ? ', each case' : '';
  return `${contender} ÷ ${baselineName(target.baseline)}${every}${which}`;
}

/** @param {SuiteResult} result */
function targetTable(result) {
  const verdicts = verdictsOf(result);
  if (verdicts.length === 0) return '';
  const body = verdicts.map(({ target, runtime, ratio, bestRatio, worstCase, verdict }) => [
    targetName(target),
    runtime,
    `≤ ${target.atMost}`,
    'figure' in target ? number(ratio?.median) : ratioText(ratio),
    ...(result.suite.cases === undefined ? [] : [worstCase ?? NOTHING]),
    bestRatio === undefined ? NOTHING : ratioNumber(bestRatio),
    verdict,
  ]);
  const worst = result.suite.cases === undefined ? [] : ['worst case'];
  const head = ['ratio', 'on', 'target', 'measured', ...worst, 'best ÷ best', 'verdict'];
  return `### Targets\n\n${table(head, body)}\n`;
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
    overview(result),
    ...(suite.cases === undefined ? [] : [targetTable(result), '### All rows']),
    `${timeTable(result)}\n`,
    suite.cases === undefined ? targetTable(result) : '',
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
      case: row.case,
      runtime: row.runtime,
      time: timeOf(row),
      ratios: Object.fromEntries(suite.baselines.map((id) => [baselineName(id), ratioOf(result, row, id)])),
      figures: figuresOf(row),
      trouble: troubleOf(row),
      rounds: row.rounds,
    })),
    targets: verdictsOf(result),
  };
}
