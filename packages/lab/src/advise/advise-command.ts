/**
 * `rockpool advise`: runs a program, and says where reuse would pay in it.
 *
 * The exit code is the program's own, and a signal that ended it ends us too, once the report is printed. Only what
 * keeps the program from starting has codes of its own.
 */
import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import type { CommandIo } from '../lab-command.ts';
import { StepLine } from '../report/step-line.ts';
import type { Program } from './advice.ts';
import { advise, type Run } from './advise.ts';
import { NoRecordingsError, ProgramStartError } from './advise-errors.ts';
import { type AdviseOptions, type RawAdviseOptions, readAdviseOptions } from './advise-options.ts';
import { ChildCalibration } from './calibrate.ts';
import { readRecordings } from './recordings.ts';
import { exitCodeOf, type ProgramEnd, RunningProgram } from './run-program.ts';
import { writeAdvice } from './write-advice.ts';

const FAILED = 1;
const INTERRUPTED = 130;
/** For the last recording, after the time that was asked for. */
const WRITING_SECONDS = 0.3;
const SO_FAR = 'The program still runs: this is what was recorded up to a second or so ago.';

/** A signal to the command that has it report on what there is so far. */
const REPORT_SIGNAL = 'SIGUSR2';

/** The sub-command. */
export function adviseCommand(io: CommandIo): Command {
  return new Command('advise')
    .summary('run your own program, and find where reuse would pay in it')
    .description(
      'Runs a program unchanged, watches where it allocates, and says at its end which of that is worth pooling.',
    )
    .argument('[command...]', 'the program and its arguments, best behind --')
    .option('--for <seconds>', 'report after so many seconds, and end the program')
    .option('--keep', 'with --for: let the program run on')
    .option('--exact', 'look at every allocation of bytes, rather than at samples; slow')
    .option('--json <file>', 'write the report as JSON')
    .option('--html <file>', 'write the report as one HTML page with charts, without any network')
    .option('--from <directory>', 'report on recordings that an earlier run left')
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nThe report goes to stderr. SIGUSR2 to this process prints what is known so far.\n\nExamples:\n  rockpool advise -- node app.js\n  rockpool advise --for 30 --html advice.html -- node server.js',
    )
    .action(async (command: string[], raw: RawAdviseOptions) => {
      const options = readAdviseOptions(raw);
      if (raw.from !== undefined) await reportOn(raw.from, options, io);
      else await runAndReport(command, options, io);
    });
}

async function reportOn(directory: string, options: AdviseOptions, io: CommandIo): Promise<void> {
  const recordings = readRecordings(directory);
  if (recordings.all.length === 0) throw new NoRecordingsError(directory);
  const run = { recordings, command: `rockpool advise --from ${directory}`, end: null, notes: [] };
  if (!(await report(run, options, io))) io.exitCode = FAILED;
}

async function runAndReport(words: readonly string[], options: AdviseOptions, io: CommandIo): Promise<void> {
  const program = new RunningProgram(readCommand(words), options.exact, options.seconds);
  const reportNow = (end: Program['end'], notes: readonly string[]): Promise<boolean> =>
    report(
      { recordings: readRecordings(program.directory), command: commandLine(words, options), end, notes },
      options,
      io,
    );
  const soFar = (): void => {
    void reportNow(null, [SO_FAR]);
  };
  process.on(REPORT_SIGNAL, soFar);
  try {
    // Recordings are written when the time is over.
    const inTime = await endWithin(
      program,
      options.seconds === null ? null : options.seconds + WRITING_SECONDS,
    );
    let written: boolean;
    if (inTime !== null) {
      written = await reportEnd(program, inTime, [], reportNow, io);
      io.exitCode = exitCodeOf(inTime);
    } else if (options.keep) {
      written = await reportNow(null, [`${timeIsOver(options)}, and it was left running.`]);
      io.exitCode = exitCodeOf(await program.ended);
    } else {
      const end = await program.stop();
      written = await reportEnd(
        program,
        end,
        [`${timeIsOver(options)}, and it was asked to end.`],
        reportNow,
        io,
      );
      // We ended it, as we were asked: only a code of its own is news.
      io.exitCode = end.code ?? 0;
    }
    if (written) program.clean();
    else io.stderr.write(`The recordings are kept: npx rockpool advise --from ${program.directory}\n`);
  } catch (error) {
    program.clean();
    if (!(error instanceof ProgramStartError)) throw error;
    io.stderr.write(`${error.message}\n`);
    io.exitCode = error.exitCode;
  } finally {
    process.off(REPORT_SIGNAL, soFar);
  }
}

/** How it ended; null where it still runs when the time is over. */
async function endWithin(program: RunningProgram, seconds: number | null): Promise<ProgramEnd | null> {
  if (seconds === null) return program.ended;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000, null);
  });
  try {
    return await Promise.race([program.ended, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** @returns false where something could not be written, so that the recordings are worth keeping */
async function reportEnd(
  program: RunningProgram,
  end: ProgramEnd,
  notes: readonly string[],
  reportNow: (end: Program['end'], notes: readonly string[]) => Promise<boolean>,
  io: CommandIo,
): Promise<boolean> {
  if (readRecordings(program.directory).all.length > 0) return reportNow(end, notes);
  io.stderr.write(`${new NoRecordingsError(program.directory).message}\n`);
  return true;
}

/** @returns false where something could not be written, or not be judged; which is told */
async function report(run: Run, options: AdviseOptions, io: CommandIo): Promise<boolean> {
  const progress = new StepLine(io.stderr);
  // The program is gone, or looks after itself: an interrupt is for us now.
  const interrupt = (): never => process.exit(INTERRUPTED);
  process.once('SIGINT', interrupt);
  try {
    const advice = await advise(run, new ChildCalibration(), (step) => progress.show(`calibrating: ${step}`));
    progress.clear();
    return writeAdvice(advice, io.stderr, options);
  } catch (error) {
    // The program's exit code is not to suffer for it.
    progress.clear();
    io.stderr.write(`Cannot report: ${(error as Error).stack ?? error}\n`);
    return false;
  } finally {
    progress.clear();
    process.off('SIGINT', interrupt);
  }
}

function readCommand(words: readonly string[]): readonly [string, ...string[]] {
  const [file, ...args] = words;
  if (file !== undefined) return [file, ...args];
  throw new UsageError(
    'ERR_ROCKPOOL_LAB_OPTION',
    'Cannot advise as there is no program: rockpool advise -- node app.js',
  );
}

function timeIsOver({ seconds }: AdviseOptions): string {
  return `The program was watched for ${seconds} seconds`;
}

/** Without the reports' paths, which do not change a figure. */
function commandLine(words: readonly string[], { seconds, exact }: AdviseOptions): string {
  const options = [...(seconds === null ? [] : [`--for ${seconds}`]), ...(exact ? ['--exact'] : [])];
  return ['npx rockpool advise', ...options, '--', ...words].join(' ');
}
