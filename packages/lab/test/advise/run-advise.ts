/** Runs the command as a user does, in a process of its own, and reads the report that it writes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Advice, SiteAdvice } from '../../src/advise/advice.ts';

const BIN = fileURLToPath(new URL('../../bin/rockpool.js', import.meta.url));

/** A program of `fixture/`. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixture/${name}`, import.meta.url));
}

/** How a run ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a run of `rockpool advise` ended, and its report; null where it wrote none. */
export interface Advised extends Ended {
  readonly advice: Advice | null;
}

/** What a test may set. */
export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Called once, with the first output of the program. */
  readonly onOutput?: (child: ChildProcess) => void;
}

/** Runs Node with these arguments. */
export function runNode(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const { onOutput, cwd, env = {} } = options;
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    const text = { stdout: '', stderr: '' };
    child.stdout.once('data', () => onOutput?.(child));
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk;
    });
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
}

/** `rockpool advise <options> -- node <program>`. */
export async function adviseOn(
  program: readonly string[],
  options: readonly string[] = [],
  run: RunOptions = {},
): Promise<Advised> {
  const folder = mkdtempSync(join(tmpdir(), 'rockpool-advise-test-'));
  const path = join(folder, 'advice.json');
  try {
    const args = [BIN, 'advise', ...options, '--json', path, '--', process.execPath, ...program];
    const ended = await runNode(args, run);
    return { ...ended, advice: readAdvice(path) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A report; null where there is none. */
export function readAdvice(path: string): Advice | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Advice;
  } catch {
    return null;
  }
}

/** The site of this function that allocates this. */
export function siteOf(advice: Advice | null, functionName: string, what: RegExp): SiteAdvice {
  const found = advice?.sites.find(
    ({ place, what: name }) => place.functionName === functionName && what.test(name),
  );
  if (found !== undefined) return found;
  const known = advice?.sites.map(({ place, what: name }) => `${name} in ${place.functionName}`);
  throw new Error(`no site of ${what} in ${functionName}: ${known?.join(', ') ?? 'no report'}`);
}
