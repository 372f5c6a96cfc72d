/**
 * From a position in the code that ran to the one that somebody wrote, by source maps.
 *
 *     file ─► last `//# sourceMappingURL=` ─► data: or a path beside it ─► map ─► entry ─► source, line, column
 *
 * An entry counts only for the line that it stands in: V8's own lookup goes back to earlier lines, which gives places
 * for code that no source has. The column stays the entry's, as in between it has no meaning.
 */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload, type SourceMapping } from 'node:module';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place } from '../advice.ts';

/** Why a position stayed the generated one. */
export interface SourceNote {
  /** The generated file. */
  readonly file: string;
  readonly code: 'unreadable' | 'map-missing' | 'map-broken' | 'map-points-nowhere';
  readonly message: string;
}

/** A file as it ran. */
interface Generated {
  readonly lines: readonly string[] | null;
  readonly map: MapOfFile | null;
}

interface MapOfFile {
  readonly map: SourceMap;
  /** Directory that relative sources start at. */
  readonly base: string;
  /** By the name in the map. */
  readonly sources: ReadonlyMap<string, Source>;
}

interface Source {
  /** Absolute, or a URL that is no file. */
  readonly path: string;
  readonly content: string | null;
}

/** An index map, or one section of it. */
interface RawMap extends Omit<SourceMapPayload, 'sections'> {
  readonly sections?: readonly { readonly offset: { line: number; column: number }; readonly map: RawMap }[];
}

const MAP_COMMENT = /\/[/*][#@]\s*sourceMappingURL=([^\s'"*]+)/g;
const LINE_END = /\r\n|[\n\r\u2028\u2029]/;

/** Reads each file once; make one for each report. */
export class SourceFiles {
  /** Each file's first trouble. */
  readonly notes: SourceNote[] = [];
  readonly #cwd: string;
  readonly #generated = new Map<string, Generated>();
  readonly #originals = new Map<string, readonly string[] | null>();

  /** @param cwd Paths below it are given relative to it. */
  constructor(cwd: string = process.cwd()) {
    this.#cwd = resolve(cwd);
  }

  /**
   * The original position. Never throws: without a file, a map or an entry it is the generated one, and `notes` says
   * why.
   *
   * @param file A path, a `file:` URL, or a name such as `node:fs`.
   * @param line From 1.
   * @param column From 1.
   */
  place(file: string, line: number, column: number, functionName: string): Place {
    const path = pathOf(file);
    if (path === null) return { file, line, column, functionName, source: null };
    const generated = this.#read(path);
    return (
      this.#original(path, generated, line, column, functionName) ??
      this.#place(path, line, column, functionName, generated.lines)
    );
  }

  /** The text of a file as it ran; null where it cannot be read. */
  generatedText(file: string): string | null {
    const path = pathOf(file);
    return path === null ? null : readText(path);
  }

  /** The npm package that a file belongs to: the innermost one; null for the program's own. */
  library(file: string): string | null {
    const parts = (pathOf(file) ?? file).split(/[\\/]/);
    const at = parts.lastIndexOf('node_modules');
    if (at < 0) return null;
    const [first, second, third] = parts.slice(at + 1);
    if (!first) return null;
    if (first === '.pnpm') return second === undefined || third === undefined ? null : pnpmName(second);
    if (first.startsWith('@')) return second ? `${first}/${second}` : null;
    return second === undefined ? null : first;
  }

  #original(path: string, { map }: Generated, line: number, column: number, name: string): Place | null {
    if (!map) return null;
    const entry = map.map.findEntry(line - 1, column - 1) as Partial<SourceMapping>;
    if (entry.generatedLine !== line - 1 || entry.originalSource === undefined) return null;
    const source = map.sources.get(entry.originalSource);
    if (!source || entry.originalLine === undefined || entry.originalColumn === undefined) return null;
    const lines = source.content === null ? this.#linesOf(source.path) : source.content.split(LINE_END);
    if (lines && entry.originalLine >= lines.length) {
      const message = `'${source.path}' has no line ${entry.originalLine + 1}`;
      this.#note(path, 'map-points-nowhere', message);
      return null;
    }
    return this.#place(source.path, entry.originalLine + 1, entry.originalColumn + 1, name, lines);
  }

  #place(
    path: string,
    line: number,
    column: number,
    functionName: string,
    lines: readonly string[] | null,
  ): Place {
    const source = lines?.[line - 1]?.trim() ?? null;
    return { file: this.#shown(path), line, column, functionName, source };
  }

  #shown(path: string): string {
    if (!isAbsolute(path)) return path;
    const below = relative(this.#cwd, path);
    return below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below) ? path : below;
  }

  #read(path: string): Generated {
    const known = this.#generated.get(path);
    if (known) return known;
    const text = readText(path);
    if (text === null) this.#note(path, 'unreadable', `Cannot read '${path}'`);
    const generated = {
      lines: text?.split(LINE_END) ?? null,
      map: text === null ? null : this.#mapOf(path, text),
    };
    this.#generated.set(path, generated);
    return generated;
  }

  #mapOf(path: string, text: string): MapOfFile | null {
    const url = [...text.matchAll(MAP_COMMENT)].at(-1)?.[1];
    if (url === undefined) return null;
    const linked = locate(path, url);
    if (!linked || linked.json === null) {
      this.#note(path, 'map-missing', `Cannot read the source map '${url.slice(0, 80)}' of '${path}'`);
      return null;
    }
    try {
      return readMap(linked.json, linked.base);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#note(path, 'map-broken', `Cannot use the source map of '${path}': ${reason}`);
      return null;
    }
  }

  #linesOf(path: string): readonly string[] | null {
    const known = this.#originals.get(path);
    if (known !== undefined) return known;
    const lines = (isAbsolute(path) ? readText(path) : null)?.split(LINE_END) ?? null;
    this.#originals.set(path, lines);
    return lines;
  }

  #note(file: string, code: SourceNote['code'], message: string): void {
    if (!this.notes.some((note) => note.file === file)) this.notes.push({ file, code, message });
  }
}

