// @ts-check
/**
 * The library without the counters of its hot paths: a copy of the built code from which they are cut, so that what they
 * cost can be measured. What is cut must be there, else this throws: it may not measure the same code twice.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * What is cut: of a get out of the slot its count, of a buffer out of the cache the hit of its class.
 *
 * @type {readonly (readonly [file: string, found: RegExp, instead: string])[]}
 */
const CUTS = [
  ['object/pool.js', /(this\.#slot = undefined;\s+)this\.#recentGets\+\+;(\s+return item;)/, '$1$2'],
  ['buffer/byte-buf-allocator.js', /magazine\.taken\+\+;/, ''],
];

/** @type {string | undefined} */
let made;

/** The library's entry point, without counters. */
export async function loadUncounted() {
  if (made === undefined) {
    const dist = dirname(fileURLToPath(import.meta.resolve('rockpool')));
    const folder = mkdtempSync(join(tmpdir(), 'rockpool-uncounted-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    cpSync(dist, folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const [file, found, instead] of CUTS) {
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      if (!found.test(text))
        throw new Error(`Cannot cut counters out of ${file} as they are not where they were`);
      writeFileSync(path, text.replace(found, instead));
    }
    made = pathToFileURL(join(folder, 'index.js')).href;
  }
  return /** @type {typeof import('rockpool')} */ (await import(made));
}
