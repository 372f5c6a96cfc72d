/** What a function allocates: the format that the reader of sources writes and the matching with samples reads. */

/**
 * Whether instances can be reset by hand. `complex` where that is risky:
 *
 * - a field holds a function, a promise, a WeakRef, a timer, a socket, a stream, or what another module made
 * - the constructor adds listeners, or freezes the instance
 * - it has `close()`, `destroy()`, `dispose()` and the like: it owns something
 * - it extends a class that is not in sight
 * - it has more than 20 fields, or more than 3 arrays, maps and sets
 *
 * A closure is complex itself: it keeps what it captured. Arrays, maps, sets and literals of values are plain.
 */
export type AllocationState = 'plain' | 'complex';

export type AllocationKind =
  | 'instance'
  | 'object'
  | 'array'
  | 'closure'
  | 'class'
  | 'regexp'
  | 'rest'
  | 'call'
  | 'iteration';

/** An expression that allocates. */
export interface Allocation {
  readonly kind: AllocationKind;
  /** As a reader would find it: `new Order`, `{ id, price, … }`, `[a, b]`, `closure`, `.map()`. */
  readonly what: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Of the object that it gives, in optimised code; null where the source does not tell. */
  readonly bytes: number | null;
  /** Other sizes that the same object may have: before optimisation, with fields that are added later. */
  readonly alternatives: readonly number[];
  /** Sizes of what comes with it: elements, tables, contexts. */
  readonly parts: readonly number[];
  /** True: there may be more, of sizes that the source does not tell. */
  readonly open: boolean;
  /** Frames of built-in functions that allocate for it, as V8 names them. */
  readonly builtins: readonly string[];
  readonly state: AllocationState;
  /** Why it is complex; null for plain ones. */
  readonly why: string | null;
  /** The function or class of the same file that it stands in, where V8 may inline that; null: the function itself. */
  readonly via: string | null;
}

/** A function, and what it allocates itself: not in functions within. */
export interface FunctionAllocations {
  /** As in the source; empty for modules and unnamed functions. */
  readonly functionName: string;
  readonly kind: 'function' | 'async' | 'generator' | 'fields' | 'static' | 'module';
  /** Where it starts, from 1. */
  readonly line: number;
  readonly column: number;
  /** In source order; what functions of the same file allocate that it calls comes after its own. */
  readonly allocations: readonly Allocation[];
}

/** Finds the source of an imported module; null where it is not to be read. */
export type SourceOf = (specifier: string, fromFile: string) => { fileName: string; text: string } | null;
