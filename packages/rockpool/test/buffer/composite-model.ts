/**
 * What composites are, as plain arrays: a byte is a cell that everything shares which shows it; no memory, no
 * look-up, no offsets that are kept.
 *
 *     Count            references: users', composites', and those that retained slices hold on their root
 *     Window           a buffer in one piece: a row of cells
 *     ModelComposite   parts of others, in a row
 *
 * A byte of a composite may be out of reach: its component is released, or is a composite that has shrunk.
 */

/** A byte, wherever it is seen. */
export interface Cell {
  value: number;
}

/** A reference count. */
export class Count {
  /** References that the random user has. */
  users: number;
  /** References that composites have taken. */
  composites: number;
  /** Retained slices of it. */
  slices = 0;
  readonly root: Count | undefined;
  /** Of a composite: its parts, which end with the count. */
  owner: readonly Part[] = [];

  constructor(users: number, composites: number, root?: Count) {
    this.users = users;
    this.composites = composites;
    this.root = root;
    if (root !== undefined) root.slices++;
  }

  /** What `refCnt` must be. */
  get refs(): number {
    return this.users + this.composites + this.slices;
  }

  release(whose: 'users' | 'composites', times = 1): void {
    this[whose] -= times;
    if (this.refs === 0) this.#end();
  }

  #end(): void {
    const { root, owner } = this;
    this.owner = [];
    for (const { buf } of owner) buf.count.release('composites');
    if (root === undefined) return;
    root.slices--;
    if (root.refs === 0) root.#end();
  }
}

/** What every buffer has; a slice's `capacity` never changes. */
export abstract class ModelBuf {
  readonly count: Count;
  readonly readOnly: boolean;
  reader = 0;
  writer = 0;
  markedReader = 0;
  markedWriter = 0;

  constructor(count: Count, readOnly: boolean) {
    this.count = count;
    this.readOnly = readOnly;
  }

  abstract get capacity(): number;

  /** The byte at an index; undefined where it is out of reach. @param write whether it must be writable */
  abstract cell(index: number, write: boolean): Cell | undefined;

  /** A part with the same count; undefined where a byte is out of reach. */
  abstract slice(start: number, length: number, readOnly?: boolean): ModelBuf | undefined;

  /** A part with a count of its own, whose reference is `whose`. */
  abstract retainedSlice(start: number, length: number, whose: 'users' | 'composites'): ModelBuf | undefined;

  get alive(): boolean {
    return this.count.refs > 0;
  }

  get readable(): number {
    return this.writer - this.reader;
  }

  /** Cells of a range; undefined where one is out of reach. */
  cells(start: number, length: number, write = false): Cell[] | undefined {
    if (!this.alive || start + length > this.capacity) return undefined;
    const cells: Cell[] = [];
    for (let i = start; i < start + length; i++) {
      const cell = this.cell(i, write);
      if (cell === undefined) return undefined;
      cells.push(cell);
    }
    return cells;
  }

  /** Values of a range; undefined where one is out of reach. */
  values(start: number, length: number): number[] | undefined {
    return this.cells(start, length)?.map(({ value }) => value);
  }

  clampIndices(): void {
    this.writer = Math.min(this.writer, this.capacity);
    this.reader = Math.min(this.reader, this.writer);
  }
}

/** A buffer in one piece, or a part of one. */
export class Window extends ModelBuf {
  readonly #cells: readonly Cell[];

  constructor(cells: readonly Cell[], count: Count, readOnly = false) {
    super(count, readOnly);
    this.#cells = cells;
    this.writer = cells.length;
  }

  /** New memory. */
  static of(values: Iterable<number>, whose: 'users' | 'composites'): Window {
    const cells = Array.from(values, (value) => ({ value }));
    return new Window(cells, whose === 'users' ? new Count(1, 0) : new Count(0, 1));
  }

  get capacity(): number {
    return this.#cells.length;
  }

  cell(index: number, write: boolean): Cell | undefined {
    return this.alive && !(write && this.readOnly) ? this.#cells[index] : undefined;
  }

  slice(start: number, length: number, readOnly = false): Window | undefined {
    const cells = this.cells(start, length);
    return cells && new Window(cells, this.count, readOnly || this.readOnly);
  }

  retainedSlice(start: number, length: number, whose: 'users' | 'composites'): Window | undefined {
    const cells = this.cells(start, length);
    if (cells === undefined) return undefined;
    const root = this.count.root ?? this.count;
    const users = whose === 'users' ? 1 : 0;
    return new Window(cells, new Count(users, 1 - users, root), this.readOnly);
  }
}

/** `length` bytes of `buf` from `start`. */
export interface Part {
  readonly buf: ModelBuf;
  start: number;
  length: number;
}

/** Parts of others in a row; `derived`: a slice of such. */
export class ModelComposite extends ModelBuf {
  readonly derived: boolean;
  #parts: readonly Part[];
  /** Whether the parts are its own. */
  readonly #owns: boolean;

