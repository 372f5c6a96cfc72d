/** Runs a built example in a process of its own. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** What an example printed. */
export interface Run {
  readonly lines: readonly string[];
  /** The text behind "label:" in the only line that begins so; leading spaces do not count. */
  value(label: string): string;
  /** The number that `value` begins with. */
  figure(label: string): number;
}

/** Runs `dist/<name>.js`, which must end by itself, with exit code 0 and without a word on stderr. */
export async function runExample(name: string): Promise<Run> {
  const path = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is not there: build first (npm run build)`);
  const { code, stdout, stderr } = await execute(path);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  const value = (label: string) => {
    const found = lines.map((line) => line.trim()).filter((line) => line.startsWith(`${label}:`));
    expect(found, `lines that begin with "${label}:" in\n${stdout}`).toHaveLength(1);
    return (found[0] as string).slice(label.length + 1).trim();
  };
  const figure = (label: string) => {
    const number = Number.parseFloat(value(label));
    expect(number, label).not.toBeNaN();
    return number;
  };
  return { lines, value, figure };
}

function execute(path: string): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    // One that hangs is killed, and then has no exit code.
    execFile(process.execPath, [path], { timeout: 25_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}
