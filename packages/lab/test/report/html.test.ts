import { expect, test } from 'vitest';
import { renderHtml } from '../../src/report/html.ts';
import { experimentReport, labReport } from '../measurements.ts';

const page = renderHtml(labReport(experimentReport([{ ns: 100, gcMs: 3 }], [{ ns: 50 }], '</script><img>')));
/** The page without the texts of its scripts and styles. */
const markup = page.replace(/<(script|style)([^>]*)>[\s\S]*?<\/\1>/g, '<$1$2></$1>');

test('the page loads nothing', () => {
  expect(markup).not.toMatch(/\s(src|srcset|action|data|poster)\s*=/);
  expect([...markup.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual(['data:,']);
  const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, css]) => css).join('');
  expect(styles).not.toMatch(/@import|url\(/);
  expect(page).not.toMatch(/\b(fetch|importScripts|sendBeacon)\(["'`]|new (XMLHttpRequest|WebSocket)\b/);
});

test('texts cannot become markup', () => {
  expect(markup).not.toContain('<img>');
  expect(markup).not.toContain('<b>');
  expect(markup).toContain('&#60;b&#62;plain text');
});

test('every chart has its data, its place and a table', () => {
  const data = /<script type="application\/json" id="charts">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
  const charts = JSON.parse(data) as { id: string; kind: string; axis: string }[];
  expect(charts.map(({ kind }) => kind)).toEqual(['bars', 'stack', 'percentiles']);
  for (const { id, axis } of charts) {
    expect(axis).not.toBe('');
    const figure = markup.split('<figure').find((part) => part.includes(`id="${id}"`));
    expect(figure).toContain('<table>');
  }
});

test('a case that did not run is named with its reason', () => {
  expect(markup).toContain('Native: not in this Node.');
});

test('verdicts stand together, facts beside their limits, and a life has its charts', () => {
  const history = {
    operations: [0, 5],
    series: [{ name: 'held', unit: 'count' as const, values: [0, null] }],
    moments: [{ look: 1, name: 'end' }],
  };
  const given = (holes: number) => [{ ns: 9, facts: { 'holes, %': holes }, history }];
  const lived = renderHtml(labReport(experimentReport(given(12), given(8), '<Pool>', 2)));
  expect(lived).toContain('<dt>&#60;Pool&#62; vs Fresh: <b>no difference</b></dt>');
  expect(lived).toContain('<td>12.0 over</td><td>8.00</td>');
  expect(lived).toContain('<figcaption>Held over the life</figcaption>');
  expect(lived).not.toContain('<Pool>');
});
