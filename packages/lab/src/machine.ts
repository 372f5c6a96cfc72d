/** What the figures of a report depend on: the machine, the system, Node, and the state of the code. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The place of a run. */
export interface Machine {
  readonly cpu: string;
  /** Processors that this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly arch: string;
  readonly node: string;
  readonly v8: string;
  /** Of the repository that this package lies in, with `+` where files were changed; null outside of one. */
  readonly commit: string | null;
}

/** Looks once. Starts `git`. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${type()} ${release()}`,
    arch: process.arch,
    node: process.version,
    v8: process.versions.v8,
    commit: findCommit(),
  };
}

function findCommit(): string | null {
  try {
    // An installed copy lies in somebody else's repository, which does not track it.
    git('ls-files', '--error-unmatch', 'package.json');
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? '+' : '');
  } catch {
    return null;
  }
}

function git(...args: string[]): string {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
