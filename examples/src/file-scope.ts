/**
 * Files in an asynchronous scope: opened, written, closed and removed, whatever happens in between.
 *
 * Shows: `scope.async`, `defer` with arguments, `defer.use` on a file handle, and `defer.recover`. A report is
 * written to a file in a temporary directory, twice; the second time the disk "fails" half-way.
 *
 * Do it when a function takes several things one after the other, each of which must go back. Do not in the
 * innermost loop of a hot path: there try/finally costs less (`npm run bench scope`).
 */
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scope } from 'rockpool';

const directories: string[] = [];

/** Writes `lines` to a file, reads it back and leaves nothing behind. */
function roundTrip(lines: readonly string[]): Promise<string> {
  return scope.async(async (defer) => {
    const directory = await mkdtemp(join(tmpdir(), 'rockpool-example-'));
    directories.push(directory);
    defer(rm, directory, { recursive: true }); // runs last
    defer(() => console.log('  the file is closed, the directory still there:', existsSync(directory)));

    const path = join(directory, 'report.txt');
    const file = defer.use(await open(path, 'w')); // runs first
    for (const line of lines) {
      if (line === '') throw new Error('no space left on device');
      await file.write(`${line}\n`);
    }
    await file.sync();
    console.log(`  ${lines.length} lines written`);
    return readFile(path, 'utf8');
  });
}

/** The same, with an answer instead of an error. */
function roundTripOrNothing(lines: readonly string[]): Promise<string> {
  return scope.async((defer) => {
    defer.recover((error) => {
      console.log(`  recovered from: ${(error as Error).message}`);
      return '';
    });
    return roundTrip(lines);
  });
}

console.log('a report that succeeds:');
const text = await roundTrip(['January 31', 'February 28', 'March 31']);
console.log(`  read back: ${JSON.stringify(text)}`);

console.log('a report that fails half-way:');
const nothing = await roundTripOrNothing(['January 31', '', 'March 31']);
console.log(`  read back: ${JSON.stringify(nothing)}`);

console.log(`directories left behind: ${directories.filter((path) => existsSync(path)).length}`);
