/**
 * Reports on the run of a process that watched itself (`@rockpool/lab/advise`), which waits for it:
 * `node report-run.js <directory> <end as JSON> <argv as JSON>`.
 */

import { StepLine } from '../report/step-line.ts';
import type { Program } from './advice.ts';
import { advise } from './advise.ts';
import { NoRecordingsError } from './advise-errors.ts';
import { ChildCalibration } from './calibrate.ts';
import { readRecordings } from './recordings.ts';
import { writeAdvice } from './write-advice.ts';

const [directory = '', end = 'null', argv = '[]'] = process.argv.slice(2);
const [, ...words] = JSON.parse(argv) as string[];
const recordings = readRecordings(directory);
if (recordings.all.length === 0) {
  process.stderr.write(`${new NoRecordingsError(directory).message}\n`);
} else {
  const progress = new StepLine(process.stderr);
  const run = {
    recordings,
    command: `node --import @rockpool/lab/advise ${words.join(' ')}`,
    end: JSON.parse(end) as Program['end'],
    notes: [],
  };
  const advice = await advise(run, new ChildCalibration(), (step) => progress.show(`calibrating: ${step}`));
  progress.clear();
  writeAdvice(advice, process.stderr, {
    jsonPath: process.env['ROCKPOOL_ADVISE_JSON'],
    htmlPath: process.env['ROCKPOOL_ADVISE_HTML'],
  });
}
