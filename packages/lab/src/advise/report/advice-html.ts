/**
 * The advice as one HTML page: text and tables are written here, charts are drawn by the script inside the page.
 * The drawing library (Apache ECharts), the scripts and the styles are inlined; the page loads nothing.
 */
import type { TableData } from '../../report/charts.ts';
import { formatBytes, formatPercent, formatTally, formatTime } from '../../report/format.ts';
import { asset, chartLibrary, escapeHtml, renderNotes, renderTable } from '../../report/html-parts.ts';
import { excerpt, keepUnits } from '../../report/terminal-lines.ts';
import type { Advice, ConnectionAdvice, Place, SiteAdvice } from '../advice.ts';
import {
  type AdviceChart,
  bytesChart,
  pausesChart,
  savingChart,
  sizesChart,
  VERDICT_HUES,
} from './advice-charts.ts';
import {
  bytesText,
  connectionTimesText,
  countText,
  formatMs,
  fullPlaceText,
  gcText,
  isToDo,
  lifetimeText,
  operationSavingText,
  othersText,
  placeText,
  programText,
  rangeText,
  savingText,
  summaryTexts,
  totalsOf,
  watchingText,
} from './advice-words.ts';
import { cleanAdvice } from './clean-advice.ts';

/** Characters of a source line; a minified file has all its code in one. */
const MOST_SOURCE = 200;
/** Where a path may break; not the slash of `MiB/s`. */
const SLASH_IN_PATH = /\/(?=[^\s/]{2})/g;
const GC_KIND_NAMES = {
  minor: 'minor (scavenge)',
  major: 'major (mark-compact)',
  incremental: 'incremental',
  weakcb: 'weak callbacks',
} as const;

/** A term and its text; null: it has none. */
type Fact = readonly [term: string, text: string | null];

/**
 * Renders the page.
 *
 * Cost: about 1.2 MB of text, most of it the library.
 */
