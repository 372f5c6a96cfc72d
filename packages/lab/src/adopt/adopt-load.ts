/**
 * What a load is: a library from npm at work as a program has it, plainly and with Rockpool's memory.
 *
 * Choices, made to be fair to both sides:
 * - Both do the same work on the same messages, which are seeded, but for where the memory comes from.
 * - What a library encodes is held for a while, as behind the write of a socket, and looked at before it is dropped.
 * - Who only receives is a process of its own, so that what it costs is in neither figure.
 */

/** One side of a load, ready to run. */
export interface Load {
  /**
   * Does so many operations.
   *
   * @returns a sum over the results, so that none of the work can be left out
   */
  run(operations: number): Promise<number> | number;
  /**
   * Proves that this side's results are the library's own, byte for byte.
   *
   * @throws {Error} they are not
   */
  verify(): void | Promise<void>;
  /** Gives back what it has. */
  end(): void | Promise<void>;
}

/** A side: `tuned` is the library alone, used as well as it can be, where that is another thing than as usual. */
export type Side = 'plain' | 'adopted' | 'tuned';

/** A library and its load. */
export interface AdoptLoad {
  /** Its name on npm, or the name of Node's module. */
  readonly library: string;
  readonly title: string;
  /** What is counted, in the singular: 'message'. */
  readonly operation: string;
  /** Where the library lets memory in, in a sentence, or that it does not. */
  readonly seam: string;
  /** The path to import, where there is an adapter; else null. */
  readonly adapter: string | null;
  plain(): Promise<Load>;
  adopted?(): Promise<Load>;
  tuned?(): Promise<Load>;
}
