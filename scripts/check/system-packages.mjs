// @ts-check
/**
 * The programs that tests want and npm does not bring. Where one is missing and can be had (Debian, as root) it is
 * installed before the tests; elsewhere the tests that want it are skipped, and the check says so, with the command.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { runProcess } from '../process.mjs';
import { ROOT } from '../tools.mjs';

/**
 * @typedef {object} SystemPackage
 * @property {string} name of the Debian package
 * @property {string} wantedBy stands in notes: "tests over NATS"
 * @property {() => boolean} isThere
 */

/** @type {readonly SystemPackage[]} */
const PACKAGES = [
  {
    name: 'nats-server',
    wantedBy: 'tests over NATS',
    isThere: () => spawnSync('nats-server', ['--version']).status === 0,
  },
  {
    name: 'prometheus',
    wantedBy: 'tests of the board and the alert rules',
    isThere: () => spawnSync('prometheus', ['--version']).status === 0,
  },
  {
    name: 'chromium',
    wantedBy: 'tests of the live page',
    isThere: () => spawnSync('chromium', ['--version']).status === 0,
  },
  { name: 'postgresql', wantedBy: 'tests on PostgreSQL', isThere: hasPostgres },
];

/** Debian keeps the server's programs off the PATH. */
function hasPostgres() {
  if (spawnSync('initdb', ['--version']).status === 0) return true;
  const versions = '/usr/lib/postgresql';
  return existsSync(versions) && readdirSync(versions).some((v) => existsSync(`${versions}/${v}/bin/initdb`));
}

function canInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/**
 * Sees to it that the packages are there, as far as that can be.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string[]>} notes: what was skipped, and how not to
 */
export async function ensureSystemPackages(env) {
  const missing = PACKAGES.filter(({ isThere }) => !isThere());
  if (missing.length === 0) return [];
  let why = 'it is installed by itself on Debian as root only';
  if (canInstall()) {
    const options = { cwd: ROOT, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, echo: false };
    await runProcess('/usr/bin/apt-get', ['update', '-qq'], options);
    const names = missing.map(({ name }) => name);
    const { output } = await runProcess(
      '/usr/bin/apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', ...names],
      options,
    );
    why = `apt-get failed: ${output.trim().split('\n').at(-1)}`;
  }
  return missing
    .filter(({ isThere }) => !isThere())
    .map(({ name, wantedBy }) => {
      return `${wantedBy} SKIPPED: there is no ${name}, and ${why}. By hand: apt-get install -y ${name}`;
    });
}
