/**
 * A program of this app in a process of its own, whose standard output is lines of JSON. What it says on standard
 * error is kept, to be told if it fails. Children are killed when this process ends, by whatever way.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A line of its output. */
export type Line = Readonly<Record<string, unknown>>;

const KEPT_CHARS = 4_000;
const children: Set<ChildProcess> = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A program that runs. */
export class Child {
  readonly name: string;
  /** Its exit code; 128 and more where a signal ended it. */
  readonly ended: Promise<number>;
  readonly #process: ChildProcess;
  readonly #onLine: (line: Line) => void;
  #stderr = '';
  #hasEnded = false;

  /**
   * @param bin file in `bin/`, without its ending
   * @param nodeFlags in front of it
   * @param onLine told of each line of JSON
   */
  constructor(
    bin: string,
    args: readonly string[],
    onLine: (line: Line) => void,
    nodeFlags: readonly string[] = [],
  ) {
    this.name = bin;
    this.#onLine = onLine;
    const file = fileURLToPath(new URL(`../../bin/${bin}.js`, import.meta.url));
    this.#process = spawn(process.execPath, [...nodeFlags, file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(this.#process);
    const { stdout, stderr } = this.#process;
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.#take(line));
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_CHARS);
    });
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', (code, signal) => {
        this.#hasEnded = true;
        children.delete(this.#process);
        resolve(code ?? (signal === 'SIGKILL' ? 137 : 143));
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get running(): boolean {
    return !this.#hasEnded;
  }

  /** What it said on standard error, the end of it. */
  get stderr(): string {
    return this.#stderr.trim();
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#hasEnded) this.#process.kill(signal);
  }

  #take(text: string): void {
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch {
      return; // of somebody else: a warning of Node, say
    }
    if (typeof line === 'object' && line !== null) this.#onLine(line as Line);
  }
}