/** Null for what is no file: `node:fs`, `evalmachine.<anonymous>`, an empty name. */
function pathOf(file: string): string | null {
  if (file.startsWith('file:')) {
    try {
      return fileURLToPath(file.replace(/[?#].*$/, ''));
    } catch {
      return null;
    }
  }
  return isAbsolute(file) ? file : null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The map's text and the directory that it stands in. */
function locate(path: string, url: string): { json: string | null; base: string } | null {
  if (url.startsWith('data:')) {
    const comma = url.indexOf(',');
    if (comma < 0) return null;
    const body = url.slice(comma + 1);
    try {
      const base64 = /;base64$/i.test(url.slice(0, comma));
      const json = base64 ? Buffer.from(body, 'base64').toString() : decodeURIComponent(body);
      return { json, base: dirname(path) };
    } catch {
      return null;
    }
  }
  if (/^[a-z][a-z+.-]+:/i.test(url) && !url.startsWith('file:')) return null;
  const mapPath = url.startsWith('file:') ? pathOf(url) : resolve(dirname(path), decode(url));
  return mapPath === null ? null : { json: readText(mapPath), base: dirname(mapPath) };
}

/** @throws {Error} where it is no source map. */
function readMap(json: string, base: string): MapOfFile {
  const raw = JSON.parse(json.replace(/^\)\]\}'[^\n]*\n?/, '')) as RawMap;
  if (typeof raw !== 'object' || raw === null) throw new TypeError('it is no object');
  const sources = new Map<string, Source>();
  const sections = raw.sections ?? [{ offset: { line: 0, column: 0 }, map: raw }];
  if (sections.length === 0) throw new TypeError('it has no sections');
  // The names of two sections may be the same for different files, so each gets its own.
  const named = sections.map(({ offset, map }, index) => ({
    offset,
    map: nameSources(map, index, base, sources),
  }));
  const payload = named.length === 1 && !raw.sections ? named[0]?.map : { version: 3, sections: named };
  return { map: new SourceMap(payload as unknown as SourceMapPayload), base, sources };
}

function nameSources(map: RawMap, section: number, base: string, sources: Map<string, Source>): RawMap {
  if (!Array.isArray(map?.sources) || typeof map.mappings !== 'string') {
    throw new TypeError('it has no sources or no mappings');
  }
  if (!/^[A-Za-z0-9+/,;]*$/.test(map.mappings)) throw new TypeError('its mappings are not in base 64');
  const names = map.sources.map((source, index) => {
    const name = `${section}/${index}`;
    const content = map.sourcesContent?.[index] ?? null;
    if (typeof source === 'string')
      sources.set(name, { path: sourcePath(source, map.sourceRoot, base), content });
    return name;
  });
  return { ...map, sources: names };
}

function sourcePath(source: string, root: string | undefined, base: string): string {
  const joined =
    root && !isAbsolute(source) && !hasScheme(source) ? `${root.replace(/\/?$/, '/')}${source}` : source;
  if (joined.startsWith('file:')) return pathOf(joined) ?? joined;
  return hasScheme(joined) ? joined : resolve(base, decode(joined));
}

function hasScheme(name: string): boolean {
  return /^[a-z][a-z+.-]+:/i.test(name);
}

function decode(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** `@scope+name@1.2.3_peer@4.0.0` is `@scope/name`. */
function pnpmName(folder: string): string {
  const name = folder.slice(0, folder.indexOf('@', 1) < 0 ? undefined : folder.indexOf('@', 1));
  return name.replace('+', '/');
}
