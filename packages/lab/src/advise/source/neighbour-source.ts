/** Where a relative import leads: the file as written, the TypeScript that it was made from, an index. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Larger files are not looked into for a class. */
const LARGEST_BYTES = 1024 * 1024;
const ENDINGS = ['', '.ts', '.tsx', '.js', '.mjs', '.cjs', '/index.ts', '/index.js'];

/** Null for packages, for what does not exist, and for large files. A `SourceOf`. */
export function neighbourSource(
  specifier: string,
  fromFile: string,
): { fileName: string; text: string } | null {
  if (!/^\.{1,2}(?:\/|$)/.test(specifier)) return null;
  const from = fromFile.startsWith('file:') ? fileURLToPath(fromFile) : fromFile;
  const path = resolve(dirname(from), specifier);
  const candidates = ENDINGS.map((ending) => path + ending);
  if (/\.[cm]?js$/.test(path)) candidates.push(path.replace(/js$/, 'ts'), path.replace(/js$/, 'tsx'));
  for (const fileName of candidates) {
    const found = statSync(fileName, { throwIfNoEntry: false });
    if (!found?.isFile() || found.size > LARGEST_BYTES) continue;
    try {
      return { fileName, text: readFileSync(fileName, 'utf8') };
    } catch {
      // Not readable: as if it did not exist.
    }
  }
  return null;
}
