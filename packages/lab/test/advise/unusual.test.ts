import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { adviseOn, fixture, runNode, siteOf } from './run-advise.ts';

const BIN = fileURLToPath(new URL('../../bin/rockpool.js', import.meta.url));
const UNUSUAL = fixture('unusual.mjs');

describe('rockpool advise with unusual programs', { timeout: 90_000 }, () => {
  test('one that crashes: its error, its code, and what was seen', async () => {
    const { code, stderr, advice } = await adviseOn([UNUSUAL, 'crash']);
    expect(code).toBe(1);
    expect(stderr).toContain('Error: it broke');
    expect(advice?.program.end).toEqual({ code: 1, signal: null });
    expect(advice?.sites[0]?.what).toBe('Buffer.alloc');
  });

  test('one that exits at once: its code, and a report of nothing', async () => {
    const { code, stdout, stderr, advice } = await adviseOn([UNUSUAL, 'exit']);
    expect(code).toBe(7);
    expect(stdout).toBe('');
    expect(stderr).toContain('Nothing here is worth pooling.');
    expect(advice?.program.end).toEqual({ code: 7, signal: null });
  });

  test('one that is killed: what was recorded before', async () => {
    const { code, advice, stderr } = await adviseOn([UNUSUAL, 'killed']);
    expect(code).toBe(128 + 9);
    expect(advice?.program.processes[0]?.complete).toBe(false);
    expect(advice?.sites[0]?.what).toBe('Buffer.alloc');
    expect(stderr).toContain('watched up to their last recording');
  });

  test('one that never ends: a report after the time, and it is asked to end', async () => {
    const { code, stdout, stderr, advice } = await adviseOn([UNUSUAL, 'forever'], ['--for', '1']);
    expect(code).toBe(0);
    expect(stdout).toBe('ready\n');
    expect(stderr).toContain('was watched for 1 seconds, and it was asked to end');
    expect(advice?.program.processes[0]?.complete).toBe(true);
    expect(advice?.sites[0]?.what).toBe('Buffer.alloc');
  });

  test('one that never ends, and is to run on: a report, then its own end', async () => {
    const run = adviseOn([UNUSUAL, 'graceful'], ['--for', '0.5', '--keep'], {
      onOutput: (child) => setTimeout(() => child.kill('SIGTERM'), 8000),
    });
    const { code, stdout, stderr, advice } = await run;
    expect(code).toBe(3);
    expect(stdout).toBe('ready\nclosing\n');
    expect(stderr).toContain('it was left running');
    expect(advice?.program.end).toBeNull();
  });

  test('a signal is passed on, and the program does with it what it does', async () => {
    const graceful = await adviseOn([UNUSUAL, 'graceful'], [], {
      onOutput: (child) => child.kill('SIGTERM'),
    });
    expect(graceful).toMatchObject({ code: 3, stdout: 'ready\nclosing\n' });
    const other = await adviseOn([UNUSUAL, 'forever'], [], {
      onOutput: (child) => setTimeout(() => child.kill('SIGINT'), 3000),
    });
    expect(other.code).toBe(128 + 2);
    expect(other.advice?.program.end).toEqual({ code: null, signal: 'SIGINT' });
  });

  test('SIGUSR2 prints what is known so far', async () => {
    let asked = false;
    const { stderr } = await adviseOn([UNUSUAL, 'forever'], ['--for', '9'], {
      onOutput: (child) => {
        asked = true;
        setTimeout(() => child.kill('SIGUSR2'), 1500);
      },
    });
    expect(asked).toBe(true);
    expect(stderr).toContain('The program still runs');
    expect(stderr.match(/^rockpool advise /gm)).toHaveLength(2);
  });

  test.each([
    ['own-buffer', '3 2\n'],
    ['own-profiler', '10000 true\n'],
    ['own-stacks', 'mine: true 3\n'],
    ['frozen', 'frozen\n'],
  ])('one with %s works as before', async (how, output) => {
    const { code, stdout, advice } = await adviseOn([UNUSUAL, how]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: output });
    expect(advice?.program.processes).toHaveLength(1);
    if (how === 'own-profiler') expect(advice?.notes.join()).toContain('started the heap profiler itself');
  });

  test('one with a loader of its own: sites in what that made', async () => {
    const { code, stdout, advice } = await adviseOn([fixture('with-loader.mjs')]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'loaded\n' });
    expect(siteOf(advice, 'make', /^Buffer\.alloc$/).place.file).toBe('made:up');
  });

  test('one under an inspector', async () => {
    const { code, advice } = await adviseOn(['--inspect=0', fixture('hot-buffer.mjs'), '0.3']);
    expect(code).toBe(0);
    expect(siteOf(advice, 'readBlock', /^Buffer\.alloc$/).count).toBeGreaterThan(0);
  });

  test('a path that cannot be written any more: a message, the code of the program, the recordings kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rockpool-advise-path-'));
    try {
      const path = join(folder, 'taken');
      const args = ['advise', '--html', path, '--', process.execPath, UNUSUAL, 'takes-path', path];
      const { code, stderr } = await runNode([BIN, ...args]);
      expect(code).toBe(4);
      expect(stderr).toContain(`Cannot write the report to '${path}'`);
      expect(stderr).toContain('pool it  Buffer.alloc');
      const kept = /advise --from (\S+)/.exec(stderr)?.[1] ?? '';
      expect(readdirSync(kept)).toHaveLength(1);
      const again = await runNode([BIN, 'advise', '--from', kept]);
      expect(again.code).toBe(0);
      expect(again.stderr).toContain('pool it  Buffer.alloc');
      rmSync(kept, { recursive: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    [['--', '/no/such/program'], 127, "Cannot run '/no/such/program': there is no such program"],
    [
      ['--json', '/no/such/folder/a.json', '--', 'node', '-e', '0'],
      2,
      "'--json' must name a file that can be written",
    ],
    [
      ['--for', '-1', '--', 'node', '-e', '0'],
      2,
      "'--for' must be a number from 0.1 to 604800: received '-1'",
    ],
    [['--keep', '--', 'node', '-e', '0'], 2, "'--keep' needs '--for'"],
    [[], 2, 'there is no program'],
    [['--from', '/no/such/folder'], 2, "no recordings in '/no/such/folder'"],
    [['--', '/bin/sh', '-c', 'exit 5'], 5, 'no recordings'],
  ])('%j', async (args, code, message) => {
    const ended = await runNode([BIN, 'advise', ...args]);
    expect(ended.stderr).toContain(message);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toBe('');
  });
});
