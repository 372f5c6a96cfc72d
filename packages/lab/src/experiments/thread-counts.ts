import { availableParallelism } from 'node:os';

const CORES: number = availableParallelism();

/** As many threads are compared: those that need not wait for each other's time. */
export const THREADS: readonly number[] = [1, 2, 4, 8, 16].filter((count) => count <= CORES);

/** Why two threads cannot be measured here. */
export function lacksTwoCores(): string | undefined {
  return CORES >= 2 ? undefined : 'two threads on one core';
}

/** In words. */
export function threadsTitle(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}
