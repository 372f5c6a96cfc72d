/** What is being done, on one line of a terminal that is rewritten; nothing where there is no terminal. */

/** Of a terminal that does not tell. */
const DEFAULT_COLUMNS = 80;
const CLEAR_LINE = '\r\x1b[2K';

export class StepLine {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (!this.#stream.isTTY) return;
    this.#stream.write(CLEAR_LINE + text.slice(0, (this.#stream.columns || DEFAULT_COLUMNS) - 1));
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write(CLEAR_LINE);
  }
}
