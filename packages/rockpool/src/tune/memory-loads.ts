/**
 * How full the memory of the process is, against each limit that would end it: the heap's, and the container's or the
 * machine's. Where there is no Node there is no limit to hold it against.
 */

/** Memory in use against one limit, in bytes. */
export interface NamedLoad {
  readonly limit: 'heap' | 'resident';
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** The loads now. Cost: some microseconds: V8's counters and one read of the resident size. */
export function memoryLoads(): readonly NamedLoad[] {
  const { process } = globalThis;
  const os = process?.getBuiltinModule?.('node:os');
  const v8 = process?.getBuiltinModule?.('node:v8');
  if (os === undefined || v8 === undefined) return [];
  const machine = os.totalmem();
  const constrained = process.constrainedMemory?.() ?? 0;
  const heap = v8.getHeapStatistics();
  return [
    { limit: 'heap', usedBytes: heap.used_heap_size, limitBytes: heap.heap_size_limit },
    {
      limit: 'resident',
      usedBytes: process.memoryUsage.rss(),
      limitBytes: constrained > 0 && constrained < machine ? constrained : machine,
    },
  ];
}
