import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Ages, Lifetimes } from '#recorder/lifetimes';
import type { LifetimeRecord } from '#recorder/recording';

const gc = globalThis.gc as NonNullable<typeof globalThis.gc>;
const KIB = 2 ** 10;

/** Follows objects through collections that the test brings about. */
class Followed {
  readonly ages = new Ages();
  readonly lifetimes: Lifetimes;
  kept: object[] = [];
  readonly #majors: number[] = [];

  constructor() {
    this.lifetimes = new Lifetimes(() => this.#majors);
  }

  /** @param keep whether the program keeps them */
  make(count: number, keep: boolean, bytes = 64, ages = this.ages): void {
    for (let i = 0; i < count; i++) {
      const made = { i };
      this.lifetimes.follow(made, bytes, ages);
      if (keep) this.kept.push(made);
    }
  }

  /**
   * A full collection, at once, and turns of the event loop, so that it is told of.
   *
   * @param known whether its time is
   */
  async collect({ known = true } = {}): Promise<void> {
    // Nothing is born in the same instant.
    const now = performance.now();
    while (performance.now() === now);
    if (known) this.#majors.push(performance.now());
    gc();
    for (let i = 0; i < 8; i++) await turn();
  }

  record(): LifetimeRecord {
    return this.lifetimes.record(this.ages);
  }
}

const NONE = {
  followed: 0,
  diedAtFirst: 0,
  diedAtSecond: 0,
  diedLater: 0,
  aliveUntouched: 0,
  aliveAfterOne: 0,
  aliveAfterMore: 0,
};

test('what is dropped dies at the first collection', async () => {
  const followed = new Followed();
  followed.make(5, false);
  expect(followed.record()).toEqual({ ...NONE, followed: 5, aliveUntouched: 5, agesMs: [] });
  await followed.collect();
  const record = followed.record();
  expect(record).toMatchObject({ ...NONE, followed: 5, diedAtFirst: 5 });
  expect(record.agesMs.reduce((sum, count) => sum + count, 0)).toBe(5);
});

test('what is kept is alive after one collection, then after more', async () => {
  const followed = new Followed();
  followed.make(3, true);
  await followed.collect();
  expect(followed.record()).toMatchObject({ ...NONE, followed: 3, aliveAfterOne: 3 });
  await followed.collect();
  expect(followed.record()).toMatchObject({ ...NONE, followed: 3, aliveAfterMore: 3 });
  await followed.collect();
  expect(followed.record()).toMatchObject({ ...NONE, followed: 3, aliveAfterMore: 3 });
  expect(followed.kept).toHaveLength(3);
});

test('what is dropped after a collection dies at the second, after two later', async () => {
  const followed = new Followed();
  followed.make(4, true);
  await followed.collect();
  followed.kept.splice(0, 3);
  await followed.collect();
  expect(followed.record()).toMatchObject({ ...NONE, followed: 4, diedAtSecond: 3, aliveAfterMore: 1 });
  followed.kept = [];
  await followed.collect();
  expect(followed.record()).toMatchObject({ ...NONE, followed: 4, diedAtSecond: 3, diedLater: 1 });
});

test('collections before it was made do not count for it', async () => {
  const followed = new Followed();
  await followed.collect();
  await followed.collect();
  followed.make(1, true);
  expect(followed.record()).toMatchObject({ ...NONE, followed: 1, aliveUntouched: 1 });
  await followed.collect();
  expect(followed.record()).toMatchObject({ ...NONE, followed: 1, aliveAfterOne: 1 });
  expect(followed.kept).toHaveLength(1);
});

test('a collection from before it was made, and told of after, does not count for it', async () => {
  const followed = new Followed();
  followed.make(1, false);
  const told = followed.collect(); // it collects at once, and waits for the turns
  followed.make(1, true);
  await told;
  expect(followed.record()).toMatchObject({ ...NONE, followed: 2, diedAtFirst: 1, aliveUntouched: 1 });
  expect(followed.kept).toHaveLength(1);
});

test('a turn that tells of something, but of no collection since the last one, does not count', async () => {
  const followed = new Followed();
  followed.make(1, true);
  await followed.collect();
  await followed.collect({ known: false });
  expect(followed.record()).toMatchObject({ ...NONE, followed: 1, aliveAfterOne: 1 });
  expect(followed.kept).toHaveLength(1);
});

test('two collections that are told of in one turn count as one', async () => {
  const followed = new Followed();
  followed.make(1, true);
  const both = [followed.collect(), followed.collect()];
  await Promise.all(both);
  expect(followed.record()).toMatchObject({ aliveAfterOne: 1, aliveAfterMore: 0 });
  expect(followed.kept).toHaveLength(1);
});

test('of a site no more than 24 are followed at a time', async () => {
  const followed = new Followed();
  followed.make(100, true);
  expect(followed.record()).toMatchObject({ followed: 24, aliveUntouched: 24 });
  const other = new Ages();
  followed.make(1, true, 64, other);
  expect(followed.lifetimes.record(other)).toMatchObject({ followed: 1 });

  followed.kept = [];
  await followed.collect();
  followed.make(100, true);
  expect(followed.record()).toMatchObject({ followed: 48, diedAtFirst: 24, aliveUntouched: 24 });
  expect(followed.kept).toHaveLength(100);
});

test('of large ones few are followed: 256 KiB, and one of each further site up to 1 MiB', async () => {
  const followed = new Followed();
  const others = Array.from({ length: 20 }, () => new Ages());
  const followedOf = (ages: Ages): number => followed.lifetimes.record(ages).followed;
  followed.make(10, true, 64 * KIB);
  expect(followedOf(followed.ages)).toBe(4);
  for (const ages of others) followed.make(10, true, 64 * KIB, ages);
  expect(others.map(followedOf)).toEqual(others.map((_, i) => (i < 12 ? 1 : 0)));

  followed.kept = [];
  await followed.collect();
  followed.make(10, true, 64 * KIB);
  expect(followed.record()).toMatchObject({ followed: 8, diedAtFirst: 4, aliveUntouched: 4 });
  expect(followed.kept).toHaveLength(10);
});
