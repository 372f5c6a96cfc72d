/// <reference types="node" />
/**
 * The number of this thread, unique in the process as long as it runs: Node's `threadId`, and that of its worker object,
 * by which whoever started it knows which one has died. Elsewhere a random number, and deaths are told by worker id.
 */
export function threadNumber(): number {
  const threadId = findThreadId();
  return threadId ?? 2 ** 24 + Math.floor(Math.random() * 2 ** 30);
}

function findThreadId(): number | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.('node:worker_threads')?.threadId;
  } catch {
    return undefined;
  }
}
