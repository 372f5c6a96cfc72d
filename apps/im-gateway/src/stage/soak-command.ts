/** `npm run soak`: ten minutes under load, and a verdict. Exit code 1 where memory grew or a buffer was left. */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { integerFlag, textFlag } from '../config/flags.ts';
import { LoadError } from '../errors.ts';
import { type SoakSample, soak } from './soak.ts';
import { showMachine } from './tables.ts';

/** Growth between the medians of early and late samples that is no growth: garbage of the old generation. */
const ALLOWED_SHARE = 0.05;
const ALLOWED_BYTES = 8 * 2 ** 20;

interface SoakFlags {
  readonly seconds: number;
  readonly rate: number;
  readonly clients: number;
  readonly json?: string;
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

/** The command, without its name. */
export function soakCommand(): Command {
  return new Command('soak')
    .description('the gateway under a steady load, with clients that come and go: is its memory flat?')
    .addOption(integerFlag('seconds', 'of load', 5, 86_400, 600))
    .addOption(
      integerFlag('rate', 'messages a second; a tenth of them go to a room of all', 10, 1_000_000, 20_000),
    )
    .addOption(integerFlag('clients', 'connections', 2, 10_000, 50))
    .addOption(textFlag('json', 'file for the report'))
    .action(run);
}

async function run({ seconds, rate, clients, json }: SoakFlags): Promise<void> {
  process.stdout.write(`${showMachine()}\n`);
  const onSample = (sample: SoakSample): void => {
    process.stdout.write(
      `${sample.seconds.toFixed(0).padStart(6)} s  RSS ${mib(sample.rssBytes)} MiB  ` +
        `young ${mib(sample.youngBytes)}  rest ${mib(sample.rssBytes - sample.youngBytes)}  ` +
        `heap ${mib(sample.heapUsedBytes)}  pool ${mib(sample.reservedBytes)}  ${sample.deliveries} deliveries\n`,
    );
  };
  const sampleMs = Math.min(10_000, Math.max(500, (seconds * 1000) / 60));
  const report = await soak({ seconds, rate, clients, sampleMs, onSample });
  if (json !== undefined) await writeFile(json, `${JSON.stringify(report, undefined, 2)}\n`);
  const { earlyBytes, lateBytes, peakRssBytes, load, visits, leaks } = report;
  process.stdout.write(
    `Without the young generation ${mib(earlyBytes)} MiB early, ${mib(lateBytes)} MiB late; RSS at most ` +
      `${mib(peakRssBytes)} MiB; ${load.received} deliveries verified, ${visits} visits, ${leaks} buffers left\n`,
  );
  if (leaks > 0) throw new LoadError(`${leaks} buffers were not given back`);
  if (lateBytes > earlyBytes * (1 + ALLOWED_SHARE) + ALLOWED_BYTES) throw new LoadError('Memory grew');
}
