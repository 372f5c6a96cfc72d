/** Runs the pressure program under a limit, and tells how it ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { makeMemoryCgroup } from './memory-cgroup.ts';
import type { PhaseLine } from './pressure-program.ts';

/** Built code, also when this file itself runs from `src`: Node 20 runs no TypeScript. */
const PROGRAM = fileURLToPath(new URL('../../dist/pressure/pressure-program.js', import.meta.url));

/** What bounds the memory of a process. */
export type MemoryLimit =
  | { readonly kind: 'heap'; readonly megabytes: number }
  | { readonly kind: 'resident'; readonly megabytes: number };

/** How a run ended. */
export interface PressureOutcome {
  readonly survived: boolean;
  /** Its exit code, or the signal that killed it. */
  readonly end: number | string;
  /** Phases that it got through, of how many. */
  readonly phases: number;
  readonly ofPhases: number;
  readonly operations: number;
  readonly mostHeapBytes: number;
  readonly mostResidentBytes: number;
  /** Trims for pressure. */
  readonly trims: number;
  readonly ms: number;
}

/**
 * Runs it once.
 *
 * @throws Error no such limit can be set here
 */
export async function runLimited(
  limit: MemoryLimit,
  mode: 'kept' | 'default' | 'tuned',
): Promise<PressureOutcome> {
  const start = performance.now();
  const group = limit.kind === 'resident' ? makeMemoryCgroup(limit.megabytes * 1024 * 1024) : undefined;
  if (typeof group === 'string') throw new Error(`Cannot limit memory as ${group}`);
  const flags = limit.kind === 'heap' ? [`--max-old-space-size=${limit.megabytes}`] : [];
  const words = [process.execPath, ...flags, PROGRAM, limit.kind, mode];
  // A shell enters the group before it becomes the program: so all of its memory is counted.
  const [file, args] =
    group === undefined
      ? [words[0] as string, words.slice(1)]
      : ['/bin/sh', ['-c', 'echo $$ > "$0" && exec "$@"', group.procsPath, ...words]];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  group?.remove();
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as PhaseLine);
  const last = lines.at(-1);
  return {
    survived: code === 0,
    end: code ?? signal ?? 'unknown',
    phases: last?.phase ?? 0,
    ofPhases: last?.phases ?? 0,
    operations: last?.operations ?? 0,
    mostHeapBytes: Math.max(0, ...lines.map(({ heapBytes }) => heapBytes)),
    mostResidentBytes: Math.max(0, ...lines.map(({ residentBytes }) => residentBytes)),
    trims: last?.trims ?? 0,
    ms: performance.now() - start,
  };
}
