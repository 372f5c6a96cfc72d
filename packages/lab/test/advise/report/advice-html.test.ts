import { expect, test } from 'vitest';
import type { AdviceChart } from '../../../src/advise/report/advice-charts.ts';
import { renderAdviceHtml } from '../../../src/advise/report/advice-html.ts';
import { adviceWith } from './hostile-advice.ts';
import { emptyAdvice, place, sampleAdvice, site } from './sample-advice.ts';

const HOSTILE = '</script></style><img src=x onerror=alert(1)>"&\u001b[31m\u202e';
const page = renderAdviceHtml(sampleAdvice);
const markup = markupOf(page);

/** The page without the texts of its scripts and styles. */
function markupOf(html: string): string {
  return html.replace(/<(script|style)([^>]*)>[\s\S]*?<\/\1>/g, '<$1$2></$1>');
}

function chartsOf(html: string): AdviceChart[] {
  const data = /<script type="application\/json" id="charts">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  return JSON.parse(data) as AdviceChart[];
}

test('the page loads nothing', () => {
  expect(markup).not.toMatch(/\s(src|srcset|action|data|poster)\s*=/);
  const links = [...markup.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href);
  expect(links.filter((href) => !/^(data:,|#site-\d+)$/.test(href))).toEqual([]);
  const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, css]) => css).join('');
  expect(styles).not.toMatch(/@import|url\(/);
  expect(page).not.toMatch(/\b(fetch|importScripts|sendBeacon)\(["'`]|new (XMLHttpRequest|WebSocket)\b/);
});

test('texts of the program cannot become markup', () => {
  const hostile = renderAdviceHtml(adviceWith(HOSTILE));
  const shown = markupOf(hostile);
  expect(shown).not.toContain('<img');
  expect(shown).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  expect(shown).toContain('Buffer.alloc&#60;/script&#62;');
  expect(shown.match(/<script/g)).toHaveLength(3);
  expect(chartsOf(hostile)[0]?.labels[0]).toContain('</script>');
});

test('every chart has its place; histograms have their figures beside them, the others in the table of sites', () => {
  const charts = chartsOf(page);
  expect(charts.map(({ id }) => id)).toEqual(['saving', 'bytes', 'sizes-1', 'sizes-3', 'pauses']);
  for (const { id, kind, labels, texts, series } of charts) {
    expect(markup.match(new RegExp(`id="${id}"`, 'g'))).toHaveLength(1);
    expect(texts).toHaveLength(labels.length);
    for (const { values } of series) expect(values).toHaveLength(labels.length);
    const figure = markup.split('<figure').find((part) => part.includes(`id="${id}"`)) ?? '';
    expect(figure.slice(0, figure.indexOf('</figure>')).includes('<table>')).toBe(kind === 'columns');
  }
  const table = markup.slice(markup.indexOf('class="table sites"'), markup.indexOf('id="sites"'));
  expect(table.match(/<tr><th scope="row">/g)).toHaveLength(sampleAdvice.sites.length);
});

test('savings are of the sites to pool, and what is saved in collections is told apart', () => {
  const [saving, bytes] = chartsOf(page);
  expect(saving?.labels[0]).toBe('1  Buffer.alloc  frames.ts:42');
  expect(saving?.labels).toHaveLength(4);
  const [inCollections, inAllocation] = saving?.series ?? [];
  expect((inCollections?.values[0] ?? 0) + (inAllocation?.values[0] ?? 0)).toBeCloseTo(0.0507);
  expect((inCollections?.values[0] ?? 0) / 0.0507).toBeCloseTo(3900 / 5800);
  expect(bytes?.series.map(({ name }) => name)).toEqual(['pool it', 'leave it']);
  expect(bytes?.title).toBe('Bytes allocated a second by site, the first 12 of 15');
});

test('lengths of pauses that nobody had lie together', () => {
  const pauses = chartsOf(page).at(-1);
  expect(pauses?.labels.slice(-3)).toEqual(['4 ms–8 ms', '8 ms–32 ms', '32 ms–64 ms']);
  expect(pauses?.texts).toEqual(['402', '610', '270', '101', '20', '', '79']);
});

test('what is to be done lies open, the rest is closed with its reason', () => {
  expect(markup.match(/<article class="card"/g)).toHaveLength(6);
  expect(markup.match(/<details class="card"/g)).toHaveLength(12);
  expect(markup).toContain('<span class="because">JSON.parse makes its objects itself');
  expect(markup).toContain('<dt>would cost</dt><dd>4.00\u00a0ns an operation</dd>');
  expect(markup).toContain('use a resource pool</b> <code>db.internal:5432</code>');
  expect(markup).toContain('use an agent</b> <code>prices.example.com:443</code>');
  expect(markup).toContain(
    '<pre>import { ByteBufAllocator } from &#39;rockpool&#39;;'.replaceAll('&#39;', "'"),
  );
});

test('header, processes, collections and notes are there', () => {
  for (const part of [
    '<dt>GC</dt><dd>1482 collections, 4.12\u00a0s, 9.98\u00a0% of CPU',
    '<td>no, its end is missing</td>',
    '<th scope="row">weak callbacks</th><td>5</td>',
    '<th scope="row">lifetimes followed</th><td>120 ms</td>',
    '<li>Process 4711 was killed; what it did in its last 2 s is missing.</li>',
  ]) {
    expect(markup).toContain(part);
  }
});

test('an advice without sites has no empty sections', () => {
  const { pauses: _, ...gc } = emptyAdvice.gc;
  const empty = renderAdviceHtml({ ...emptyAdvice, gc: { ...gc, pauses: [] } });
  expect(chartsOf(empty)).toEqual([]);
  expect(markupOf(empty)).toContain('Nothing here is worth pooling.');
  expect(markupOf(empty)).not.toMatch(/id="(overview|sites|connections|notes)"|class="totals"/);
});

test('a site without sizes, source or saving has a card all the same', () => {
  const bare = site({ what: 'new Map', place: place('a.ts', 1, 'f'), sizes: [] });
  const shown = markupOf(renderAdviceHtml({ ...sampleAdvice, sites: [bare] }));
  expect(shown).toContain('<dt>sizes</dt><dd>unknown</dd>');
});
