// @ts-check
/** Runs child processes: no stdin, bounded, with all of their output. */
import { spawn } from 'node:child_process';

/**
 * @typedef {object} Outcome
 * @property {number | null} code exit code; null if a signal ended the process or it could not start
 * @property {string} output stdout and stderr together
 * @property {string} stdout
 * @property {boolean} timedOut
 */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.timeoutMs] the process is killed then; default: never
 * @param {boolean} [options.echo] passes the output on as it comes
 * @returns {Promise<Outcome>} never rejects
 */
export function runProcess(command, args, { cwd, env, timeoutMs, echo = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
    });
    let output = '';
    let stdout = '';
    let timedOut = false;
    /** @param {string} text */
    const take = (text) => {
      output += text;
      if (echo) process.stdout.write(text);
    };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      take(text);
    });
    child.stderr.setEncoding('utf8').on('data', take);
    const timer = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs);

    function kill() {
      timedOut = true;
      child.kill('SIGKILL');
      // A grandchild may hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: null, output: `${output}${error.message}\n`, stdout, timedOut });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output, stdout, timedOut });
    });
  });
}
