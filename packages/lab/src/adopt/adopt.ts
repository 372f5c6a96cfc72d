/**
 * `rockpool lab adopt`: real libraries as npm ships them, under a load each, with and without Rockpool's memory; and
 * whether what `rockpool advise` predicts is what is saved.
 *
 * No experiment like the others: it compares processor time, which they do not, and predictions with it.
 */
import { writeFileSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import type { CommandIo } from '../lab-command.ts';
import type { LabOptions } from '../lab-options.ts';
import { describeMachine } from '../machine.ts';
import { StepLine } from '../report/step-line.ts';
import { type AdoptReport, type LibraryReport, renderAdopt } from './adopt-report.ts';
import { measureLibrary } from './adopt-run.ts';
import { LIBRARIES } from './loads.ts';

/** As typed after `rockpool lab`. */
export const ADOPT = 'adopt';
/** One line, for the list. */
export const ADOPT_SUMMARY = 'real libraries with and without pooled memory, and what advise predicts of it';

const SECONDS_PER_SIDE = 3;

/**
 * Measures the libraries, all where none are named, and prints the table.
 *
 * @throws {UsageError} `ERR_ROCKPOOL_LAB_EXPERIMENT` there is no such library
 * @throws {CaseFailedError} `ERR_ROCKPOOL_LAB_CASE` a load failed
 */
export async function adopt(names: readonly string[], options: LabOptions, io: CommandIo): Promise<void> {
  const libraries = names.length === 0 ? LIBRARIES : names;
  const unknown = libraries.find((name) => !LIBRARIES.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      'ERR_ROCKPOOL_LAB_EXPERIMENT',
      `Cannot adopt '${unknown}' as there is no load of it: known are ${LIBRARIES.join(', ')}`,
    );
  }
  if (options.htmlPath !== undefined) {
    throw new UsageError(
      'ERR_ROCKPOOL_LAB_OPTION',
      "Cannot run the lab as 'adopt' has no page: leave out '--html'",
    );
  }
  const secondsPerSide = options.secondsPerCase ?? SECONDS_PER_SIDE / (options.quick ? 3 : 1);
  const line = new StepLine(io.stderr);
  const reports: LibraryReport[] = [];
  try {
    for (const library of libraries) {
      const { rounds } = options;
      const onStep = (step: string): void => line.show(step);
      reports.push(await measureLibrary(library, { rounds, secondsPerSide, signal: io.signal, onStep }));
    }
  } finally {
    line.clear();
  }
  const report: AdoptReport = {
    schema: 'rockpool-adopt',
    version: 1,
    date: new Date().toISOString(),
    command: ['npx rockpool lab adopt', ...names].join(' '),
    machine: describeMachine(),
    rounds: options.rounds,
    secondsPerSide,
    libraries: reports,
  };
  io.stdout.write(renderAdopt(report));
  if (options.jsonPath !== undefined) writeFileSync(options.jsonPath, `${JSON.stringify(report, null, 2)}\n`);
}
