/**
 * Where the program is: stacks as indexes into one table of positions.
 *
 * A stack keeps what tells sites apart: of Node's own frames the nearest one and the one that the program called, of
 * the program's the nearest four, and the nearest one outside of `node_modules` where those are all inside. A stack
 * without frames of the program (a read that the event loop began) keeps Node's nearest four. Frames of the recorder
 * are never on it.
 *
 * `Error.prepareStackTrace` and `Error.stackTraceLimit` belong to the program: both are put back before anything else
 * runs, and the program's own hook is never called.
 */
import type { FrameRecord } from './recording.ts';

/** Deep enough for Node's streams, and a library, above the program's own frames. */
const DEPTH = 28;
/** Frames of the program that are kept. */
export const FRAMES_KEPT = 4;

type Place = Pick<
  NodeJS.CallSite,
  'getFileName' | 'getScriptNameOrSourceURL' | 'getFunctionName' | 'getLineNumber' | 'getColumnNumber'
> & { getPosition(): number };

const structured = (_error: Error, places: NodeJS.CallSite[]): NodeJS.CallSite[] => places;

/** The positions of all stacks of a thread. */
export class FrameTable {
  readonly records: FrameRecord[] = [];
  readonly #byFile = new Map<string, Map<number, number>>();
  readonly #byText = new Map<string, number>();

  /** The index of a position that a stack has. */
  indexOf(file: string, place: Place): number {
    let positions = this.#byFile.get(file);
    if (positions === undefined) {
      positions = new Map();
      this.#byFile.set(file, positions);
    }
    const position = place.getPosition();
    let index = positions.get(position);
    if (index === undefined) {
      index = this.records.length;
      positions.set(position, index);
      this.records.push({
        file,
        functionName: place.getFunctionName() ?? '',
        line: place.getLineNumber() ?? 0,
        column: place.getColumnNumber() ?? 0,
      });
    }
    return index;
  }

  /** The index of a position that a profile has. */
  add(record: FrameRecord): number {
    const key = `${record.line}:${record.column}:${record.functionName}:${record.file}`;
    let index = this.#byText.get(key);
    if (index === undefined) {
      index = this.records.length;
      this.#byText.set(key, index);
      this.records.push(record);
    }
    return index;
  }
}

/** Whether a file is one of Node's own modules. */
export function isNodeInternal(file: string): boolean {
  return file.startsWith('node:');
}

/** Whether a file belongs to a package that the program has installed. */
export function isLibrary(file: string): boolean {
  return file.includes('/node_modules/') || file.includes('\\node_modules\\');
}

/**
 * The stack above a function.
 *
 * @param callee the wrapper that was called; it and what it called are not on the stack
 * @returns indexes into the table, the nearest first; empty where nothing but V8 is on the stack
 */
export function takeStack(callee: (...args: never) => unknown, table: FrameTable): number[] {
  const places = callSites(callee);
  const internal: { file: string; place: Place }[] = [];
  const own: number[] = [];
  let found = false;
  for (const site of places) {
    const place = site as unknown as Place;
    const file = place.getFileName() ?? place.getScriptNameOrSourceURL() ?? '';
    // A function of V8's own, as Array.map; or the code of an `eval` without a name.
    if (file === '' || file.startsWith(__dirname)) continue;
    if (!isNodeInternal(file)) {
      const ours = !isLibrary(file);
      if (own.length < FRAMES_KEPT || ours) own.push(table.indexOf(file, place));
      found ||= ours;
      if (own.length >= FRAMES_KEPT && found) break;
    } else if (own.length === 0) internal.push({ file, place });
  }
  const frames = own.length === 0 ? internal.slice(0, FRAMES_KEPT) : ends(internal);
  return [...frames.map(({ file, place }) => table.indexOf(file, place)), ...own];
}

/** The first and the last. */
function ends<T>(list: readonly T[]): readonly T[] {
  return list.length <= 2 ? list : [list[0] as T, list[list.length - 1] as T];
}

function callSites(callee: (...args: never) => unknown): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = DEPTH;
    Error.prepareStackTrace = structured;
    Error.captureStackTrace(holder, callee);
    return Array.isArray(holder.stack) ? holder.stack : [];
  } catch {
    return []; // a frozen Error
  } finally {
    restore(prepareStackTrace, stackTraceLimit);
  }
}

function restore(
  prepareStackTrace: typeof Error.prepareStackTrace,
  stackTraceLimit: typeof Error.stackTraceLimit,
): void {
  try {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  } catch {
    // A frozen Error was not changed either.
  }
}
