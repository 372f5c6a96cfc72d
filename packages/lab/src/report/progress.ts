/**
 * Progress of a run, on the error stream: one line that is rewritten on a terminal, else a plain line for each
 * round, so that logs stay short.
 */
import type { Step } from '../harness/schedule.ts';
import { StepLine } from './step-line.ts';

/** Tells where the run stands. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #line: StepLine;
  #startedMs = 0;
  #lastLine = '';

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#line = new StepLine(stream);
  }

  step(step: Step): void {
    if (step.done === 0) this.#startedMs = performance.now();
    const { experiment, comparison, round, rounds } = step;
    const where = `${experiment.name}: ${comparison.title}, round ${round} of ${rounds}`;
    if (!this.#stream.isTTY) {
      if (where !== this.#lastLine) this.#stream.write(`${where}\n`);
      this.#lastLine = where;
      return;
    }
    const percent = Math.floor((100 * step.done) / step.total);
    this.#line.show(`${percent} %  ${where}: ${step.case.title}${this.#left(step)}`);
  }

  /** Takes the line away again. */
  clear(): void {
    this.#line.clear();
  }

  #left({ done, total }: Step): string {
    if (done === 0) return '';
    const ms = ((performance.now() - this.#startedMs) / done) * (total - done);
    return `  (${Math.ceil(ms / 1000)} s left)`;
  }
}
