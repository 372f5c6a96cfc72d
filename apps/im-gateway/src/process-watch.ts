/** What a process tells of itself: collections, memory, processor time. */
import { getHeapSpaceStatistics } from 'node:v8';
import { GcCounter, type GcFigures } from './gc-counter.ts';

/** Figures since the start of the process; memory as it is now. */
export interface ProcessFigures {
  readonly gc: GcFigures;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /**
   * What V8's young generation has of `rssBytes`: from 1 to 32 MiB and back, as it sees fit. It grows with what survives
   * scavenges and shrinks when the program is quiet.
   */
  readonly youngBytes: number;
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
    youngBytes: youngBytes(),
    externalBytes: external,
    cpuMs: (user + system) / 1000,
    systemMs: system / 1000,
    uptimeMs: performance.now(),
  };
}

function youngBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return space?.physical_space_size ?? 0;
}
