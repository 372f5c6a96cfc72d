// @ts-check
/** Runs a JavaScript contender once: a fresh process of a given Node binary. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withoutPaths } from './machine.mjs';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));

/** A child that has said nothing for so long hangs. */
const TIMEOUT_MS = 120_000;

/** Without NODE_OPTIONS: what somebody set for other programs must not change a figure. */
const { NODE_OPTIONS: _, ...environment } = process.env;

/**
 * @param {string} path
 * @param {readonly string[]} args
 */
const execute = (path, args) =>
  promisify(execFile)(path, [...args], { env: environment, timeout: TIMEOUT_MS, maxBuffer: 2 ** 24 });

/**
 * @param {string} path A Node binary.
 * @returns {Promise<import('./types.d.ts').Runtime>}
 * @throws {Error} where that is no Node binary
 */
export async function nodeRuntime(path) {
  const { stdout } = await execute(resolve(path), ['-p', 'JSON.stringify(process.versions)']);
  const { node, v8 } = JSON.parse(stdout);
  return { name: `node-${node}`, path: resolve(path), engine: `V8 ${v8}` };
}

/**
 * @param {import('./types.d.ts').JsContender} contender
 * @param {import('./types.d.ts').Runtime} node
 * @param {import('./types.d.ts').ChildTask} task
 * @returns {Promise<import('./types.d.ts').Outcome>}
 */
export async function runJs(contender, node, task) {
  if (contender.skip !== undefined) return { status: 'skipped', reason: contender.skip };
  try {
    const args = [...(contender.execArgv ?? []), child, JSON.stringify(task)];
    const { stdout } = await execute(node.path, args);
    const { sink: _sink, ...outcome } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    return outcome;
  } catch (error) {
    const { killed, signal, code, stderr = '' } = /** @type {any} */ (error);
    const last =
      stderr.split('\n').find((/** @type {string} */ line) => /error/i.test(line)) ?? String(error);
    const how = killed ? `killed after ${TIMEOUT_MS / 1000} s` : `crashed (${signal ?? code})`;
    return { status: 'failed', reason: withoutPaths(`${how}: ${last.trim()}`) };
  }
}
