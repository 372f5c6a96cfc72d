/** What every judgement of a site needs of the whole program. */
import type { Place } from './advice.ts';
import type { Frame } from './merge-sites.ts';
import type { SourceFiles } from './source/original-place.ts';

/** The program, as far as sites are measured by it. */
export class Whole {
  readonly seconds: number;
  readonly cpuMs: number;
  readonly gcMs: number;
  /** The most that its processes had in memory. */
  readonly memoryBytes: number;
  readonly sources: SourceFiles;

  constructor(figures: {
    seconds: number;
    cpuMs: number;
    gcMs: number;
    memoryBytes: number;
    sources: SourceFiles;
  }) {
    this.seconds = Math.max(0.001, figures.seconds);
    this.cpuMs = figures.cpuMs;
    this.gcMs = figures.gcMs;
    this.memoryBytes = figures.memoryBytes;
    this.sources = figures.sources;
  }

  place({ file, line, column, functionName }: Frame): Place {
    return this.sources.place(file, line, column, functionName);
  }
}
