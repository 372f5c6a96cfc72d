import { expect, test } from 'vitest';
import type { LoopWorkload } from '../../src/experiment.ts';
import { measure } from '../../src/harness/measure.ts';

const TIMES = { warmUpMs: 5, throughputMs: 10, latencyMs: 5, allocationMs: 2 };

test('a loop is verified first, then counted', async () => {
  const calls: string[] = [];
  let ran = 0;
  const workload: LoopWorkload = {
    kind: 'loop',
    payloadBytes: 10,
    verify: () => calls.push('verify'),
    run(count) {
      if (ran === 0) calls.push('run');
      ran += count;
      return count;
    },
    facts: () => ({ ran }),
  };
  const measured = await measure(workload, TIMES);
  expect(calls).toEqual(['verify', 'run']);
  expect(measured.operations).toBeGreaterThan(0);
  expect(measured.operations).toBeLessThan(ran);
  expect(measured.nsPerOperation).toBeCloseTo((measured.wallMs * 1e6) / measured.operations);
  expect(measured.latency.samples).toBeGreaterThan(0);
  expect(measured.payloadBytesPerOperation).toBe(10);
  expect(measured.facts).toEqual({ ran });
  // The sink took every operation that ran: the phases', the latency pass's and the allocation pass's.
  expect(measured.sink).toBe(ran);
});

test('self-timed work is believed, and has neither allocation nor GC figures', async () => {
  const measured = await measure({ kind: 'sampled', sample: () => 1500 }, TIMES);
  expect(measured).toMatchObject({
    nsPerOperation: 1500,
    heapBytesPerOperation: null,
    externalBytesPerOperation: null,
    gc: null,
  });
  expect(measured.latency.p50Ns).toBeCloseTo(1500, -1);
});

test('a workload that does its work wrong is not measured', async () => {
  const verify = () => {
    throw new Error('wrong bytes');
  };
  await expect(measure({ kind: 'loop', run: () => 0, verify }, TIMES)).rejects.toThrow('wrong bytes');
});