  constructor(parts: readonly Part[], options: { count?: Count; derived?: boolean; readOnly?: boolean }) {
    super(options.count ?? new Count(1, 0), options.readOnly ?? false);
    this.derived = options.derived ?? false;
    this.#owns = options.count === undefined;
    this.#parts = parts;
    if (this.#owns) this.count.owner = parts;
  }

  get parts(): readonly Part[] {
    return this.#parts;
  }

  set parts(parts: readonly Part[]) {
    this.#parts = parts;
    if (this.#owns) this.count.owner = parts;
  }

  get capacity(): number {
    return this.parts.reduce((sum, { length }) => sum + length, 0);
  }

  cell(index: number, write: boolean): Cell | undefined {
    if (!this.alive || (write && this.readOnly)) return undefined;
    let offset = 0;
    for (const { buf, start, length } of this.parts) {
      if (index < offset + length) {
        const at = start + index - offset;
        return at < buf.capacity ? buf.cell(at, write) : undefined;
      }
      offset += length;
    }
    return undefined;
  }

  slice(start: number, length: number, readOnly = false): ModelComposite | undefined {
    if (this.cells(start, length) === undefined) return undefined;
    const parts = this.#cut(start, length, (buf, at, count) => buf.slice(at, count) as ModelBuf);
    const slice = new ModelComposite(parts, {
      count: this.count,
      derived: true,
      readOnly: readOnly || this.readOnly,
    });
    slice.writer = length;
    return slice;
  }

  retainedSlice(start: number, length: number, whose: 'users' | 'composites'): ModelBuf | undefined {
    if (this.cells(start, length) === undefined) return undefined;
    const several = this.#cut(start, length, (buf) => buf).length !== 1;
    const parts = this.#cut(
      start,
      length,
      (buf, at, count) => buf.retainedSlice(at, count, several ? 'composites' : whose) as ModelBuf,
    );
    const { readOnly } = this;
    const only = parts[0]?.buf;
    if (only !== undefined && !several) {
      return readOnly && !only.readOnly ? asReadOnly(only) : only;
    }
    const slice = new ModelComposite(parts, { derived: true, readOnly });
    if (whose === 'composites') [slice.count.users, slice.count.composites] = [0, 1];
    slice.writer = length;
    return slice;
  }

  /** Puts `parts` in the place of all: what was there is released. */
  replace(parts: readonly Part[]): void {
    const gone = this.parts.filter((part) => !parts.includes(part));
    this.parts = parts;
    for (const { buf } of gone) buf.count.release('composites');
  }

  /** Indices and marks after `bytes` at the front are gone. */
  forget(bytes: number): void {
    this.reader -= bytes;
    this.writer -= bytes;
    this.markedReader = Math.max(0, this.markedReader - bytes);
    this.markedWriter = Math.max(0, this.markedWriter - bytes);
  }

  /** Whether a reference on `buf` holds this. */
  isHeldBy(buf: ModelBuf): boolean {
    const { count } = buf;
    return count === this.count || count.owner.some((part) => this.isHeldBy(part.buf));
  }

  #cut(start: number, length: number, cut: (buf: ModelBuf, at: number, count: number) => ModelBuf): Part[] {
    const parts: Part[] = [];
    let offset = 0;
    for (const part of this.parts) {
      const from = Math.max(start, offset);
      const to = Math.min(start + length, offset + part.length);
      if (from < to) {
        const count = to - from;
        parts.push({ buf: cut(part.buf, part.start + from - offset, count), start: 0, length: count });
      }
      offset += part.length;
    }
    return parts;
  }
}

function asReadOnly(buf: ModelBuf): ModelBuf {
  if (buf instanceof ModelComposite) {
    const copy = new ModelComposite(buf.parts, { count: buf.count, derived: true, readOnly: true });
    copy.writer = buf.writer;
    return copy;
  }
  return new Window(buf.cells(0, buf.capacity) as Cell[], buf.count, true);
}

/** New memory that belongs to a composite. */
export function onePart(values: readonly number[]): Part[] {
  return [{ buf: Window.of(values, 'composites'), start: 0, length: values.length }];
}

/** What the parts are with one more. */
function withPart(model: ModelComposite, buf: ModelBuf, index: number): Part[] {
  return model.parts.toSpliced(index, 0, { buf, start: buf.reader, length: buf.readable });
}

/** Whether `buf` can be added: not to a slice, nor where too many parts are out of reach of the copy. */
export function canAdd(model: ModelComposite, buf: ModelBuf, index: number, maxComponents: number): boolean {
  const parts = withPart(model, buf, index);
  const sum = model.capacity + buf.readable;
  const merges = parts.length > maxComponents;
  return !model.derived && !(merges && new ModelComposite(parts, {}).values(0, sum) === undefined);
}

/** Adds `buf`, or releases it; tells which. */
export function add(
  model: ModelComposite,
  buf: ModelBuf,
  advance: boolean,
  index: number,
  maxComponents: number,
): boolean {
  if (!canAdd(model, buf, index, maxComponents)) {
    buf.count.release('users');
    return false;
  }
  const { readable } = buf;
  model.parts = withPart(model, buf, index);
  buf.count.composites++;
  buf.count.release('users');
  if (model.parts.length > maxComponents) model.replace(onePart(model.values(0, model.capacity) as number[]));
  if (advance) model.writer += readable;
  return true;
}
