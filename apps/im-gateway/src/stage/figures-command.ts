/** `npm run figures`: all figures of the README, with what they depend on. It reports; it does not judge. */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { choiceFlag, integerFlag, textFlag } from '../config/flags.ts';
import { measureBareSockets } from './bare-sockets.ts';
import {
  COMPARISONS,
  CONNECTIONS,
  gcOf,
  highestRate,
  measureRounds,
  plainAndPooled,
  type Spread,
  spreadOf,
} from './figures.ts';
import type { MeasuredRun } from './measured-run.ts';
import { listenToNoise, showNoise } from './noise.ts';
import { showMachine } from './tables.ts';

interface FiguresFlags {
  readonly rounds: number;
  readonly only: string;
  readonly json?: string;
}

const HIGHEST = 'highest';
const LIMIT_MS = 8;
const NOISE_MS = 3_000;
const BARE_SECONDS = 3;
const ALL = 'all';

const count = (value: number): string => Math.round(value).toLocaleString('en');
const fixed = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
const ratio = ({ median, min, max }: Spread): string => `${fixed(median)} (${fixed(min)}–${fixed(max)})`;

/** The command, without its name. */
export function figuresCommand(): Command {
  const names = [ALL, ...COMPARISONS.map(({ name }) => name), HIGHEST];
  return new Command('figures')
    .description('pooled against plain buffers, in rounds; about ten minutes')
    .addOption(integerFlag('rounds', 'of each comparison', 1, 100, 5))
    .addOption(choiceFlag('only', 'one comparison', names, ALL))
    .addOption(textFlag('json', 'file for all runs'))
    .action(run);
}

async function run({ rounds, only, json }: FiguresFlags): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const all: Record<string, unknown> = {};
  say(showMachine());
  for (const comparison of COMPARISONS) {
    if (only !== ALL && only !== comparison.name) continue;
    say(`\n${comparison.name}: ${comparison.title}`);
    say(`  ${showNoise(await listenToNoise(NOISE_MS))}`);
    if (comparison.bareRate !== undefined) say(`  ${await bareLine(comparison.bareRate, rounds)}`);
    const runs = await measureRounds(comparison, rounds, (title, measured) =>
      say(`  ${line(title, measured)}`),
    );
    all[comparison.name] = Object.fromEntries(runs);
    for (const text of sumUp([...runs])) say(`  ${text}`);
  }
  if (only === ALL || only === HIGHEST) all[HIGHEST] = await findHighest(say);
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify({ machine: showMachine(), all }, undefined, 2)}\n`);
}

/** What sockets alone do at a rate. */
async function bareLine(rate: number, rounds: number): Promise<string> {
  const runs = [];
  for (let i = 0; i < rounds; i++) {
    runs.push(await measureBareSockets({ connections: CONNECTIONS, rate, seconds: BARE_SECONDS }));
  }
  const p99 = spreadOf(runs.map(({ latency }) => latency.p99Ms));
  const p50 = spreadOf(runs.map(({ latency }) => latency.p50Ms));
  const p999 = spreadOf(runs.map(({ latency }) => latency.p999Ms));
  const windows = spreadOf(runs.map(({ windowP99Ms }) => windowP99Ms));
  const frames = spreadOf(runs.map(({ framesPerSecond }) => framesPerSecond));
  return (
    `sockets alone, one way: ${count(frames.median)} frames/s, p50 ${ratio(p50)}, p99 ${ratio(p99)}, ` +
    `by 100 ms ${ratio(windows)}, p99.9 ${ratio(p999)} ms`
  );
}

function line(
  title: string,
  { report, gcMs, gcCount, rssBytes, cpuShare, systemShare }: MeasuredRun,
): string {
  const { p50Ms, p99Ms, p999Ms } = report.latency;
  return (
    `${title.padEnd(12)}${count(report.deliveriesPerSecond).padStart(10)} deliveries/s  p50 ${fixed(p50Ms)}  ` +
    `p99 ${fixed(p99Ms)} (by 100 ms ${fixed(report.windows.medianP99Ms)})  p99.9 ${fixed(p999Ms)} ms  ${gcCount} GCs ${fixed(gcMs)} ms  ` +
    `${(rssBytes / 2 ** 20).toFixed(0)} MiB  ${fixed(cpuShare)} cores, ${fixed(systemShare)} in the kernel`
  );
}

/** The last contender against each of the others, round by round; then what each has. */
function sumUp(contenders: readonly (readonly [string, readonly MeasuredRun[]])[]): string[] {
  const last = contenders.at(-1);
  if (last === undefined) return [];
  const [title, after] = last;
  const ratios = contenders.slice(0, -1).map(([baseline, before]) => {
    const over = (of: (run: MeasuredRun) => number): string =>
      ratio(spreadOf(after.map((run, i) => of(run) / of(before[i] as MeasuredRun))));
    return (
      `${title} against ${baseline}: deliveries ${over(({ report }) => report.deliveriesPerSecond)}, ` +
      `GC time ${over(({ gcMs }) => gcMs)}, GC time a delivery ${over(gcOf)}, ` +
      `P99 ${over(({ report }) => report.latency.p99Ms)}`
    );
  });
  const each = contenders.map(([name, runs]) => {
    const p99 = spreadOf(runs.map(({ report }) => report.latency.p99Ms));
    const windows = spreadOf(runs.map(({ report }) => report.windows.medianP99Ms));
    const deliveries = spreadOf(runs.map(({ report }) => report.deliveriesPerSecond));
    return `${name}: ${count(deliveries.median)} deliveries/s, P99 ${ratio(p99)} ms, by 100 ms ${ratio(windows)} ms`;
  });
  return [...ratios, ...each];
}

async function findHighest(say: (text: string) => void): Promise<unknown> {
  const found: Record<string, unknown> = {};
  const loads = [
    { name: 'direct', first: 200_000, load: ['--profile', 'direct', '--clients', '50'] },
    { name: 'rooms of 50', first: 20_000, load: ['--profile', 'room', '--clients', '50'] },
  ];
  for (const { name, first, load } of loads) {
    say(`\n${HIGHEST}: ${name}, the highest rate with P99 ≤ ${LIMIT_MS} ms, by windows of 100 ms`);
    for (const contender of plainAndPooled(load)) {
      const { title } = contender;
      const { rate, run: best } = await highestRate(contender, first, LIMIT_MS, (tried, measured, held) => {
        const what = measured === undefined ? 'clients were disconnected' : line(title, measured);
        say(`  ${held ? 'held  ' : 'failed'} ${count(tried).padStart(10)} messages/s  ${what}`);
      });
      const deliveries = best?.report.deliveriesPerSecond ?? 0;
      say(`  ${title}: ${count(rate)} messages/s, ${count(deliveries)} deliveries/s`);
      found[`${name}, ${title}`] = { rate, deliveries };
    }
  }
  return found;
}
