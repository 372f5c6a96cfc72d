/** A program of this app as a process, for tests. It is killed when the test ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PATIENCE_MS = 20_000;

/** A line of JSON that it printed. */
export type Line = Readonly<Record<string, unknown>>;

/** A process. */
export class Program {
  stdout = '';
  stderr = '';
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  readonly lines: Line[] = [];
  readonly #process: ChildProcess;
  readonly #read: Set<Line> = new Set();
  #rest = '';

  constructor(bin: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const file = fileURLToPath(new URL(`../../bin/${bin}.js`, import.meta.url));
    if (!existsSync(fileURLToPath(new URL('../../dist/cli.js', import.meta.url)))) {
      throw new Error('The programs are not built: run npm run build');
    }
    this.#process = spawn(process.execPath, [file, ...args], {
      env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => this.#process.once('close', resolve));
    onTestFinished(() => {
      this.#process.kill('SIGKILL');
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** The next line with this `msg` that was not asked for before. */
  line(msg: string): Promise<Line> {
    return this.find((line) => line['msg'] === msg, msg);
  }

  /** The next line that fits and was not asked for before. */
  async find(fits: (line: Line) => boolean, what: string): Promise<Line> {
    const deadline = performance.now() + PATIENCE_MS;
    while (performance.now() < deadline) {
      const line = this.lines.find((each) => fits(each) && !this.#read.has(each));
      if (line !== undefined) {
        this.#read.add(line);
        return line;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`no line '${what}': ${this.stdout}${this.stderr}`);
  }

  #take(text: string): void {
    this.stdout += text;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) if (line.startsWith('{')) this.lines.push(JSON.parse(line) as Line);
  }
}

/** A gateway on a free port. */
export async function startGateway(
  args: readonly string[] = [],
): Promise<{ readonly program: Program; readonly port: number }> {
  const program = new Program('im-gateway', ['--port', '0', ...args]);
  const { port } = await program.line('listening');
  return { program, port: port as number };
}
