/**
 * Measures one library: its sides in turn, each round of each in a fresh process, the plain one also under the recorder
 * of `rockpool advise`, which tells what that costs, and what it predicts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SiteAdvice } from '../advise/advice.ts';
import { advise } from '../advise/advise.ts';
import { ChildCalibration } from '../advise/calibrate.ts';
import { type Recordings, readRecordings } from '../advise/recordings.ts';
import { watchedEnvironment } from '../advise/watched-environment.ts';
import { CaseFailedError } from '../errors.ts';
import { ratios, spread } from '../statistics.ts';
import type { Side } from './adopt-load.ts';
import type { LibraryReport, Prediction, SideFigures } from './adopt-report.ts';
import { findLoad } from './loads.ts';
import type { LoadFigures } from './measure-load.ts';

/** Built code, also when this file itself runs from `src`: Node 20 runs no TypeScript. */
const PROGRAM = fileURLToPath(new URL('../../dist/adopt/run-load.js', import.meta.url));
const STDERR_CHARS = 4000;
/** A site that saves less of an operation is not listed. */
const LISTED_SHARE = 0.005;

/** How to measure. */
export interface AdoptOptions {
  readonly rounds: number;
  readonly secondsPerSide: number;
  readonly signal: AbortSignal;
  readonly onStep: (step: string) => void;
}

/**
 * Measures.
 *
 * @throws {CaseFailedError} `ERR_ROCKPOOL_LAB_CASE` a load failed
 */
export async function measureLibrary(library: string, options: AdoptOptions): Promise<LibraryReport> {
  const { title, operation, seam, adapter, adopted, tuned } = await findLoad(library);
  const names: Side[] = [
    'plain',
    ...(adopted ? ['adopted' as const] : []),
    ...(tuned ? ['tuned' as const] : []),
  ];
  const rounds = new Map<Side, LoadFigures[]>(names.map((name) => [name, []]));
  const watched: LoadFigures[] = [];
  let prediction: Prediction = NOTHING;
  for (let round = 1; round <= options.rounds; round++) {
    const where = `round ${round} of ${options.rounds}`;
    for (const [side, all] of rounds) {
      options.onStep(`${library}, ${side}, ${where}`);
      all.push((await runSide(library, side, options, process.env)).figures);
    }
    options.onStep(`${library}, under advise, ${where}`);
    const isLast = round === options.rounds;
    await underAdvise(library, options, async (figures, recordings) => {
      watched.push(figures);
      if (isLast) prediction = await predict(library, figures, recordings, options.onStep);
    });
  }
  const measuredCpuNs = measured(rounds.get('plain') ?? [], rounds.get('adopted'));
  return {
    library,
    title,
    operation,
    seam,
    adapter,
    sides: Array.from(rounds, ([side, all]) => figuresOf(side, all)),
    measuredCpuNs,
    watching: spread(ratios(cpu(watched), cpu(rounds.get('plain') ?? [])).map((ratio) => ratio - 1)),
    prediction,
    ratio:
      measuredCpuNs === null || measuredCpuNs.median <= 0 ? null : prediction.cpuNs / measuredCpuNs.median,
  };
}

/** Differences within a round: a slow minute of the machine slows both. */
function measured(
  plain: readonly LoadFigures[],
  adopted: readonly LoadFigures[] | undefined,
): LibraryReport['measuredCpuNs'] {
  if (adopted === undefined) return null;
  return spread(plain.map(({ cpuNs }, i) => cpuNs - (adopted[i]?.cpuNs ?? Number.NaN)));
}

function figuresOf(side: Side, all: readonly LoadFigures[]): SideFigures {
  return {
    side,
    cpuNs: spread(all.map(({ cpuNs }) => cpuNs)),
    wallNs: spread(all.map(({ wallNs }) => wallNs)),
    gcNs: spread(all.map(({ gcMs, operations }) => (gcMs * 1e6) / operations)),
    rssBytes: spread(all.map(({ rssBytes }) => rssBytes)),
  };
}

function cpu(all: readonly LoadFigures[]): number[] {
  return all.map(({ cpuNs }) => cpuNs);
}

/** Runs the plain side as `rockpool advise` runs a program. */
async function underAdvise(
  library: string,
  options: AdoptOptions,
  use: (figures: LoadFigures, recordings: Recordings) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'rockpool-adopt-'));
  try {
    const environment = watchedEnvironment(directory, false, null);
    const { figures, pid } = await runSide(library, 'plain', options, environment);
    const { all, notes } = readRecordings(directory);
    // Who only receives is a process of its own, and no part of what is measured.
    await use(figures, { all: all.filter((recording) => recording.pid === pid), notes });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function predict(
  library: string,
  figures: LoadFigures,
  recordings: Recordings,
  onStep: (step: string) => void,
): Promise<Prediction> {
  const run = { recordings, command: library, end: { code: 0, signal: null }, notes: [] };
  const { sites } = await advise(run, new ChildCalibration(), onStep);
  const perOperation = (site: SiteAdvice): number =>
    ((site.saving?.cpuMs ?? 0) * 1e6) / figures.allOperations;
  const sum = (chosen: readonly SiteAdvice[]): number =>
    chosen.reduce((total, site) => total + perOperation(site), 0);
  const locked = sites.filter(({ reason, kind }) => reason === 'no-seam' && kind === 'bytes');
  return {
    cpuNs: sum(sites.filter(({ verdict }) => verdict === 'pool it')),
    lockedCpuNs: sum(locked),
    sites: sites
      .filter((site) => perOperation(site) > figures.cpuNs * LISTED_SHARE)
      .map((site) => ({
        what: site.what,
        place: `${site.place.file}:${site.place.line}`,
        verdict: site.verdict,
        reason: site.reason,
        cpuNs: perOperation(site),
      })),
  };
}

const NOTHING: Prediction = { cpuNs: 0, lockedCpuNs: 0, sites: [] };

async function runSide(
  library: string,
  side: Side,
  { secondsPerSide, signal }: AdoptOptions,
  env: NodeJS.ProcessEnv,
): Promise<{ figures: LoadFigures; pid: number }> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [PROGRAM, library, side, String(secondsPerSide)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.stderr = (text.stderr + chunk).slice(-STDERR_CHARS);
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', kill, { once: true });
  try {
    const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
    signal.throwIfAborted();
    if (code !== 0) {
      const reason = `its process ended with ${killedBy ?? code}\n${text.stderr}`.trim();
      throw new CaseFailedError(`adopt/${library}/${side}`, reason);
    }
    return { figures: JSON.parse(text.stdout) as LoadFigures, pid: child.pid ?? 0 };
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
