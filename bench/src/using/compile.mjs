// @ts-check
/**
 * Compiles `loops.mts` with the repository's own tsc, so that the figures are those of what users of
 * TypeScript really run, and loads what came out. The output lies in `bench/.cache`.
 */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Unavailable } from '../contenders/adapter.mjs';
import { cacheDirectory } from '../machine.mjs';

const output = join(cacheDirectory, 'using');

/** Compiles for both targets, in the parent, before the first round. Nothing older is left where it fails. */
export async function compileUsing() {
  await rm(output, { recursive: true, force: true });
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const project = fileURLToPath(new URL('tsconfig.json', import.meta.url));
  for (const target of ['ES2022', 'ESNext']) {
    const args = ['-p', project, '--target', target, '--outDir', join(output, target)];
    await promisify(execFile)(process.execPath, [tsc, ...args]);
  }
}

/** @returns {boolean} whether this Node understands `using` */
function hasUsing() {
  try {
    new Function('{ using nothing = null; }');
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {'ES2022' | 'ESNext'} target
 * @returns {Promise<typeof import('./loops.mts')>}
 * @throws {Unavailable} for ESNext where Node has no `using`
 */
export async function usingLoops(target) {
  if (target === 'ESNext' && !hasUsing()) throw new Unavailable('needs `using` in V8: Node 24 or later');
  return await import(join(output, target, 'loops.mjs'));
}
