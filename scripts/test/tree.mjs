// @ts-check
/** Little trees of files in a temporary folder, for tests of the checks. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * Writes `files` into a new folder, which goes when the test ends.
 *
 * @param {Readonly<Record<string, string>>} files text by path
 * @returns {string} the folder
 */
export function plant(files) {
  const root = mkdtempSync(join(tmpdir(), 'rockpool-tree-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
