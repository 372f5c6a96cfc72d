/** The built page: a few files, read once, with headers under which a browser asks nobody else. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where Vite puts it. */
const FOLDER = fileURLToPath(new URL('../../assets/page/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Headers of every file: no request leaves the page's own server, no other site frames it. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; " +
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

/**
 * The files by path; `/` is the page.
 *
 * @throws Error the page was not built
 */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  if (!existsSync(join(FOLDER, 'index.html'))) {
    throw new Error(`Cannot serve the page as it is not built: npm run build, which writes ${FOLDER}`);
  }
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(FOLDER)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const file = { type, body: readFileSync(join(FOLDER, name)) };
    files.set(`/${name}`, file);
    if (name === 'index.html') files.set('/', file);
  }
  return files;
}
