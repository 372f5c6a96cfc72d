import { expect, test } from 'vitest';
import { CaseFailedError } from '../../src/errors.ts';
import type { Experiment } from '../../src/experiment.ts';
import { runCase } from '../../src/harness/case-process.ts';
import { phaseTimes, runExperiment, type Step, secondsPerCase } from '../../src/harness/schedule.ts';
import { selectExperiments } from '../../src/registry.ts';

const TINY = { rounds: 2, secondsPerCase: 0.02, quick: false };
const { signal } = new AbortController();

function only(name: string, comparison: string): Experiment {
  const [experiment] = selectExperiments([name]);
  if (experiment === undefined) throw new Error(`no ${name}`);
  return { ...experiment, comparisons: experiment.comparisons.filter(({ id }) => id === comparison) };
}

test('cases run in turn, and each round begins one case further on', async () => {
  const steps: Step[] = [];
  const [cases] = await runExperiment(only('objects', 'small'), TINY, (step) => steps.push(step), signal);
  expect(steps.map((step) => `${step.round} ${step.case.id}`)).toEqual([
    '1 fresh',
    '1 pooled',
    '2 pooled',
    '2 fresh',
  ]);
  expect(steps.map(({ done, total }) => [done, total])).toEqual([
    [0, 4],
    [1, 4],
    [2, 4],
    [3, 4],
  ]);
  expect(cases?.map((it) => [it.case.id, it.rounds.length])).toEqual([
    ['fresh', 2],
    ['pooled', 2],
  ]);
});

test('a case that cannot run here is left out and keeps its reason', async () => {
  const experiment = only('objects', 'small');
  const cases =
    experiment.comparisons[0]?.cases.map((it) => ({ ...it, unavailable: () => 'not today' })) ?? [];
  const comparisons = experiment.comparisons.map((comparison) => ({ ...comparison, cases }));
  const [results] = await runExperiment({ ...experiment, comparisons }, TINY, () => {}, signal);
  expect(results).toMatchObject([{ unavailable: 'not today', rounds: [] }, { unavailable: 'not today' }]);
});

test('--quick takes a quarter of the time, --seconds decides before it', () => {
  const experiment = only('messages', 'encode');
  expect(secondsPerCase(experiment, { rounds: 3, secondsPerCase: undefined, quick: true })).toBe(2.5);
  expect(secondsPerCase(experiment, { rounds: 3, secondsPerCase: 7, quick: true })).toBe(7);
});

test('warm-up, throughput and latency share a round’s time', () => {
  const times = phaseTimes(only('messages', 'encode'), { rounds: 5, secondsPerCase: 10, quick: false });
  expect(times).toEqual({ warmUpMs: 300, throughputMs: 1200, latencyMs: 500, allocationMs: 100 });
});

test('a case that throws in its process fails with its path and reason', async () => {
  const job = {
    experiment: 'messages',
    comparison: 'encode',
    case: 'nope',
    times: phaseTimes(only('gc', 'load'), TINY),
  };
  const failure = runCase(job, signal);
  await expect(failure).rejects.toThrow(CaseFailedError);
  await expect(failure).rejects.toThrow(/Cannot measure messages\/encode\/nope: .*Cannot find case/);
});

test('an abort kills the process and rejects with the reason', async () => {
  const abort = new AbortController();
  const times = { warmUpMs: 60_000, throughputMs: 1, latencyMs: 1, allocationMs: 1 };
  const job = { experiment: 'objects', comparison: 'small', case: 'fresh', times };
  const running = runCase(job, abort.signal);
  setTimeout(() => abort.abort(new Error('enough')), 50);
  await expect(running).rejects.toThrow('enough');
});
