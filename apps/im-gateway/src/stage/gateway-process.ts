/** A gateway as a process: started, asked for its figures, shut down in order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MemoryFigures } from '../config/memory.ts';
import { LoadError } from '../errors.ts';
import type { GatewayStats } from '../gateway/gateway-stats.ts';
import type { ProcessFigures } from '../process-watch.ts';
import { Child, type Line } from './child.ts';

/** What a gateway prints on SIGUSR2 and at its end. */
export interface GatewayFigures {
  readonly gateway: GatewayStats;
  readonly memory: MemoryFigures;
  readonly process: ProcessFigures;
}

const PATIENCE_MS = 15_000;

/** A gateway that listens. */
export class GatewayProcess {
  readonly port: number;
  readonly #child: Child;
  readonly #lines: Lines;

  private constructor(child: Child, lines: Lines, port: number) {
    this.#child = child;
    this.#lines = lines;
    this.port = port;
  }

  /** @param args flags of `im-gateway`; it takes a free port @throws {LoadError} it does not start */
  static async start(args: readonly string[], nodeFlags: readonly string[] = []): Promise<GatewayProcess> {
    const lines = new Lines();
    const child = new Child('im-gateway', ['--port', '0', ...args], (line) => lines.take(line), nodeFlags);
    const listening = await Promise.race([
      lines.next('listening'),
      child.ended,
      sleep(PATIENCE_MS, undefined, { ref: false }),
    ]);
    if (typeof listening !== 'object') {
      child.signal('SIGKILL');
      throw new LoadError(`The gateway did not start: ${child.stderr || 'it said nothing'}`);
    }
    return new GatewayProcess(child, lines, listening['port'] as number);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.running;
  }

  /** Its exit code, when it has ended. */
  get ended(): Promise<number> {
    return this.#child.ended;
  }

  /** Its figures now. @throws {LoadError} it does not answer */
  figures(): Promise<GatewayFigures> {
    const answer = this.#await('stats');
    this.#child.signal('SIGUSR2');
    return answer;
  }

  /** Shuts it down. @returns its last figures @throws {LoadError} it did not end well */
  async stop(): Promise<GatewayFigures> {
    const last = this.#await('final');
    this.#child.signal('SIGTERM');
    const figures = await last;
    const code = await this.#child.ended;
    if (code !== 0) throw new LoadError(`The gateway ended with ${code}: ${this.#child.stderr}`);
    return figures;
  }

  kill(): void {
    this.#child.signal('SIGKILL');
  }

  /** Errors and warnings that it logged. */
  get complaints(): readonly Line[] {
    return this.#lines.complaints;
  }

  async #await(msg: string): Promise<GatewayFigures> {
    const timeout = sleep(PATIENCE_MS, undefined, { ref: false });
    const line = await Promise.race([
      this.#lines.next(msg),
      timeout,
      this.#child.ended.then(() => undefined),
    ]);
    if (line === undefined) throw new LoadError(`The gateway does not answer: ${this.#child.stderr}`);
    return line as unknown as GatewayFigures;
  }
}

/** Lines by what they say. */
class Lines {
  readonly complaints: Line[] = [];
  readonly #waiting: Map<string, ((line: Line) => void)[]> = new Map();

  /** The next line with this `msg`. */
  next(msg: string): Promise<Line> {
    return new Promise((resolve) => {
      this.#waiting.set(msg, [...(this.#waiting.get(msg) ?? []), resolve]);
    });
  }

  take(line: Line): void {
    if (typeof line['level'] === 'number' && line['level'] >= 40 && this.complaints.length < 100) {
      this.complaints.push(line);
    }
    const msg = String(line['msg']);
    const waiting = this.#waiting.get(msg) ?? [];
    this.#waiting.delete(msg);
    for (const resolve of waiting) resolve(line);
  }
}
