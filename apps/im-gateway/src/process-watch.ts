/** What a process tells of itself: collections, memory, processor time. */
import { GcCounter, type GcFigures } from './gc-counter.ts';

/** Figures since the start of the process; memory as it is now. */
export interface ProcessFigures {
  readonly gc: GcFigures;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
  /** User and system time. */
  readonly cpuMs: number;
  readonly systemMs: number;
  readonly uptimeMs: number;
}

/** Watches from construction on. */
export class ProcessWatch {
  readonly gc: GcCounter = new GcCounter();

  stop(): void {
    this.gc.stop();
  }
}

export function processFigures(watch: ProcessWatch): ProcessFigures {
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    gc: watch.gc.figures(),
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    externalBytes: external,
    cpuMs: (user + system) / 1000,
    systemMs: system / 1000,
    uptimeMs: performance.now(),
  };
}
