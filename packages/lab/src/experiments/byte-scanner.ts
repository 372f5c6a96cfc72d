/**
 * A scanner with scratch in typed arrays, as parsers and encoders for bytes have it: positions of tokens in one
 * Int32Array, upper-cased words in one byte buffer. Cheap to reset (two counters), dear to make: typed arrays of
 * more than 64 bytes live outside the heap.
 */

/** Tokens of one text, at most. */
const MAX_TOKENS = 256;
const OUTPUT_BYTES = 1024;
const SPACE = 32;

/** Scans one text at a time. */
export class ByteScanner {
  /** Pairs of start and end; the first `#count` pairs are of the current text. */
  readonly #positions: Int32Array = new Int32Array(2 * MAX_TOKENS);
  readonly #output: Uint8Array = new Uint8Array(OUTPUT_BYTES);
  #count = 0;
  #length = 0;

  /**
   * Splits `text`, of at most 1,024 ASCII characters, at spaces.
   *
   * @returns something that depends on every token and every byte of the output
   */
  scan(text: string): number {
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      this.#output[this.#length++] = code >= 97 && code <= 122 ? code - SPACE : code;
      if (code !== SPACE) continue;
      this.#add(start, i);
      start = i + 1;
    }
    this.#add(start, text.length);
    return this.#count + this.#length + (this.#output[this.#length - 1] as number);
  }

  /** Back to the first state, memory kept: bytes beyond the counters are never read. */
  reset(): void {
    this.#count = 0;
    this.#length = 0;
  }

  #add(start: number, end: number): void {
    const at = 2 * this.#count++;
    this.#positions[at] = start;
    this.#positions[at + 1] = end;
  }
}
