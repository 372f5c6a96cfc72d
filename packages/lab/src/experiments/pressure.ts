/**
 * Memory runs short: a service that keeps what it used, under a limit that all of it together does not fit. The same
 * program without and with a tuner, which gives back what idles when the limit comes near.
 */
import type { Case, Comparison, Experiment, SampledWorkload } from '../experiment.ts';
import { type MemoryLimit, type PressureOutcome, runLimited } from '../pressure/limited-process.ts';
import { cgroupUnavailable } from '../pressure/memory-cgroup.ts';

const MIB = 1024 * 1024;
const HEAP: MemoryLimit = { kind: 'heap', megabytes: 96 };
const RESIDENT: MemoryLimit = { kind: 'resident', megabytes: 192 };

/** The experiment. */
export const pressure: Experiment = {
  name: 'pressure',
  summary: 'a service under a memory limit: what it keeps kills it, unless it is trimmed',
  secondsPerCase: 0.1,
  notes: [
    'Twelve kinds of work after each other, each with 12.5 MiB of arrays in a pool, under --max-old-space-size=96; or ten, ' +
      'each with 24 MiB of buffers, in a control group of 192 MiB. Kept: idle things stay for ten minutes, or in a cache of ' +
      '1 GiB. Tuned: the same, with a Tuner that looks every 25 ms; its budget is no help, 1 GiB.',
    'Default: the same program as the library’s defaults have it: pools age with the collector, caches keep 2 MiB. They do ' +
      'not fail either; the tuner is for those who want to keep more while there is room.',
    'The time is that of a whole run, to its end or its death.',
  ],
  comparisons: [
    compare('heap', 'V8’s heap, 96 MiB', HEAP),
    compare('resident', 'Resident memory, 192 MiB', RESIDENT, cgroupUnavailable),
  ],
};

function compare(
  id: string,
  title: string,
  limit: MemoryLimit,
  unavailable: () => string | undefined = () => undefined,
): Comparison {
  const make = (mode: 'kept' | 'default' | 'tuned', text: string): Case => ({
    id: mode,
    title: text,
    unavailable,
    prepare: () => prepare(limit, mode),
  });
  return {
    id,
    title,
    operation: 'run',
    baseline: 'kept',
    limits: [{ cases: ['default', 'tuned'], fact: 'died, %', atMost: 0 }],
    cases: [make('kept', 'kept'), make('default', 'default'), make('tuned', 'kept, tuned')],
  };
}

function prepare(limit: MemoryLimit, mode: 'kept' | 'default' | 'tuned'): SampledWorkload {
  const outcomes: PressureOutcome[] = [];
  return {
    kind: 'sampled',
    sample: async () => {
      const outcome = await runLimited(limit, mode);
      outcomes.push(outcome);
      return outcome.ms * 1e6;
    },
    facts: () => {
      const mean = (of: (outcome: PressureOutcome) => number): number =>
        outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length;
      return {
        'died, %': mean(({ survived }) => (survived ? 0 : 100)),
        'phases survived': mean(({ phases }) => phases),
        operations: mean((outcome) => outcome.operations),
        'most heap, MiB': mean(({ mostHeapBytes }) => mostHeapBytes / MIB),
        'most resident, MiB': mean(({ mostResidentBytes }) => mostResidentBytes / MIB),
        'trims for pressure': mean(({ trims }) => trims),
      };
    },
  };
}
