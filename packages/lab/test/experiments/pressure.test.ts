import { expect, test } from 'vitest';
import { runLimited } from '../../src/pressure/limited-process.ts';
import { cgroupUnavailable, makeMemoryCgroup } from '../../src/pressure/memory-cgroup.ts';

const why = cgroupUnavailable();

test('heap: what is kept kills the process, unless a tuner trims it', async () => {
  const limit = { kind: 'heap', megabytes: 96 } as const;
  const kept = await runLimited(limit, 'kept');
  expect(kept.survived).toBe(false);
  expect(kept.phases).toBeLessThan(kept.ofPhases);
  const tuned = await runLimited(limit, 'tuned');
  expect(tuned).toMatchObject({ survived: true, end: 0, phases: tuned.ofPhases });
  expect(tuned.trims).toBeGreaterThan(0);
});

test.skipIf(why !== undefined)('resident memory: the same, in a control group', async () => {
  const limit = { kind: 'resident', megabytes: 192 } as const;
  expect(await runLimited(limit, 'kept')).toMatchObject({ survived: false, end: 'SIGKILL' });
  expect(await runLimited(limit, 'tuned')).toMatchObject({ survived: true, end: 0 });
});

test('where there can be no control group, the reason is told', () => {
  const made = makeMemoryCgroup(64 * 1024 * 1024);
  if (typeof made === 'string') expect(made).toMatch(/control group/);
  else made.remove();
  expect(typeof why === 'string' || why === undefined).toBe(true);
});
