/**
 * Runs an operation of the real code up to its next shared access.
 *
 * JavaScript cannot be stopped in the middle of a call, so the call is made again from its beginning: the accesses that it
 * made before are answered from a log, without touching memory; then one access is made for real; at the one after it an
 * exception leaves the call, whose objects are thrown away. What an operation does depends on its objects and on what it
 * reads, so it arrives at the same place.
 *
 * Not every access is a place to stop at. Plain writes happen with the access before them: they go to words that are the
 * worker's own until it publishes them. Plain reads do so too unless `stopAtPeeks`: they are hints, and as old as that.
 */
import { drive, type SharedAccess, type Site } from '../../../src/internal/atomics.ts';

/** A patch of the accesses, to break the algorithm; see `mutants.ts`. */
export interface AccessPatch {
  /** Instead of a store: the value to store. */
  store?(site: Site, words: Int32Array, index: number, value: number): number;
  /** Instead of an exchange: the value to exchange for, and whether to look at what is there. */
  exchange?(
    site: Site,
    words: Int32Array,
    index: number,
    expected: number,
    value: number,
  ): { value: number; blind: boolean };
  /** Whether an exchange waits until another worker has changed the word. */
  blocks?(site: Site, words: Int32Array, index: number, expected: number, value: number): boolean;
  /** Behind a load or a plain read: what it says. */
  read?(site: Site, words: Int32Array, index: number, value: number): number;
}

/** How a run ended. */
export type Outcome<R> =
  | { readonly kind: 'stopped' }
  /** It waits for another worker, and made no access. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'done'; readonly result: R }
  | { readonly kind: 'aborted' };

class Stop {}
const STOP = new Stop();
/** What an interrupted operation throws. */
class Abort extends Error {}
const ABORT = new Abort('interrupted');

/** Owns the seam while it exists. */
export class Stepper {
  patch: AccessPatch = {};
  stopAtPeeks = false;
  /** Sites that are no places to stop at: their accesses happen with the one before. */
  quiet: ReadonlySet<Site> = new Set();
  /** Sites that were met, over all runs. */
  readonly sites = new Set<Site>();
  /** The site where the last step stopped, or would have. */
  lastSite: Site = '';
  private log: number[] = [];
  private at = 0;
  private took = false;
  private aborting = false;
  private stopped = false;
  private blocked = false;
  private readonly driven: Partial<SharedAccess>;

  constructor() {
    this.driven = {
      load: (words, index, site) => this.access(site, true, () => this.read(site, words, index)),
      loadAcquire: (words, index, site) => this.access(site, true, () => this.read(site, words, index)),
      loadBehind: (words, index, site) => this.access(site, true, () => this.read(site, words, index)),
      peek: (words, index, site) => this.access(site, this.stopAtPeeks, () => this.read(site, words, index)),
      store: (words, index, value, site) => this.write(site, words, index, value),
      storeRelease: (words, index, value, site) => this.write(site, words, index, value),
      poke: (words, index, value, site) => {
        this.access(site, false, () => {
          words[index] = value;
          return 0;
        });
      },
      add: (words, index, value, site) =>
        this.access(site, true, () => {
          const before = words[index] as number;
          words[index] = before + value;
          return before;
        }),
      compareExchange: (words, index, expected, value, site) =>
        this.access(site, true, () => {
          const before = words[index] as number;
          if (this.patch.blocks?.(site, words, index, expected, value) === true) {
            this.blocked = true;
            throw STOP;
          }
          const patched = this.patch.exchange?.(site, words, index, expected, value);
          if (patched?.blind === true) {
            words[index] = patched.value;
            return expected;
          }
          if (before === expected) words[index] = patched?.value ?? value;
          return before;
        }),
      notify: () => {},
      wait: () => {
        throw new Error('a simulated worker must not wait');
      },
    };
  }

  /** The seam is this stepper's until {@link end}. */
  begin(): void {
    drive(this.driven);
  }

  end(): void {
    drive();
  }

  /**
   * Makes one step.
   *
   * @param log what the accesses before said; the new ones are added
   * @param abort whether to interrupt the operation where it would make its next access
   */
  step<R>(log: number[], abort: boolean, operation: () => R): Outcome<R> {
    this.log = log;
    this.at = 0;
    this.took = false;
    this.aborting = abort;
    this.stopped = false;
    this.blocked = false;
    try {
      const result = operation();
      return this.stopped ? { kind: 'stopped' } : { kind: 'done', result };
    } catch (error) {
      if (error === STOP) return { kind: this.blocked ? 'blocked' : 'stopped' };
      if (error === ABORT) return { kind: 'aborted' };
      throw error;
    }
  }

  private read(site: Site, words: Int32Array, index: number): number {
    const value = words[index] as number;
    return this.patch.read?.(site, words, index, value) ?? value;
  }

  private write(site: Site, words: Int32Array, index: number, value: number): void {
    this.access(site, true, () => {
      words[index] = this.patch.store?.(site, words, index, value) ?? value;
      return 0;
    });
  }

  private access(site: Site, stops: boolean, perform: () => number): number {
    const at = this.at++;
    if (at < this.log.length) return this.log[at] as number;
    if (this.stopped || this.blocked) throw STOP;
    if (stops && !this.quiet.has(site)) {
      if (this.aborting) {
        // Nothing that it does on its way out reaches memory either.
        this.at = at;
        throw ABORT;
      }
      if (this.took) {
        this.stopped = true;
        throw STOP;
      }
      this.took = true;
      this.sites.add(site);
      this.lastSite = site;
    }
    const value = perform();
    this.log.push(value);
    return value;
  }
}
