// @ts-check
/**
 * The one program that tests want and npm does not bring: a NATS server, for two gateways on a real bus. Where it is
 * missing and can be had (Debian, as root) it is installed before the tests; elsewhere the tests that want it are
 * skipped, and the check says so, with the command.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { runProcess } from '../process.mjs';
import { ROOT } from '../tools.mjs';

const COMMAND = 'apt-get install -y nats-server';

/** @returns {boolean} whether `nats-server` is on the PATH */
function isThere() {
  return spawnSync('nats-server', ['--version']).status === 0;
}

/** @returns {boolean} */
function canInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/**
 * Sees to it that there is a NATS server, if that can be.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string[]>} notes: what was skipped, and how not to
 */
export async function ensureNatsServer(env) {
  if (isThere()) return [];
  let why = 'it is installed by itself on Debian as root only';
  if (canInstall()) {
    const options = { cwd: ROOT, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, echo: false };
    await runProcess('/usr/bin/apt-get', ['update', '-qq'], options);
    const { output } = await runProcess(
      '/usr/bin/apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'nats-server'],
      options,
    );
    if (isThere()) return [];
    why = `apt-get failed: ${output.trim().split('\n').at(-1)}`;
  }
  return [`tests over NATS SKIPPED: there is no nats-server, and ${why}. By hand: ${COMMAND}`];
}
