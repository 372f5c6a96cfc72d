/**
 * Which expression of a function made the objects that were sampled there.
 *
 *     frame of a built-in function  ─►  the expression that calls it
 *     size of one expression        ─►  that: its own size first, then what comes with it
 *     sum of several sizes          ─►  the instance whose constructor makes the rest; else all of them, two or
 *                                       three: optimised code allocates at once what it makes together
 *     neither                       ─►  the only expression of unknown size; else "3 kinds of object"
 */
import type { Allocation, AllocationState, FunctionAllocations } from './allocation.ts';
import { ASYNC_CALL_BYTES, NUMBER_BYTES } from './known-allocations.ts';

/** What an expression, or a group of them, accounts for. */
export interface ObjectExplanation {
  /** `new Order`, `{ a, b, c }`, `closure`, `new Map`, `2 kinds of object`, `async call`. */
  readonly what: string;
  /** From 1; null where the source is not known. */
  readonly line: number | null;
  readonly column: number | null;
  /** For one evaluation, with what comes along. */
  readonly bytes: number;
  readonly count: number;
  readonly state: AllocationState;
  /** Why it is complex; null for plain ones. */
  readonly why: string | null;
  /** The expressions, the first of them that of the position; empty where none was found. */
  readonly allocations: readonly Allocation[];
}

/** Sizes as `objectSizes` gives them. */
export interface SizeCount {
  readonly bytes: number;
  readonly count: number;
}

/** What was put to one explanation. */
interface Share {
  readonly label: string;
  readonly members: readonly Allocation[];
  readonly state: AllocationState;
  readonly why: string | null;
  /** Sizes that stand for one evaluation each; the count is taken from them where there are any. */
  mainCount: number;
  count: number;
  bytes: number;
}

/** Sums of that many expressions are tried; of so many that sums come about by chance, only pairs. */
const MOST_TOGETHER = 3;
const MOST_FOR_TRIPLES = 8;
/** Members of a class's instance that are added up. */
const MOST_MEMBERS = 8;
/** Always in a frame of their own, so never here by size. */
const OWN_FRAME = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef']);
/** Sizes below this part of all bytes follow the rest. */
const NEGLIGIBLE = 0.01;

/**
 * Explains the sizes sampled in one function, or in a built-in function that it called. `Σ bytes × count` stays.
 *
 * @param source Null where the source is not known.
 * @param builtinName Name of the frame on top, where that is a built-in function; else null.
 * @returns The most bytes first.
 */
export function explainObjects(
  source: FunctionAllocations | null,
  builtinName: string | null,
  sizes: readonly SizeCount[],
): ObjectExplanation[] {
  const total = sizes.reduce((sum, size) => sum + size.bytes * size.count, 0);
  if (total <= 0) return [];
  const shares = new Map<string, Share>();
  if (builtinName !== null) {
    const callers =
      source?.allocations.filter((allocation) => allocation.builtins.includes(builtinName)) ?? [];
    const own = callers.filter((allocation) => allocation.via === null);
    const members = own.length > 0 ? own : callers;
    const share = shareOf(shares, members, members.length > 0 ? null : builtinLabel(builtinName));
    for (const size of sizes)
      give(
        share,
        size,
        members.some((member) => member.bytes === size.bytes),
      );
  } else {
    explainBySize(source, sizes, total, shares);
  }
  return [...shares.values()]
    .map((share) => finish(share, source))
    .sort((a, b) => b.bytes * b.count - a.bytes * a.count);
}

function explainBySize(
  source: FunctionAllocations | null,
  sizes: readonly SizeCount[],
  total: number,
  shares: Map<string, Share>,
): void {
  const all = source?.allocations.filter((allocation) => !hasOwnFrame(allocation)) ?? [];
  const async = source?.kind === 'async' || source?.kind === 'generator';
  const left: SizeCount[] = [];
  for (const size of [...sizes].sort((a, b) => b.bytes * b.count - a.bytes * a.count)) {
    const same = nearest(all.filter((allocation) => allocation.bytes === size.bytes));
    const other = same ?? nearest(all.filter((allocation) => isWhole(allocation, size.bytes)));
    const part = other ?? nearest(all.filter((allocation) => allocation.parts.includes(size.bytes)));
    const waits = !part && async && ASYNC_CALL_BYTES.includes(size.bytes);
    const sum = part || waits ? null : (instance(all, size.bytes) ?? together(all, size.bytes));
    if (part) {
      give(shareOf(shares, part, null), size, other !== null);
    } else if (sum) {
      give(shareOf(shares, sum, sum.map((member) => member.what).join(' with ')), size, true);
    } else if (waits) {
      give(shareOf(shares, [], `${source.kind} call`), size, false);
    } else {
      left.push(size);
    }
  }
  for (const size of left) {
    const open = nearest(all.filter((allocation) => allocation.open));
    const largest = [...shares.values()].sort((a, b) => b.bytes - a.bytes)[0];
    if (size.bytes * size.count < NEGLIGIBLE * total && largest) {
      largest.bytes += size.bytes * size.count;
    } else if (size.bytes === NUMBER_BYTES) {
      give(shareOf(shares, [], 'numbers'), size, true);
    } else {
      give(shareOf(shares, open ?? only(all), null), size, false);
    }
  }
}

