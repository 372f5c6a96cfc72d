/**
 * The advice for a terminal: what a reader wants in twenty seconds first, then a paragraph a site.
 *
 *     program, GC, watching   a line each
 *     What to do              how much, and what it saves
 *     Sites                   those to change, in full; those to leave, in short, the first few
 *     Connections             the same
 *     Notes
 *
 * Sentences wrap at the width. Paths, source lines that hold one long word, and snippets stay whole, for the reader
 * copies them.
 */
import pc from 'picocolors';
import { formatBytes } from '../../report/format.ts';
import { clip, excerpt, flow, wrap } from '../../report/terminal-lines.ts';
import type { Advice, AdviceVerdict, ConnectionAdvice, Place, SiteAdvice } from '../advice.ts';
import {
  bytesText,
  connectionTimesText,
  countText,
  formatMs,
  gcText,
  isToDo,
  lifetimeText,
  operationSavingText,
  othersText,
  placeText,
  programText,
  savingText,
  summaryTexts,
  threadsText,
  watchingText,
} from './advice-words.ts';
import { cleanAdvice } from './clean-advice.ts';
import { sizesText } from './size-blocks.ts';

/** How the terminal is. */
export interface AdviceTextOptions {
  readonly colour: boolean;
  /** Columns; sentences use at most 120 of them. */
  readonly width: number;
}

/** Wider lines of prose are hard to read. */
const MOST_COLUMNS = 120;
const LEAST_COLUMNS = 30;
/** From this width on, figures stand in a column behind their names. */
const COLUMN_WIDTH = 60;
/** Of what is to be left. */
const MOST_LEFT = 8;
/** Of a name that is no path. */
const MOST_NAME = 60;
const NAME_COLUMNS = 10;
const SNIPPET_INDENT = '    ';

/**
 * Renders the report.
 *
 * @returns Lines, each ended by a line break. Nothing from the program in it can steer the terminal.
 */
export function renderAdviceText(advice: Advice, { colour, width }: AdviceTextOptions): string {
  const columns = Math.min(MOST_COLUMNS, Math.max(LEAST_COLUMNS, width));
  return new AdviceText(cleanAdvice(advice), pc.createColors(colour), columns).render();
}

/** One rendering: what every part of it needs. */
class AdviceText {
  readonly #advice: Advice;
  readonly #colours: ReturnType<typeof pc.createColors>;
  readonly #width: number;

  constructor(advice: Advice, colours: ReturnType<typeof pc.createColors>, width: number) {
    this.#advice = advice;
    this.#colours = colours;
    this.#width = width;
  }

