/** reusify's own promises, and what it does not see. */
import theirs from 'reusify';
import { describe, expect, it } from 'vitest';
import { reusify as ours } from '../../src/compat/reusify.ts';
import { DoublePutError } from '../../src/index.ts';

class Task {
  next: Task | null = null;
  value = 0;
}

describe("a pool in reusify's place", () => {
  it.each([
    ['reusify', theirs<Task>],
    ['ours', ours<Task>],
  ] as [string, typeof ours<Task>][])(
    'hands out what was released, and new ones otherwise: %s',
    (_, reusify) => {
      const pool = reusify(Task);
      const objects = [pool.get(), pool.get(), pool.get()];
      expect(new Set(objects).size).toBe(3);
      for (const object of objects) pool.release(object);
      // reusify hands out one that it made ahead before those.
      const again = [pool.get(), pool.get(), pool.get(), pool.get()];
      expect(new Set(again).size).toBe(4);
      for (const object of objects) expect(again).toContain(object);
      expect(again[0]).toBeInstanceOf(Task);
    },
  );

  it('refuses an object that is released twice', () => {
    const pool = ours(Task);
    const object = pool.get();
    pool.release(object);
    expect(() => pool.release(object)).toThrow(DoublePutError);
  });

  it('refuses what is no class', () => {
    expect(() => ours({} as never)).toThrow("'Constructor' must be a class: received an object");
  });
});
