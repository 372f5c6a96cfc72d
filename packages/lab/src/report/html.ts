/**
 * The report as one HTML page: text and tables are written here, charts are drawn by the script inside the page.
 * The drawing library (Apache ECharts), the script and the style are inlined; the page loads nothing.
 */
import { type Chart, chartsOf } from './charts.ts';
import { factTable } from './facts.ts';
import { formatBytes, formatChange, formatNumber, formatPercent, formatRatioSpread } from './format.ts';
import { asset, chartLibrary, escapeHtml, renderNotes, renderTable } from './html-parts.ts';
import type { ComparisonReport, ExperimentReport, LabReport, TargetReport } from './report.ts';
import { verdictGroups } from './verdicts.ts';

/**
 * Renders the page.
 *
 * Cost: about 1.2 MB of text, most of it the library.
 */
export function renderHtml(report: LabReport): string {
  const charts: Chart[] = [];
  const sections = report.experiments.map((experiment) => renderExperiment(experiment, charts));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rockpool lab: ${escapeHtml(report.experiments.map(({ name }) => name).join(', '))}</title>
<link rel="icon" href="data:,">
<style>${asset('report.css')}</style>
</head>
<body>
<main>
<h1>Rockpool lab</h1>
${renderHeader(report)}
${sections.join('\n')}
</main>
<script type="application/json" id="charts">${JSON.stringify(charts).replaceAll('<', '\\u003c')}</script>
<script>${chartLibrary()}</script>
<script>${asset('report.js')}</script>
</body>
</html>
`;
}

function renderHeader({ machine, date, command, rounds }: LabReport): string {
  const { cpu, cores, memoryBytes, os, arch, node, v8, commit } = machine;
  const items: readonly (readonly [string, string])[] = [
    ['Machine', `${cpu}, ${cores} cores, ${formatBytes(memoryBytes)}`],
    ['System', `${os} ${arch}; Node ${node}, V8 ${v8}`],
    ['Commit', commit ?? 'outside a repository'],
    ['Date', date],
    ['Reproduce', command],
  ];
  const list = items.map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`).join('');
  return `<dl class="machine">${list}</dl>
<p>Figures are medians of ${rounds} round${rounds === 1 ? '' : 's'}, ranges from the smallest round to the largest. Baseline and variants ran in turn, every case of every round in a fresh process. Heap and external are bytes allocated per operation. GC time is the pauses of the main thread. Latencies come from a pass of their own that times every operation, and contain the cost of the clock.</p>`;
}

function renderExperiment(experiment: ExperimentReport, charts: Chart[]): string {
  const { name, summary, notes, comparisons } = experiment;
  return `<section id="${name}">
<h2>${escapeHtml(name)}<span>${escapeHtml(summary)}</span></h2>
${renderNotes(notes)}
${renderVerdicts(experiment)}
${comparisons.map((comparison) => renderComparison(comparison, `${name}-${comparison.id}`, charts)).join('\n')}
</section>`;
}

function renderComparison(comparison: ComparisonReport, prefix: string, charts: Chart[]): string {
  const own = chartsOf(comparison, prefix);
  charts.push(...own);
  const absent = comparison.cases.flatMap(({ title, unavailable }) =>
    unavailable === null ? [] : [`${title}: ${unavailable}.`],
  );
  return `<article>
<h3>${escapeHtml(comparison.title)}</h3>
${renderNotes([...comparison.notes, ...absent])}
${renderRatios(comparison)}
${renderFacts(comparison)}
<div class="charts">${own.map(renderChart).join('\n')}</div>
</article>`;
}

function renderChart(chart: Chart): string {
  return `<figure class="${chart.kind}">
<figcaption>${escapeHtml(chart.title)}</figcaption>
${renderLegend(chart)}
<div class="chart" id="${chart.id}" role="img" aria-label="${escapeHtml(chart.title)}; the table below has its figures"></div>
${renderTable(chart.table)}
</figure>`;
}

/** In HTML, where it wraps by itself, rather than in the picture, where it would overlap. */
function renderLegend(chart: Chart): string {
  if (chart.kind === 'bars') return '';
  const entries = chart.series.map((series, i) => {
    const hue = 'hue' in series ? series.hue : i;
    return `<li><i class="series-${hue + 1}"></i>${escapeHtml(series.name)}</li>`;
  });
  return `<ul class="legend">${entries.join('')}</ul>`;
}

function renderRatios({ cases, ratios, targets }: ComparisonReport): string {
  if (ratios.length === 0) return '';
  const titles = new Map(cases.map(({ id, title }) => [id, title]));
  const judged = ratios.some(({ verdict }) => verdict !== null);
  const head = ['', 'times as fast (range)', 'GC time per operation', ...(judged ? ['verdict'] : [])];
  const rows = ratios.map(({ variant, baseline, speed, gcTime, verdict }) => [
    `${titles.get(variant)} vs ${titles.get(baseline)}`,
    formatRatioSpread(speed),
    gcTime === null ? '–' : formatChange(gcTime.median),
    ...(judged ? [verdict ?? ''] : []),
  ]);
  return renderTable({ head, rows }) + renderTargets(targets, titles);
}

function renderTargets(targets: readonly TargetReport[], titles: ReadonlyMap<string, string>): string {
  if (targets.length === 0) return '';
  const rows = targets.map(({ variant, baseline, metric, atLeast, measured, reached }) => {
    const show = metric === 'speed' ? (value: number) => `${formatNumber(value)}×` : formatPercent;
    return [
      `${titles.get(variant)} vs ${titles.get(baseline)}`,
      metric === 'speed' ? 'times as fast' : 'GC time saved',
      `≥ ${show(atLeast)}`,
      measured === null ? '–' : show(measured),
      reached === null ? 'not measured' : reached ? 'reached' : 'missed',
    ];
  });
  return renderTable({ head: ['Target', '', 'wanted', 'measured', ''], rows });
}

/** A fact that is the same for all cases stands once. */
function renderFacts(comparison: ComparisonReport): string {
  const { shared, differing } = factTable(comparison);
  const [head = [], ...rows] = differing ?? [];
  const own = differing === null ? '' : renderTable({ head: ['Of the workload', ...head.slice(1)], rows });
  return (shared.length === 0 ? '' : renderTable({ head: ['Of the workload', ''], rows: shared })) + own;
}

/** Where it pays and where not, before the tables that say why. */
function renderVerdicts(experiment: ExperimentReport): string {
  const rows = verdictGroups(experiment).map(
    ({ pair, verdict, places }) =>
      `<dt>${escapeHtml(pair)}: <b>${verdict}</b></dt><dd>${escapeHtml(places.join('; '))}</dd>`,
  );
  return rows.length === 0 ? '' : `<h3>In short</h3><dl class="verdicts">${rows.join('')}</dl>`;
}
