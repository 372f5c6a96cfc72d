/**
 * How full the memory of the process is, against each limit that would end it: the heap's, and the container's or the
 * machine's. Where there is no Node there is no limit to hold it against.
 *
 * V8 gives up when its old generation is full. Its statistics tell the limit of both generations together, of which the
 * young one has 48 MiB (Node 20, 22) to 192 MiB (24): so the limit is what `--max-old-space-size` says, and where that is
 * left out 95 % of what V8 tells, which is right to some per cent for heaps of gigabytes.
 */
import { loadOfProcess, type MemoryLoad } from '../buffer/memory-pressure.ts';

/** Of V8's limit for both generations, what the old one has, at least. */
const OLD_PART = 0.95;

/** Memory in use against one limit, in bytes. */
export interface NamedLoad extends MemoryLoad {
  readonly limit: 'heap' | 'resident';
}

/**
 * The loads now. Cost: some microseconds: V8's counters and one read of the resident size.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { memoryLoads } from 'rockpool';
 *
 * for (const { limit, usedBytes, limitBytes } of memoryLoads()) {
 *   assert(usedBytes > 0 && usedBytes < limitBytes, limit);
 * }
 * ```
 */
export function memoryLoads(): readonly NamedLoad[] {
  const { process } = globalThis;
  const v8 = process?.getBuiltinModule?.('node:v8');
  if (v8 === undefined) return [];
  return [
    { limit: 'heap', usedBytes: oldGenerationBytes(v8), limitBytes: oldGenerationLimit(v8, process) },
    { limit: 'resident', ...loadOfProcess() },
  ];
}

type V8 = typeof import('node:v8');

function oldGenerationBytes(v8: V8): number {
  let bytes = 0;
  for (const { space_name: name, space_used_size: used } of v8.getHeapSpaceStatistics()) {
    if (!name.startsWith('new_')) bytes += used;
  }
  return bytes;
}

let flagged: number | undefined;

function oldGenerationLimit(v8: V8, { execArgv, env }: NodeJS.Process): number {
  flagged ??= flaggedMegabytes([...execArgv, env['NODE_OPTIONS'] ?? ''].join(' '));
  return flagged > 0 ? flagged * 1024 * 1024 : v8.getHeapStatistics().heap_size_limit * OLD_PART;
}

/** The last `--max-old-space-size` of a command line; 0 where there is none. */
export function flaggedMegabytes(words: string): number {
  const found = [...words.matchAll(/--max[-_]old[-_]space[-_]size(?:=|\s+)(\d+)/g)].at(-1)?.[1];
  return Number(found ?? 0);
}