/** What stands in the function itself, before what it calls; null where there is nothing. */
function nearest(allocations: readonly Allocation[]): readonly Allocation[] | null {
  const own = allocations.filter((allocation) => allocation.via === null);
  const found = own.length > 0 ? own : allocations;
  return found.length > 0 ? found : null;
}

/** Any of them, where several are possible. */
function only(all: readonly Allocation[]): readonly Allocation[] {
  const own = all.filter((allocation) => allocation.via === null);
  return own.length > 0 ? own : all;
}

function hasOwnFrame({ kind, builtins }: Allocation): boolean {
  return kind === 'iteration' || builtins.some((name) => OWN_FRAME.has(name));
}

/** An instance with some of what its constructor allocates, when that was inlined. */
function instance(all: readonly Allocation[], bytes: number): readonly Allocation[] | null {
  for (const allocation of all) {
    if (allocation.kind !== 'instance' || allocation.bytes === null) continue;
    const members = all.filter((other) => other !== allocation && `new ${other.via}` === allocation.what);
    const sizes = members.slice(0, MOST_MEMBERS).map((member) => member.bytes ?? 0);
    if (sumsOf(sizes).has(bytes - allocation.bytes)) return [allocation];
  }
  return null;
}

function sumsOf(sizes: readonly number[]): ReadonlySet<number> {
  const sums = new Set([0]);
  for (const size of sizes) for (const sum of [...sums]) sums.add(sum + size);
  return sums;
}

/** Expressions whose sizes add up: an object with what it holds, or neighbours. */
function together(all: readonly Allocation[], bytes: number): readonly Allocation[] | null {
  const known = all.filter((allocation) => allocation.bytes !== null && allocation.bytes < bytes);
  const most = known.length > MOST_FOR_TRIPLES ? 2 : MOST_TOGETHER;
  for (const withNumbers of [false, true]) {
    for (let count = 1; count <= most; count++) {
      const found = sumTo(known, bytes, count, 0, withNumbers);
      if (found) return found;
    }
  }
  return null;
}

/** `count` expressions from `start` on that sum up to `bytes`; the last may bring one of its parts along. */
function sumTo(
  known: readonly Allocation[],
  bytes: number,
  count: number,
  start: number,
  withNumbers: boolean,
): readonly Allocation[] | null {
  for (let index = start; index < known.length; index++) {
    const allocation = known[index];
    if (!allocation) continue;
    const rest = bytes - (allocation.bytes ?? 0);
    if (count === 1) {
      const part = allocation.parts.includes(rest) && (withNumbers || rest !== NUMBER_BYTES);
      if (rest === 0 || part) return [allocation];
      continue;
    }
    const others = rest > 0 ? sumTo(known, rest, count - 1, index + 1, withNumbers) : null;
    if (others) return [allocation, ...others];
  }
  return null;
}

function shareOf(shares: Map<string, Share>, members: readonly Allocation[], label: string | null): Share {
  const names = new Set(members.map((member) => member.what));
  const what = label ?? joined(names);
  const key = `${what}\n${members.map((member) => `${member.line}:${member.column}`).join()}`;
  const existing = shares.get(key);
  if (existing) return existing;
  const risky = members.find((member) => member.state === 'complex');
  const share: Share = {
    label: what,
    members,
    state: risky || members.length === 0 ? 'complex' : 'plain',
    why: risky?.why ?? (members.length === 0 ? whyUnknown(label) : null),
    mainCount: 0,
    count: 0,
    bytes: 0,
  };
  shares.set(key, share);
  return share;
}

/** Whether an object of that size is one evaluation. */
function isWhole(allocation: Allocation, bytes: number): boolean {
  return allocation.bytes === bytes || allocation.alternatives.includes(bytes);
}

function whyUnknown(label: string | null): string {
  if (label?.endsWith(' call')) return 'a call makes its state and a promise or a generator';
  return label === 'numbers' ? 'numbers cannot be reused' : 'what it is cannot be told from the source';
}

function joined(names: ReadonlySet<string>): string {
  if (names.size === 0) return 'objects';
  return names.size === 1 ? [...names].join() : `${names.size} kinds of object`;
}

function give(share: Share, size: SizeCount, main: boolean): void {
  share.bytes += size.bytes * size.count;
  share.count = Math.max(share.count, size.count);
  if (main) share.mainCount += size.count;
}

function finish(share: Share, source: FunctionAllocations | null): ObjectExplanation {
  const count = share.mainCount > 0 ? share.mainCount : share.count;
  const [first] = share.members;
  return {
    what: share.label,
    line: first?.line ?? source?.line ?? null,
    column: first?.column ?? source?.column ?? null,
    bytes: Math.round(share.bytes / count),
    count,
    state: share.state,
    why: share.why,
    allocations: share.members,
  };
}

/** Classes and functions, as a reader would write them. */
function builtinLabel(name: string): string {
  return /^[A-Z]/.test(name) ? `new ${name}` : `${name}()`;
}