export function renderAdviceHtml(given: Advice): string {
  const advice = cleanAdvice(given);
  const charts: AdviceChart[] = [];
  const body = [
    renderHeader(advice),
    renderSummary(advice),
    renderOverview(advice, charts),
    renderSites(advice, charts),
    renderConnections(advice),
    renderProgram(advice, charts),
    advice.notes.length === 0 ? '' : section('notes', 'Notes', renderNotes(advice.notes)),
  ].join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rockpool advise: ${escapeHtml(advice.command)}</title>
<link rel="icon" href="data:,">
<style>${asset('report.css')}</style>
<style>${asset('advice.css')}</style>
</head>
<body>
<main>
<h1>Rockpool advise</h1>
${body}
</main>
<script type="application/json" id="charts">${JSON.stringify(charts).replaceAll('<', '\\u003c')}</script>
<script>${chartLibrary()}</script>
<script>${asset('advice.js')}</script>
</body>
</html>
`;
}

function renderHeader({ command, program, gc, watching, machine, date }: Advice): string {
  const { cpu, cores, memoryBytes, os, arch, node, v8 } = machine;
  return renderFacts('machine', [
    ['Command', command],
    ['Program', programText(program)],
    ['GC', gcText(gc)],
    ['Watching', watchingText(watching)],
    ['Machine', `${cpu}, ${cores} cores, ${formatBytes(memoryBytes)}`],
    ['System', `${os} ${arch}; Node ${node}, V8 ${v8}`],
    ['Date', date],
  ]);
}

function renderSummary(advice: Advice): string {
  const totals = totalsOf(advice);
  const figures: Fact[] = [
    [totals.sites === 1 ? 'site to pool' : 'sites to pool', formatTally(totals.sites)],
    ['of CPU saved', formatPercent(totals.cpuShare)],
    ['of GC saved', formatMs(totals.gcMs)],
    ['less to allocate', `${formatBytes(totals.bytesPerSecond)}/s`],
  ];
  const tiles = figures.map(([term, text]) => `<li><b>${text}</b>${term}</li>`).join('');
  const texts = summaryTexts(advice).map((text) => `<p>${prose(text)}</p>`);
  const links = advice.sites.flatMap((site, i) => (isToDo(site) ? [renderLink(site, i)] : []));
  return section(
    'summary',
    'What to do',
    `${totals.sites === 0 ? '' : `<ul class="totals">${tiles}</ul>`}
${texts.join('\n')}
${links.length === 0 ? '' : `<ol class="links">${links.join('')}</ol>`}`,
  );
}

function renderLink({ what, place, saving }: SiteAdvice, i: number): string {
  const saved = saving === null ? '' : prose(` saves ${formatPercent(saving.cpuShare)} of CPU`);
  return `<li value="${i + 1}"><a href="#site-${i + 1}"><code>${escapeHtml(what)}</code></a> ${renderPlace(place)}${saved}</li>`;
}

function renderOverview(advice: Advice, charts: AdviceChart[]): string {
  const own = [savingChart(advice), bytesChart(advice)].filter((chart) => chart !== null);
  if (own.length === 0) return '';
  charts.push(...own);
  return section(
    'overview',
    'All sites',
    `<div class="charts">${own.map((chart) => renderChart(chart)).join('\n')}</div>\n${renderSiteTable(advice.sites)}`,
  );
}

/** All figures of the charts above it, and the way to each site. */
function renderSiteTable(sites: readonly SiteAdvice[]): string {
  const head = ['Site', 'at', 'verdict', 'bytes/s', 'a second', 'sizes', 'saves CPU', 'GC', 'an operation'];
  const rows = sites.map(({ what, place, verdict, saving, ...site }, i) => {
    const link = `<a href="#site-${i + 1}">${i + 1} ${escapeHtml(what)}</a>`;
    const cells = [
      placeText(place),
      verdict,
      formatBytes(site.bytesPerSecond),
      formatTally(site.countPerSecond),
      rangeText(site.sizes),
      saving === null ? '–' : formatPercent(saving.cpuShare),
      saving === null ? '–' : formatMs(saving.gcMs),
      saving === null ? '–' : formatTime(saving.nsPerOperation),
    ];
    return `<tr><th scope="row">${link}</th>${cells.map((text) => `<td>${escapeHtml(text)}</td>`).join('')}</tr>`;
  });
  const headings = head.map((text) => `<th scope="col">${text}</th>`).join('');
  return `<div class="table sites"><table><thead><tr>${headings}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function renderSites(advice: Advice, charts: AdviceChart[]): string {
  if (advice.sites.length === 0) return '';
  const cards = advice.sites.map((site, i) => renderSite(site, i, charts));
  const others = othersText(advice);
  return section(
    'sites',
    'Site by site',
    `${cards.join('\n')}${others === null ? '' : `<p class="quiet">${prose(others)}</p>`}`,
  );
}

function renderSite(site: SiteAdvice, i: number, charts: AdviceChart[]): string {
  const { what, saving, callers, threads, samples, library } = site;
  // A single column says nothing that its name does not say.
  const chart = site.sizes.length < 2 ? null : sizesChart(site, i);
  if (chart !== null) charts.push(chart);
  const title = `<span class="number">${i + 1}</span> ${renderVerdict(site)} <code>${escapeHtml(what)}</code>`;
  const facts: Fact[] = [
    ['saves', saving !== null && isToDo(site) ? savingText(saving) : null],
    [operationTerm(site), saving === null ? null : operationSavingText(saving)],
    ['count', countText(site.countPerSecond, site.count)],
    ['bytes', bytesText(site.bytesPerSecond, site.bytes)],
    ['sizes', chart === null ? rangeText(site.sizes) : null],
    ['lifetime', lifetimeText(site)],
    ['threads', threads.join(', ')],
    ['library', library],
    ['called by', callers.length === 0 ? null : callers.map(fullPlaceText).join(' ← ')],
    ['rests on', `${formatTally(samples)} ${samples === 1 ? 'stack' : 'stacks'}`],
  ];
  const body = `<div class="halves">${renderFacts('figures', facts)}
${chart === null ? '' : renderChart(chart, tableOf('size', 'allocations', chart))}</div>
${renderSnippet(site)}`;
  return renderCard(`site-${i + 1}`, title, `${formatBytes(site.bytesPerSecond)}/s`, site, body);
}

function operationTerm(site: SiteAdvice): string {
  if (isToDo(site)) return 'that is';
  return site.saving !== null && site.saving.nsPerOperation < 0 ? 'would cost' : 'would save';
}

function renderConnections({ connections }: Advice): string {
  if (connections.length === 0) return '';
  return section('connections', 'Connections', connections.map(renderConnection).join('\n'));
}

function renderConnection(connection: ConnectionAdvice, i: number): string {
  const { address, tls, callers, library, waitSavedMs } = connection;
  const made = countText(connection.countPerSecond, connection.count);
  const title = `<span class="number">${i + 1}</span> ${renderVerdict(connection)} <code>${escapeHtml(address)}</code>`;
  const facts: Fact[] = [
    ['saves', waitSavedMs > 0 ? `${formatMs(waitSavedMs)} of waiting, over the run` : null],
    ['made', `${made}${tls ? ', with TLS' : ''}`],
    ['times', connectionTimesText(connection)],
    ['library', library],
    ['called by', callers.length === 0 ? null : callers.map(fullPlaceText).join(' ← ')],
  ];
  const body = `${renderFacts('figures', facts)}
${renderSnippet(connection)}`;
  return renderCard(`connection-${i + 1}`, title, made, connection, body);
}

/** Of what is to be left, only the reason is to be seen; the rest is there for those who ask. */
function renderCard(
  id: string,
  title: string,
  amount: string,
  entry: SiteAdvice | ConnectionAdvice,
  body: string,
): string {
  const { place, because } = entry;
  const inside = place.functionName === '' ? '' : ` in <code>${escapeHtml(place.functionName)}</code>`;
  const head = `<span class="title">${title}</span> <span class="where">${renderPlace(place)}${inside}</span>`;
  const source = renderSource(place);
  return isToDo(entry)
    ? `<article class="card" id="${id}">\n<h3>${head}</h3>\n${source}\n<p>${prose(because)}</p>\n${body}\n</article>`
    : `<details class="card" id="${id}">
<summary>${head} <span class="amount">${amount}</span><span class="because">${prose(because)}</span></summary>
${source}\n${body}\n</details>`;
}

function renderProgram({ gc, program, watching }: Advice, charts: AdviceChart[]): string {
  const chart = pausesChart(gc);
  if (chart !== null) charts.push(chart);
  const kinds = Object.entries(GC_KIND_NAMES).map(([kind, name]) => {
    const { count, totalMs, longestMs } = gc.kinds[kind as keyof typeof GC_KIND_NAMES];
    return [name, formatTally(count), formatMs(totalMs), formatMs(longestMs)];
  });
  const processes = program.processes.map((it) => [
    `${it.pid} ${it.title}`,
    it.node,
    formatMs(it.seconds * 1e3),
    formatMs(it.cpuMs),
    formatTally(it.threads),
    it.complete ? 'yes' : 'no, its end is missing',
  ]);
  const parts = Object.entries(watching.parts).map(([name, ms]) => [name, formatMs(ms)]);
  return section(
    'program',
    'Collections, processes and the watching',
    `<div class="charts">
${chart === null ? '' : renderChart(chart, tableOf('length', 'pauses', chart))}
<div>
${renderTable({ head: ['Collections', 'count', 'in all', 'longest'], rows: kinds })}
${parts.length === 0 ? '' : renderTable({ head: ['Watching', 'cost'], rows: parts })}
</div>
</div>
${renderTable({ head: ['Process', 'Node', 'ran', 'CPU time', 'threads', 'all seen'], rows: processes })}`,
  );
}

function renderVerdict({ verdict }: SiteAdvice | ConnectionAdvice): string {
  return `<b class="verdict hue-${VERDICT_HUES[verdict] + 1}">${verdict}</b>`;
}

/** A path may break behind its slashes. */
function renderPlace(place: Place): string {
  return `<code class="place">${escapeHtml(placeText(place)).replace(SLASH_IN_PATH, '/<wbr>')}</code>`;
}

function renderSource({ source, column }: Place): string {
  if (source === null || source === '') return '';
  return `<pre class="source">${escapeHtml(excerpt(source, column, MOST_SOURCE))}</pre>`;
}

function renderSnippet({ use, snippet }: SiteAdvice | ConnectionAdvice): string {
  const used = use === null ? '' : `<p>Use <code>${escapeHtml(use)}</code>:</p>\n`;
  return snippet === null ? used : `${used}<pre>${escapeHtml(snippet.trimEnd())}</pre>`;
}

function renderFacts(name: string, facts: readonly Fact[]): string {
  const list = facts.flatMap(([term, text]) =>
    text === null ? [] : [`<dt>${term}</dt><dd>${prose(text).replace(SLASH_IN_PATH, '/<wbr>')}</dd>`],
  );
  return `<dl class="${name}">${list.join('')}</dl>`;
}

/** @param table its figures, where no other table of the page has them */
function renderChart({ kind, id, title, series }: AdviceChart, table?: TableData): string {
  const legend = series.map(({ name, hue }) => `<li><i class="series-${hue + 1}"></i>${name}</li>`);
  return `<figure class="${kind}">
<figcaption>${title}</figcaption>
${legend.length < 2 ? '' : `<ul class="legend">${legend.join('')}</ul>`}
<div class="chart" id="${id}" role="img" aria-label="${title}; the table has its figures"></div>
${table === undefined ? '' : `<details><summary>Figures</summary>${renderTable(table)}</details>`}
</figure>`;
}

/** A histogram's figures. */
function tableOf(label: string, text: string, { labels, texts }: AdviceChart): TableData {
  return { head: [label, text], rows: labels.map((name, i) => [name, texts[i] || '0']) };
}

/** Sentences: a figure stays with its unit. */
function prose(text: string): string {
  return escapeHtml(keepUnits(text));
}

function section(id: string, title: string, body: string): string {
  return `<section id="${id}">\n<h2>${title}</h2>\n${body}\n</section>`;
}
