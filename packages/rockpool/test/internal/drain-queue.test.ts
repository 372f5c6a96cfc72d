/** Work in portions: everything runs once, off the main path, and new work may come while old runs. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DrainQueue } from '../../src/internal/drain-queue.ts';

function numbers(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

/** Lets turns pass until the queue is empty; gives the number of jobs done in each. */
async function portions(queue: DrainQueue<number>, done: number[]): Promise<number[]> {
  const sizes: number[] = [];
  for (let turn = 0; queue.size > 0; turn++) {
    if (turn > 100) throw new Error('not empty after 100 turns');
    const before = done.length;
    await nextTurn();
    if (done.length > before) sizes.push(done.length - before);
  }
  return sizes;
}

describe('a drain queue', () => {
  it('runs nothing at once, everything later, each job once', async () => {
    const done: number[] = [];
    const queue = new DrainQueue<number>((job) => void done.push(job));
    queue.add(numbers(10));
    queue.add(numbers(10, 10));
    expect(done).toEqual([]);
    expect(queue.size).toBe(20);
    await portions(queue, done);
    expect(done.toSorted((a, b) => a - b)).toEqual(numbers(20));
    expect(queue.size).toBe(0);
  });

  it('leaves out what lies below the index it is told to begin at', async () => {
    const done: number[] = [];
    const queue = new DrainQueue<number>((job) => void done.push(job));
    queue.add(numbers(4), 1);
    queue.add(numbers(1, 10), 1);
    queue.add(numbers(2, 20));
    expect(queue.size).toBe(5);
    await portions(queue, done);
    expect(done.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 20, 21]);
  });

  it('runs at most 256 jobs a turn, over the borders of arrays', async () => {
    const done: number[] = [];
    const queue = new DrainQueue<number>((job) => void done.push(job));
    queue.add(numbers(200));
    queue.add(numbers(400, 200));
    expect(await portions(queue, done)).toEqual([256, 256, 88]);
  });

  it('runs everything now with flush(), and nothing twice afterwards', async () => {
    const done: number[] = [];
    const queue = new DrainQueue<number>((job) => void done.push(job));
    queue.add(numbers(1000));
    queue.flush();
    expect(done).toHaveLength(1000);
    expect(queue.size).toBe(0);
    await nextTurn();
    await nextTurn();
    expect(new Set(done).size).toBe(1000);
    expect(done).toHaveLength(1000);
    queue.flush();
    expect(done).toHaveLength(1000);
  });

  it('takes new jobs again after it was empty', async () => {
    const done: number[] = [];
    const queue = new DrainQueue<number>((job) => void done.push(job));
    for (let round = 0; round < 3; round++) {
      queue.add([round]);
      await portions(queue, done);
    }
    expect(done).toEqual([0, 1, 2]);
  });

  it('takes jobs from a job', async () => {
    const done: number[] = [];
    const queue: DrainQueue<number> = new DrainQueue((job) => {
      done.push(job);
      if (job < 5) queue.add([job + 1]);
    });
    queue.add([0]);
    queue.flush();
    expect(done).toEqual(numbers(6));
    queue.add([3]);
    await portions(queue, done);
    expect(done.slice(6)).toEqual([3, 4, 5]);
  });

  it('can be flushed from a job', () => {
    const done: number[] = [];
    const queue: DrainQueue<number> = new DrainQueue((job) => {
      done.push(job);
      queue.flush();
    });
    queue.add(numbers(10));
    queue.add(numbers(10, 10));
    queue.flush();
    expect(done.toSorted((a, b) => a - b)).toEqual(numbers(20));
    expect(queue.size).toBe(0);
  });

  it('ignores an empty array', () => {
    const queue = new DrainQueue<number>(() => {});
    queue.add([]);
    expect(queue.size).toBe(0);
    expect(process.getActiveResourcesInfo()).not.toContain('Immediate');
  });

  it('does not keep the process alive', () => {
    const queue = new DrainQueue<number>(() => {});
    queue.add([1]);
    expect(process.getActiveResourcesInfo()).not.toContain('Immediate');
    const control = setImmediate(() => {});
    expect(process.getActiveResourcesInfo()).toContain('Immediate');
    clearImmediate(control);
  });
});
