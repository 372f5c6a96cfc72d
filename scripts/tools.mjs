// @ts-check
/** The repository and its tools: where the JavaScript behind each command of a development dependency is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * The file to run with Node for a command, so that no shell and no `.cmd` is needed.
 *
 * @param {string} name of the package: 'typescript'
 * @param {string} command it may have several: 'tsc'
 */
export function toolPath(name, command) {
  const folder = join(ROOT, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const path = typeof bin === 'string' ? bin : bin?.[command];
  if (path === undefined) throw new Error(`Package '${name}' has no command '${command}'`);
  return join(folder, path);
}
