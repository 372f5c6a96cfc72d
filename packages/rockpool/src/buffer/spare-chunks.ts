/**
 * Empty chunks that are kept for the next use, of all sizes, the oldest first to go.
 *
 *     list      newest ⇄ … ⇄ oldest ─► released when there are too many bytes
 *     bySize    8 pages: newest ⇄ …    10 pages: newest ⇄ …
 *
 * A chunk is as long as what it is for, so that an empty one serves requests of its own length only. The newest of
 * a length is taken: its pages are the likeliest to be in a cache of the processor.
 *
 * Invariants: `bytes = Σ bytes of the chunks`; a chunk is in the list and in the row of its size; all are empty.
 */
import type { Chunk } from './chunk.ts';
import { ChunkList } from './chunk-list.ts';
import { floorBin } from './run-map.ts';

/** The spares of one arena. Owner: its chunk lists. */
export class SpareChunks {
  readonly list: ChunkList;
  /** Of all of them. */
  bytes = 0;
  /** By bin of the length: the newest. Where lengths share a bin, which is rare, only the newest is found. */
  readonly #bySize: (Chunk | undefined)[] = [];

  constructor() {
    this.list = new ChunkList('spare', -1, 1);
  }

  /** Adds an empty chunk that is in no list. */
  add(chunk: Chunk): void {
    const bin = floorBin(chunk.runs.pages);
    const head = this.#bySize[bin];
    chunk.older = head;
    if (head !== undefined) head.newer = chunk;
    this.#bySize[bin] = chunk;
    this.bytes += chunk.memory.byteLength;
    this.list.add(chunk);
  }

  /**
   * Takes the newest chunk of a length; it is in no list then.
   *
   * @returns undefined where there is none
   */
  take(pages: number): Chunk | undefined {
    const chunk = this.#bySize[floorBin(pages)];
    if (chunk === undefined || chunk.runs.pages !== pages) return undefined;
    this.#remove(chunk);
    return chunk;
  }

  /** Takes the oldest chunk; there is one. It is in no list then. */
  takeOldest(): Chunk {
    const chunk = this.list.last as Chunk;
    this.#remove(chunk);
    return chunk;
  }

  /** Checks the invariants; for tests and debug builds. */
  assertValid(): void {
    let bytes = 0;
    const rows = new Set<Chunk>();
    for (const newest of this.#bySize) {
      check(newest?.newer === undefined, 'a newest chunk has a newer one');
      for (let chunk = newest; chunk !== undefined; chunk = chunk.older) {
        check(chunk.older === undefined || chunk.older.newer === chunk, `the links of chunk ${chunk.id}`);
        rows.add(chunk);
      }
    }
    for (let chunk = this.list.first; chunk !== undefined; chunk = chunk.next) {
      check(chunk.isEmpty && chunk.place === -1, `chunk ${chunk.id} is in use`);
      check(rows.delete(chunk), `chunk ${chunk.id} is in no row`);
      bytes += chunk.memory.byteLength;
    }
    check(rows.size === 0, `${rows.size} chunks are not in the list`);
    check(bytes === this.bytes, `${bytes} bytes, counted are ${this.bytes}`);
  }

  #remove(chunk: Chunk): void {
    const { older, newer } = chunk;
    if (older !== undefined) older.newer = newer;
    if (newer !== undefined) newer.older = older;
    else this.#bySize[floorBin(chunk.runs.pages)] = older;
    chunk.older = undefined;
    chunk.newer = undefined;
    this.bytes -= chunk.memory.byteLength;
    this.list.remove(chunk);
  }
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`spare chunks: ${what}`);
}
