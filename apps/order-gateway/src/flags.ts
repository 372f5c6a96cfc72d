/** The flags of the command line. What is wrong is told with the flag's name and range, and ends with exit code 2. */
import { InvalidArgumentError, Option } from 'commander';

/** The flags, parsed. */
export interface ServeFlags {
  readonly host: string;
  readonly port: number;
  readonly preset: 'source' | 'default';
  readonly tuner: 'on' | 'dry' | 'off';
  readonly budgetMib: number;
  readonly intervalMs: number;
  readonly settleMs: number;
  readonly feed: boolean;
  readonly metricsPort?: number;
  /** True: at the default port. */
  readonly page?: true | number;
  readonly logLevel: string;
}

function integer(flag: string, what: string, min: number, max: number): Option {
  return new Option(`--${flag} <n>`, what).argParser(parseInteger(min, max));
}

function parseInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be an integer from ${min} to ${max}.`);
    }
    return value;
  };
}

/** All flags, in the order of `--help`. */
export const FLAGS: readonly Option[] = [
  new Option('--host <text>', 'address to listen on').default('127.0.0.1'),
  integer('port', 'port to listen on; 0: any free one', 0, 65_535).default(7360),
  new Option('--preset <word>', 'bounds of the cache at the start')
    .choices(['source', 'default'])
    .default('source'),
  new Option('--tuner <word>', 'whether bounds are tuned; dry: decided, not done')
    .choices(['on', 'dry', 'off'])
    .default('on'),
  integer('budget-mib', 'MiB that the tuner may keep cached', 1, 65_536).default(32),
  integer('interval-ms', 'how often the tuner looks', 10, 600_000).default(250),
  integer('settle-ms', 'time from an order to its confirmation', 0, 60_000).default(60),
  new Option('--feed', 'send it orders: a market day of 20 seconds, again and again').default(false),
  integer('metrics-port', 'serve metrics on this port of 127.0.0.1; 0: any free one', 0, 65_535),
  new Option('--page [port]', 'serve the live page on this port of 127.0.0.1 (default: 9470)').argParser(
    parseInteger(0, 65_535),
  ),
  new Option('--log-level <word>', 'of the log')
    .choices(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info'),
];
