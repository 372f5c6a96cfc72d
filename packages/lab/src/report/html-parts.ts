/** Parts that the lab's pages share: escaped text, tables, notes, and what is inlined so that a page loads nothing. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TableData } from './charts.ts';

const require = createRequire(import.meta.url);
const ASSETS = new URL('../../assets/', import.meta.url);

/** For text, and for attributes in double quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function renderTable({ head, rows }: TableData): string {
  const headings = head.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((text) => `<td>${escapeHtml(text)}</td>`).join('');
    return `<tr><th scope="row">${escapeHtml(first)}</th>${cells}</tr>`;
  });
  return `<div class="table"><table><thead><tr>${headings}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

export function renderNotes(notes: readonly string[]): string {
  if (notes.length === 0) return '';
  return `<ul class="notes">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`;
}

/** A file of `assets/`. */
export function asset(name: string): string {
  return readFileSync(new URL(name, ASSETS), 'utf8');
}

/** The drawing library, Apache ECharts: about 1.1 MB. */
export function chartLibrary(): string {
  return readFileSync(require.resolve('echarts/dist/echarts.min.js'), 'utf8');
}
