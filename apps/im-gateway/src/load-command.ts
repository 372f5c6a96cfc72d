/**
 * `im-load`: the load generator as a process. The report is a table for people on standard error, and with `--json` a
 * file, or standard output for `-`. Exit code 1 where something was lost, wrong or out of order.
 *
 * With `--events` it prints a line of JSON on standard output when it begins to record, each second, and at the end:
 * for a program that watches both sides.
 */
import { writeFile } from 'node:fs/promises';
import { Command, type Option } from 'commander';
import { ByteBufAllocator } from 'rockpool';
import { choiceFlag, integerFlag, numberFlag, textFlag } from './config/flags.ts';
import { LoadError } from './errors.ts';
import type { Profile } from './load/client.ts';
import { faultsOf, isClean } from './load/load-report.ts';
import { type LoadWatcher, runLoad } from './load/load-run.ts';
import { showLoad } from './load/load-table.ts';

/** The flags, parsed. */
export interface LoadFlags {
  readonly host: string;
  readonly port: number;
  readonly profile: Profile;
  readonly clients: number;
  readonly roomSize: number;
  readonly rate: number;
  readonly window?: number;
  readonly partners: number;
  readonly maxBodyBytes: number;
  readonly rampSeconds: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  readonly tickUs: number;
  readonly seed: number;
  readonly token?: string;
  readonly json?: string;
  readonly events: boolean;
}

/** All flags, in the order of `--help`. */
const LOAD_FLAGS: readonly Option[] = [
  textFlag('host', 'where the gateway is', '127.0.0.1'),
  integerFlag('port', 'its port', 1, 65_535, 7350),
  choiceFlag('profile', 'what clients send', ['direct', 'room', 'mix'], 'room'),
  integerFlag('clients', 'connections', 2, 60_000, 100),
  integerFlag('room-size', 'members of a room; divides --clients', 2, 60_000, 50),
  integerFlag('rate', 'messages a second, of all clients; 0: as many as the windows allow', 0, 10_000_000, 0),
  integerFlag(
    'window',
    'messages of one client on their way; 0: 64, or at a rate what makes 512 KiB',
    0,
    1_000_000,
    0,
  ),
  integerFlag('partners', 'others that a client sends direct messages to', 1, 59_999, 8),
  integerFlag('max-body-bytes', 'the longest body; the shortest has 18', 18, 1000, 200),
  numberFlag('ramp-seconds', 'in which the rate rises', 0, 600, 1),
  numberFlag('warmup-seconds', 'before anything is recorded', 0, 600, 2),
  numberFlag('seconds', 'that are recorded', 0.1, 86_400, 5),
  integerFlag('tick-us', 'microseconds between ticks of sending, at least', 0, 1_000_000, 250),
  integerFlag('seed', 'of the bodies', 0, 2 ** 32 - 1, 1),
  textFlag('token', 'what the gateway wants a login to carry'),
  textFlag('json', "file for the report; '-': standard output"),
];

/** The command, without its name. */
export function loadCommand(): Command {
  const command = new Command('im-load').description(
    'Sends messages through an im-gateway and verifies all of them',
  );
  for (const flag of LOAD_FLAGS) command.addOption(flag);
  return command
    .option('--events', 'a line of JSON on standard output at each stage', false)
    .action((flags: LoadFlags) => load(flags));
}

async function load({ json, events, window, ...flags }: LoadFlags): Promise<void> {
  const allocator = new ByteBufAllocator({ name: 'load' });
  const tell = (event: object): void => {
    if (events) process.stdout.write(`${JSON.stringify(event)}\n`);
  };
  const watcher: LoadWatcher = {
    onConnected: (clients) => tell({ event: 'connected', clients }),
    onMeasure: () => tell({ event: 'measure' }),
    onSecond: (deliveriesPerSecond) => {
      tell({ event: 'second', deliveriesPerSecond });
      if (!events)
        process.stderr.write(`${Math.round(deliveriesPerSecond).toLocaleString('en')} deliveries/s\n`);
    },
    onMeasured: () => tell({ event: 'measured' }),
  };
  const partners = Math.min(flags.partners, flags.clients - 1);
  const report = await runLoad({ ...flags, partners, ...(window ? { window } : {}), allocator }, watcher);
  tell({ event: 'report', report });
  if (!events) process.stderr.write(`${showLoad(report)}\n`);
  const text = `${JSON.stringify(report, undefined, 2)}\n`;
  if (json === '-') process.stdout.write(text);
  else if (json !== undefined) await writeFile(json, text);
  const { activeBuffers } = allocator.stats();
  if (activeBuffers > 0) throw new LoadError(`The load generator itself kept ${activeBuffers} buffers`);
  if (!isClean(report))
    throw new LoadError(`Not every message arrived once, whole and in order: ${faultsOf(report)}`);
}
