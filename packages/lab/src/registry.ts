/** The experiments there are, and how to find one. */
import { UnknownExperimentError } from './errors.ts';
import type { Case, Experiment } from './experiment.ts';
import { buffers } from './experiments/buffers.ts';
import { codec } from './experiments/codec.ts';
import { defer } from './experiments/defer.ts';
import { fragmentation } from './experiments/fragmentation.ts';
import { gc } from './experiments/gc.ts';
import { handoff } from './experiments/handoff.ts';
import { hitrate } from './experiments/hitrate.ts';
import { init } from './experiments/init.ts';
import { local } from './experiments/local.ts';
import { map } from './experiments/map.ts';
import { messages } from './experiments/messages.ts';
import { objects } from './experiments/objects.ts';
import { pressure } from './experiments/pressure.ts';
import { resource } from './experiments/resource.ts';
import { reuse } from './experiments/reuse.ts';

/** All experiments, in the order in which `rockpool lab` runs them. */
export const EXPERIMENTS: readonly Experiment[] = [
  messages,
  reuse,
  buffers,
  codec,
  fragmentation,
  local,
  handoff,
  map,
  resource,
  init,
  hitrate,
  pressure,
  objects,
  defer,
  gc,
];

/**
 * The experiments of these names, in this order and each once; all of them where there are no names.
 *
 * @throws {UnknownExperimentError} `ERR_ROCKPOOL_LAB_EXPERIMENT`
 */
export function selectExperiments(names: readonly string[]): readonly Experiment[] {
  if (names.length === 0) return EXPERIMENTS;
  return [...new Set(names)].map((name) => {
    const found = EXPERIMENTS.find((experiment) => experiment.name === name);
    if (found !== undefined) return found;
    throw new UnknownExperimentError(
      name,
      EXPERIMENTS.map((experiment) => experiment.name),
    );
  });
}

/**
 * One case by its path.
 *
 * @throws {UnknownExperimentError} `ERR_ROCKPOOL_LAB_EXPERIMENT`
 * @throws {RangeError} the experiment has no such comparison or case
 */
export function findCase(experiment: string, comparison: string, id: string): Case {
  const found = selectExperiments([experiment])[0]
    ?.comparisons.find((candidate) => candidate.id === comparison)
    ?.cases.find((candidate) => candidate.id === id);
  if (found === undefined) throw new RangeError(`Cannot find case ${experiment}/${comparison}/${id}`);
  return found;
}
