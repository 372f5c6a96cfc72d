// @ts-check
/** What a figure depends on besides the code: machine, versions, commit, date. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

const rootDirectory = fileURLToPath(new URL('../..', import.meta.url));

/** What is built for a run; ignored by git. */
export const cacheDirectory = fileURLToPath(new URL('../.cache', import.meta.url));

/** @returns {string} the short commit, `-dirty` where the tree differs from it, `none` outside of git */
function commit() {
  /** @param {string[]} args */
  const git = (...args) =>
    execFileSync('git', args, { cwd: rootDirectory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    // Results of a run that writes several suites must not make the later ones look dirty.
    const changed = git('status', '--porcelain', '--', '.', ':!bench/results').trim() !== '';
    return git('rev-parse', '--short=12', 'HEAD').trim() + (changed ? '-dirty' : '');
  } catch {
    return 'none';
  }
}

/**
 * @param {readonly import('./types.d.ts').Runtime[]} runtimes
 * @param {string} command What runs this again.
 * @returns {import('./types.d.ts').Machine}
 */
export function describeMachine(runtimes, command) {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release().split('-')[0]} ${process.arch}`,
    runtimes: runtimes.map(({ name, engine }) => (engine === undefined ? name : `${name} (${engine})`)),
    commit: commit(),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    date: new Date().toISOString(),
    command,
  };
}

/**
 * Takes this machine's paths out of a message, so that reports can be published.
 *
 * @param {string} message
 * @returns {string}
 */
export function withoutPaths(message) {
  return message.replaceAll(rootDirectory, '');
}
