/**
 * The seam: every access of this library to memory that several threads see goes through here.
 *
 * In production each function is one `Atomics` call, or one plain access that V8 inlines. Under test `drive()` puts
 * others in their place: the explorer, which stops a simulated worker at every access and lets another one go on, and
 * crash points in real workers. What a call may not do under test it may not do at all: no shared access around it.
 *
 * JavaScript's Atomics are sequentially consistent, and at 8 ns apiece what most operations here consist of. Weaker are
 * `peek`, for hints, which somebody confirms by an atomic access before anything depends on them; `poke` with `peek`, for
 * words that one thread owns between two atomic accesses, which the caller names; and the three that JavaScript has no
 * words for, `loadAcquire`, `storeRelease` and `loadBehind`: plain accesses on x86, which does reads in order and writes in
 * order, as compilers of V8 keep them, and atomic ones elsewhere. docs/memory-model.md has where each is used, and why.
 *
 * The last argument of each is its site: what the access is for. Tests break sites, and die at them; production
 * ignores it. `npm run bench -- shared-seam` has the cost of the detour: none that can be measured.
 */

/** What an access is for; unique within a protocol. */
export type Site = string;

/** The operations on shared words. Indices are in words of 32 bits. */
export interface SharedAccess {
  load(words: Int32Array, index: number, site: Site): number;
  store(words: Int32Array, index: number, value: number, site: Site): void;
  /** @returns what was there: `expected` where the exchange took place */
  compareExchange(words: Int32Array, index: number, expected: number, value: number, site: Site): number;
  /** @returns what was there */
  add(words: Int32Array, index: number, value: number, site: Site): number;
  /**
   * A read that later accesses stay behind. Plain on x86, whose reads are all in order; behind an atomic write it is as good
   * as an atomic read there.
   */
  loadAcquire(words: Int32Array, index: number, site: Site): number;
  /**
   * A write that earlier accesses stay before. Plain on x86, whose writes are all in order. Later reads may come before it:
   * who needs to see what others do meanwhile makes an atomic access first.
   */
  storeRelease(words: Int32Array, index: number, value: number, site: Site): void;
  /**
   * A read that stays behind all plain reads before it: the one that confirms them. Where reads may overtake each other it
   * is a read-modify-write, which takes the line away from the other readers.
   */
  loadBehind(words: Int32Array, index: number, site: Site): number;
  /** A plain read. */
  peek(words: Int32Array, index: number, site: Site): number;
  /** A plain write, to a word that the caller owns. */
  poke(words: Int32Array, index: number, value: number, site: Site): void;
  /** Blocks the thread while the word is `value`, at most so long. */
  wait(
    words: Int32Array,
    index: number,
    value: number,
    timeoutMs: number,
    site: Site,
  ): 'ok' | 'not-equal' | 'timed-out';
  /** Wakes all who wait. */
  notify(words: Int32Array, index: number, site: Site): void;
}

/** Whether the machine does reads in the order of the program, and writes too. */
const IN_ORDER: boolean = ['x64', 'ia32'].includes(globalThis.process?.arch ?? '');

const read: SharedAccess['peek'] = (words, index) => words[index] as number;
const write: SharedAccess['poke'] = (words, index, value) => {
  words[index] = value;
};

const direct: SharedAccess = {
  load: Atomics.load,
  store: Atomics.store,
  compareExchange: Atomics.compareExchange,
  add: Atomics.add,
  loadAcquire: IN_ORDER ? read : Atomics.load,
  storeRelease: IN_ORDER ? write : Atomics.store,
  loadBehind: IN_ORDER ? Atomics.load : (words, index) => Atomics.add(words, index, 0),
  peek: read,
  poke: write,
  wait: (words, index, value, timeoutMs) => Atomics.wait(words, index, value, timeoutMs),
  notify: (words, index) => {
    Atomics.notify(words, index);
  },
};

// A function that is imported is read from its module's cell at each call, whether it can change or not.
export let load: SharedAccess['load'] = direct.load;
export let store: SharedAccess['store'] = direct.store;
export let compareExchange: SharedAccess['compareExchange'] = direct.compareExchange;
export let add: SharedAccess['add'] = direct.add;
export let loadAcquire: SharedAccess['loadAcquire'] = direct.loadAcquire;
export let storeRelease: SharedAccess['storeRelease'] = direct.storeRelease;
export let loadBehind: SharedAccess['loadBehind'] = direct.loadBehind;
export let peek: SharedAccess['peek'] = direct.peek;
export let poke: SharedAccess['poke'] = direct.poke;
export let wait: SharedAccess['wait'] = direct.wait;
export let notify: SharedAccess['notify'] = direct.notify;

/**
 * Puts other operations in place, in this thread; tests only.
 *
 * @param access what to replace; the rest is direct. Default: all is
 */
export function drive(access: Partial<SharedAccess> = {}): void {
  ({ load, store, compareExchange, add, loadAcquire, loadBehind, storeRelease, peek, poke, wait, notify } = {
    ...direct,
    ...access,
  });
}
