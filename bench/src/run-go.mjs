// @ts-check
/**
 * Runs the benchmarks of `bench/go`: compiles them once, then gives each contender of each round its own
 * process of the test binary, as `go test -bench` would.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheDirectory, withoutPaths } from './machine.mjs';

const execute = promisify(execFile);
const source = fileURLToPath(new URL('../go', import.meta.url));
const binary = join(cacheDirectory, 'go', 'pool.test');
/** No toolchain is downloaded: what is installed is what is measured. */
const environment = { ...process.env, GOTOOLCHAIN: 'local' };

/** Benchmark turns of the counted run. */
const COUNTED_TURNS = 100_000;

/** Said aloud and in the rows where Go is missing. */
export const GO_MISSING =
  'Go is missing: its rows are skipped. Install Go 1.21 or later from https://go.dev/dl/ and put `go` on the PATH';

/** @returns {Promise<import('./types.d.ts').Runtime | undefined>} undefined where Go is missing */
export async function goRuntime() {
  try {
    const { stdout } = await execute('go', ['env', 'GOVERSION'], { cwd: source, env: environment });
    return { name: stdout.trim(), path: binary };
  } catch {
    return undefined;
  }
}

/** Compiles the benchmarks. */
export async function compileGo() {
  await mkdir(join(cacheDirectory, 'go'), { recursive: true });
  await execute('go', ['test', '-c', '-o', binary, '.'], { cwd: source, env: environment });
}

/**
 * Reads the lines `BenchmarkPair-2   1000000   11.5 ns/op   0 creates/op`.
 *
 * @param {string} output
 * @param {string} unit
 * @returns {number[]} one value for each line that has the unit
 */
function valuesOf(output, unit) {
  const values = [];
  for (const line of output.split('\n')) {
    if (!line.startsWith('Benchmark')) continue;
    const fields = line.trim().split(/\s+/);
    const at = fields.indexOf(unit);
    if (at > 0) values.push(Number(fields[at - 1]));
  }
  return values;
}

/**
 * @param {import('./types.d.ts').GoContender} contender
 * @param {number} operations Operations in one turn of the benchmark's loop.
 * @param {import('./types.d.ts').Timing} timing
 * @returns {Promise<import('./types.d.ts').Outcome>}
 */
export async function runGo({ benchmark }, operations, { sampleMs, samples }) {
  /**
   * @param {readonly string[]} args
   * @param {NodeJS.ProcessEnv} env
   */
  const bench = async (args, env) => {
    const select = ['-test.run', '^$', '-test.bench', `^Benchmark${benchmark}$`];
    return (await execute(binary, [...select, ...args], { env: { ...environment, ...env } })).stdout;
  };
  try {
    const timed = await bench([`-test.benchtime=${sampleMs}ms`, `-test.count=${samples}`], {});
    const taken = valuesOf(timed, 'ns/op').map((value) => value / operations);
    if (taken.length === 0) return { status: 'failed', reason: `no benchmark named ${benchmark}` };
    const counted = await bench([`-test.benchtime=${COUNTED_TURNS}x`], { ROCKPOOL_BENCH_COUNT: '1' });
    const [creates = 0] = valuesOf(counted, 'creates/op');
    const [collections = 0] = valuesOf(counted, 'collections/op');
    return {
      status: 'ok',
      samples: taken,
      figures: { 'creates/op': creates, 'major GC/M op': collections * 1e6 },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'failed', reason: withoutPaths(message.split('\n')[0] ?? message) };
  }
}