  render(): string {
    const { sites, connections, notes } = this.#advice;
    const lines = [
      ...this.#header(),
      ...this.#section(
        'What to do',
        summaryTexts(this.#advice).flatMap((text) => this.#sentence(text, '  ')),
      ),
      ...this.#section('Sites', [
        ...this.#entries(sites, (site, first) => this.#site(site, first)),
        ...this.#others(),
      ]),
      ...this.#section(
        'Connections',
        this.#entries(connections, (connection, first) => this.#connection(connection, first)),
      ),
      ...this.#section(
        'Notes',
        notes.flatMap((note) => this.#sentence(note, '  - ', '    ')),
      ),
    ];
    return `${lines.join('\n')}\n`;
  }

  #header(): string[] {
    const { bold, dim } = this.#colours;
    const { command, date, machine, program, gc, watching } = this.#advice;
    return [
      ...flow([bold('rockpool advise'), dim(date), dim(`Node ${machine.node}`)], this.#layout('', '  ')),
      ...this.#row('', 'Command', command),
      ...this.#row('', 'Program', programText(program)),
      ...this.#row('', 'GC', gcText(gc)),
      ...this.#row('', 'Watching', watchingText(watching)),
    ];
  }

  #section(title: string, lines: readonly string[]): string[] {
    return lines.length === 0 ? [] : ['', this.#colours.bold(title), ...lines];
  }

  #others(): string[] {
    const text = othersText(this.#advice);
    return text === null ? [] : this.#sentence(text, '  ').map(this.#colours.dim);
  }

  /** Those to change in full, then the first few of those to leave. Numbers are places in the report. */
  #entries<T extends { readonly verdict: AdviceVerdict }>(
    all: readonly T[],
    render: (entry: T, first: string) => string[],
  ): string[] {
    const digits = String(all.length).length;
    const numbered = all.map((entry, i) => ({ entry, first: ` ${String(i + 1).padStart(digits)}  ` }));
    const left = numbered.filter(({ entry }) => !isToDo(entry));
    const toDo = numbered.filter(({ entry }) => isToDo(entry));
    const more = left.length - MOST_LEFT;
    return [
      ...toDo.flatMap(({ entry, first }) => [...render(entry, first), '']),
      ...left.slice(0, MOST_LEFT).flatMap(({ entry, first }) => render(entry, first)),
      ...(more > 0
        ? this.#sentence(`and ${more} more to leave (--json has all)`, '  ').map(this.#colours.dim)
        : []),
    ].filter((line, i, lines) => line !== '' || i < lines.length - 1);
  }

  #site(site: SiteAdvice, first: string): string[] {
    const { place, library, callers, because, saving, use, snippet } = site;
    const what = clip(site.what, MOST_NAME);
    const indent = ' '.repeat(first.length);
    if (!isToDo(site)) return this.#left(site, first, what, `${formatBytes(site.bytesPerSecond)}/s`);
    const row = (name: string, text: string): string[] => this.#row(indent, name, text);
    const amounts = `${countText(site.countPerSecond, site.count)}; ${bytesText(site.bytesPerSecond, site.bytes)}`;
    return [
      ...flow(this.#head(site, what, place, library), { ...this.#layout(first, indent), between: '  ' }),
      ...this.#source(indent, place),
      ...row('allocates', `${amounts}; in ${threadsText(site.threads)}`),
      ...row('sizes', sizesText(site.sizes, this.#width - indent.length - NAME_COLUMNS)),
      ...row('lifetime', lifetimeText(site)),
      ...row('why', because),
      ...(saving === null ? [] : row('saves', `${savingText(saving)}; ${operationSavingText(saving)}`)),
      ...this.#callers(indent, callers),
      ...(use === null ? [] : row('use', use)),
      ...this.#snippet(indent, snippet),
    ];
  }

  #connection(connection: ConnectionAdvice, first: string): string[] {
    const { place, library, callers, because, use, snippet, waitSavedMs, tls } = connection;
    const what = `${connection.address}${tls ? ' (TLS)' : ''}`;
    const indent = ' '.repeat(first.length);
    const made = countText(connection.countPerSecond, connection.count);
    if (!isToDo(connection)) return this.#left(connection, first, what, made);
    const row = (name: string, text: string): string[] => this.#row(indent, name, text);
    return [
      ...flow(this.#head(connection, what, place, library), {
        ...this.#layout(first, indent),
        between: '  ',
      }),
      ...this.#source(indent, place),
      ...row('made', made),
      ...row('times', connectionTimesText(connection)),
      ...row('why', because),
      ...row('saves', `${formatMs(waitSavedMs)} of waiting, over the run`),
      ...this.#callers(indent, callers),
      ...(use === null ? [] : row('use', use)),
      ...this.#snippet(indent, snippet),
    ];
  }

  /** A line, and the reason. */
  #left(entry: SiteAdvice | ConnectionAdvice, first: string, what: string, amount: string): string[] {
    const { dim } = this.#colours;
    const indent = ' '.repeat(first.length);
    const pieces = [...this.#head(entry, what, entry.place, entry.library), amount];
    return [
      ...flow(pieces, { ...this.#layout(first, indent), between: '  ' }),
      ...this.#sentence(entry.because, indent).map(dim),
    ];
  }

  /** Verdict, what, and where: pieces of a line. */
  #head(
    { verdict }: SiteAdvice | ConnectionAdvice,
    what: string,
    place: Place,
    library: string | null,
  ): string[] {
    const { bold, dim } = this.#colours;
    return [
      this.#verdict(verdict),
      verdict === 'leave it' ? what : bold(what),
      placeText(place),
      ...(place.functionName === '' ? [] : [dim(`in ${clip(place.functionName, MOST_NAME)}`)]),
      ...(library === null ? [] : [dim(`of ${clip(library, MOST_NAME)}`)]),
    ];
  }

  #verdict(verdict: AdviceVerdict): string {
    const { bold, cyan, green, yellow } = this.#colours;
    if (verdict === 'pool it') return bold(green(verdict));
    return verdict === 'leave it' ? yellow(verdict) : bold(cyan(verdict));
  }

  #source(indent: string, { source, column }: Place): string[] {
    if (source === null || source === '') return [];
    const most = this.#width - indent.length - 2;
    const shown = clip(excerpt(source, column, most), most);
    return [`${indent}${this.#colours.dim('>')} ${this.#colours.italic(shown)}`];
  }

  #callers(indent: string, callers: readonly Place[]): string[] {
    if (callers.length === 0) return [];
    const pieces = callers.map((place, i) => {
      const name = place.functionName === '' ? '' : `${clip(place.functionName, MOST_NAME)} `;
      return `${i === 0 ? '' : '← '}${name}${placeText(place)}`;
    });
    return flow(pieces, this.#rowLayout(indent, 'callers')).map(this.#colours.dim);
  }

  #snippet(indent: string, snippet: string | null): string[] {
    if (snippet === null) return [];
    const lines = snippet.trimEnd().split('\n');
    return lines.map((line) => (line === '' ? '' : `${indent}${SNIPPET_INDENT}${line}`));
  }

  #row(indent: string, name: string, text: string): string[] {
    return wrap(text, this.#rowLayout(indent, name));
  }

  /** A narrow terminal has no room for a column of names. */
  #rowLayout(indent: string, name: string): { width: number; first: string; rest: string } {
    const { dim } = this.#colours;
    if (this.#width < COLUMN_WIDTH) return this.#layout(`${indent}${dim(`${name}:`)} `, `${indent}  `);
    const gap = ' '.repeat(Math.max(1, NAME_COLUMNS - name.length));
    return this.#layout(`${indent}${dim(name)}${gap}`, indent + ' '.repeat(NAME_COLUMNS));
  }

  #sentence(text: string, first: string, rest: string = first): string[] {
    return wrap(text, this.#layout(first, rest));
  }

  #layout(first: string, rest: string): { width: number; first: string; rest: string } {
    return { width: this.#width, first, rest };
  }
}
