/**
 * `npm start`: the gateway under the load generator, first with plain buffers, then with pooled ones. Three loads each,
 * a fresh gateway for each, under a minute in all:
 *
 *     rooms     500,000 deliveries a second to rooms of 50: what latency?
 *     direct    200,000 messages a second from one client to another: what latency?
 *     at most   direct messages as fast as they are acknowledged: how many?
 *
 * With `--serve` the pooled gateway runs until a signal ends it, with whatever flags of `im-gateway` are given.
 */
import { Command } from 'commander';
import { LoadError } from '../errors.ts';
import { serveCommand } from '../serve-command.ts';
import { type MeasuredRun, measureRun } from './measured-run.ts';
import { showMachine, showRuns, showVerdict } from './tables.ts';

/** One load of `npm start`. */
interface Phase {
  readonly title: string;
  readonly load: readonly string[];
}

const WARM_UP = ['--ramp-seconds', '0.5', '--warmup-seconds', '1.5'];
const PHASES: readonly Phase[] = [
  {
    title: 'rooms of 50, 10,204 messages/s',
    load: ['--profile', 'room', '--clients', '50', '--rate', '10204', '--seconds', '4', ...WARM_UP],
  },
  {
    title: 'direct, 200,000 messages/s',
    load: ['--profile', 'direct', '--clients', '50', '--rate', '200000', '--seconds', '4', ...WARM_UP],
  },
  {
    title: 'direct, as many as acks allow',
    load: ['--profile', 'direct', '--clients', '50', '--rate', '0', '--seconds', '5', ...WARM_UP],
  },
];

/** The command, without its name. */
export function startCommand(): Command {
  return new Command('start')
    .description('the gateway under load, plain and pooled; with --serve: until it is stopped')
    .option('--serve', 'run the pooled gateway and nothing else', false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async ({ serve }: { serve: boolean }, command: Command) => {
      if (serve) await serveCommand().exitOverride().parseAsync(command.args, { from: 'user' });
      else if (command.args.length > 0) throw new LoadError(`'${command.args[0]}' goes with --serve only`);
      else await compare();
    });
}

async function compare(): Promise<void> {
  const { stderr, stdout } = process;
  stdout.write(
    `${showMachine()}\nA gateway and a load generator, a process each; every delivery is verified.\n\n`,
  );
  const runs: { phase: string; run: MeasuredRun }[] = [];
  for (const { title, load } of PHASES) {
    for (const allocator of ['unpooled', 'pooled'] as const) {
      const show = (text: string): void => {
        if (stderr.isTTY) stderr.write(`\r\x1b[K${text}`);
        else stderr.write(`${text}\n`);
      };
      show(`${allocator}: ${title} …`);
      const onSecond = (deliveries: number): void =>
        show(`${allocator}: ${title} … ${Math.round(deliveries).toLocaleString('en')} deliveries/s`);
      runs.push({ phase: title, run: await measureRun({ allocator, load, onSecond }) });
    }
  }
  if (stderr.isTTY) stderr.write('\r\x1b[K');
  stdout.write(`${showRuns(runs)}\n${showVerdict(runs.slice(-2).map(({ run }) => run))}\n`);
  stdout.write(
    '\nTo talk to it: npm start -- --serve       All figures: npm run figures -w apps/im-gateway\n',
  );
}
