/** `rockpool lab`: checks the arguments, runs, prints tables, writes reports. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { ADOPT, ADOPT_SUMMARY, adopt } from './adopt/adopt.ts';
import { type RawLabOptions, readLabOptions } from './lab-options.ts';
import { servePage } from './page/serve-page.ts';
import { EXPERIMENTS, selectExperiments } from './registry.ts';
import { renderHtml } from './report/html.ts';
import { Progress } from './report/progress.ts';
import { renderExperiment, renderHeader } from './report/terminal.ts';
import { emptyReport, type LabRun, runLab } from './run-lab.ts';

/** The streams and the end of a run; replaced by tests. */
export interface CommandIo {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  /** Of the process, where nothing throws; a command may set it. */
  exitCode: number;
}

/** The sub-command. */
export function labCommand(io: CommandIo): Command {
  return new Command('lab')
    .summary('measure what reuse saves, here')
    .description(
      'Runs experiments: each measures code that allocates against code that reuses, in turn, in fresh processes.',
    )
    .argument('[experiment...]', 'names of experiments; all but adopt when left out')
    .option('--list', 'list the experiments and end')
    .option('--quick', '3 rounds and a quarter of the time: a first impression')
    .option('--rounds <n>', 'rounds of every comparison, 1 to 100 (default: 5)')
    .option('--seconds <s>', 'seconds that each case is measured over all rounds, 0.01 to 3600')
    .option('--page [port]', 'serve the live page of the case that runs, on 127.0.0.1 (default port: 9470)')
    .option('--json <file>', 'write the report as JSON')
    .option('--html <file>', 'write the report as one HTML page with charts, without any network')
    .addHelpText(
      'after',
      `\nExperiments:\n${listing()}\n\nExamples:\n  rockpool lab messages\n  rockpool lab reuse objects --quick --html report.html`,
    )
    .action(async (names: string[], raw: RawLabOptions) => {
      if (raw.list === true) io.stdout.write(`${listing()}\n`);
      else if (names[0] === ADOPT) await adopt(names.slice(1), readLabOptions(raw), io);
      else await lab(names, raw, io);
    });
}

function listing(): string {
  const all = [...EXPERIMENTS, { name: `${ADOPT} [library...]`, summary: ADOPT_SUMMARY }];
  const width = Math.max(...all.map(({ name }) => name.length));
  return all.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}

async function lab(names: readonly string[], raw: RawLabOptions, io: CommandIo): Promise<void> {
  const experiments = selectExperiments(names);
  const { jsonPath, htmlPath, pagePort, ...settings } = readLabOptions(raw);
  const progress = new Progress(io.stderr);
  const run: LabRun = {
    ...settings,
    experiments,
    command: commandLine(names, raw),
    signal: io.signal,
    onStep: (step) => progress.step(step),
    onExperiment: (report) => {
      progress.clear();
      io.stdout.write(renderExperiment(report));
    },
  };
  let watched: string | undefined;
  const target = () => (watched === undefined ? undefined : { url: watched, token: undefined });
  const page = pagePort === undefined ? undefined : await servePage({ port: pagePort, target });
  if (page !== undefined) {
    io.stderr.write(`The case that runs: ${page.url} (its figures suffer a little from being watched)\n`);
  }
  const header = emptyReport(run);
  io.stdout.write(renderHeader(header));
  try {
    const onWatched = (url: string): void => {
      watched = url;
    };
    const report = await runLab(page === undefined ? run : { ...run, onWatched }, header);
    if (jsonPath !== undefined) writeFileSync(jsonPath, `${JSON.stringify(report, null, 2)}\n`);
    if (htmlPath !== undefined) writeFileSync(htmlPath, renderHtml(report));
  } finally {
    progress.clear();
    await page?.close();
  }
}

/** Without the reports' paths, which do not change a figure. */
function commandLine(names: readonly string[], { quick, rounds, seconds }: RawLabOptions): string {
  const words = ['npx rockpool lab', ...names];
  if (quick === true) words.push('--quick');
  if (rounds !== undefined) words.push(`--rounds ${rounds}`);
  if (seconds !== undefined) words.push(`--seconds ${seconds}`);
  return words.join(' ');
}
