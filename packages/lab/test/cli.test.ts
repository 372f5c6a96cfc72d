import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { EXPERIMENTS } from '../src/registry.ts';
import type { LabReport } from '../src/report/report.ts';

const BIN = fileURLToPath(new URL('../bin/rockpool.js', import.meta.url));
const SCHEMA = createRequire(import.meta.url)('../report.schema.json') as object;
/** One round of every case, 10 ms each: nearly all of the time goes into starting processes. */
const TINY = ['--rounds', '1', '--seconds', '0.01'];
const TINY_LIMIT_MS = 180_000;
const LONG = process.env['ROCKPOOL_LONG_RUNS'] === '1';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function rockpool(args: readonly string[], onStderr?: (pid: number) => void): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk;
      onStderr?.(child.pid as number);
    });
    child.on('close', (code) => resolve({ code, ...text }));
  });
}

/** Of many or long cases, a process each, which tests of their own run within one: `ROCKPOOL_LONG_RUNS=1` runs them here too. */
const MANY_CASES = [
  'buffers',
  'codec',
  'fragmentation',
  'handoff',
  'hitrate',
  'init',
  'map',
  'pressure',
  'resource',
];
const names = EXPERIMENTS.map(({ name }) => name).filter((name) => LONG || !MANY_CASES.includes(name));

describe.each(names)('rockpool lab %s', (name) => {
  test(
    'runs to its end and writes its reports',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'rockpool-lab-'));
      const [json, html] = [join(folder, 'report.json'), join(folder, 'report.html')];
      const { code, stdout, stderr } = await rockpool(['lab', name, ...TINY, '--json', json, '--html', html]);
      expect(stderr).not.toContain('Error');
      expect(code).toBe(0);
      expect(stdout).toContain(`Reproduce: npx rockpool lab ${name} --rounds 1 --seconds 0.01`);
      expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);

      const report = JSON.parse(readFileSync(json, 'utf8')) as LabReport;
      const validate = new Ajv({ allErrors: true }).compile(SCHEMA);
      validate(report);
      expect(validate.errors).toBeNull();
      expect(report.experiments.map((experiment) => experiment.name)).toEqual([name]);
      for (const { cases } of report.experiments.flatMap(({ comparisons }) => comparisons)) {
        for (const it of cases) expect(it.rounds).toHaveLength(it.unavailable === null ? 1 : 0);
      }
      expect(readFileSync(html, 'utf8')).toContain(`<section id="${name}">`);
    },
    TINY_LIMIT_MS,
  );
});

describe('wrong arguments end with code 2 and say what is wrong', () => {
  test.each([
    [['lab', 'nope'], "Cannot run 'nope' as there is no such experiment: known are messages, reuse"],
    [['lab', '--rounds', '0'], "'--rounds' must be an integer from 1 to 100: received '0'"],
    [['lab', '--seconds', 'x'], "'--seconds' must be a number from 0.01 to 3600: received 'x'"],
    [['lab', '--json', '/nowhere/at/all.json'], "'/nowhere/at/all.json' gives ENOENT"],
    [['lab', '--nope'], "unknown option '--nope'"],
    [['lab', '--rounds'], 'argument missing'],
    [['nope'], "unknown command 'nope'"],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await rockpool(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });
});

test('--help and --list tell what there is, and end with code 0', async () => {
  const help = await rockpool(['lab', '--help']);
  expect(help.code).toBe(0);
  for (const part of ['--rounds', '--seconds', '--json', '--html', '--quick', '--list', 'Examples:']) {
    expect(help.stdout).toContain(part);
  }
  const list = await rockpool(['lab', '--list']);
  expect(list.code).toBe(0);
  for (const { name, summary } of EXPERIMENTS)
    expect(list.stdout).toMatch(new RegExp(`${name} +${summary.slice(0, 20)}`));
});

test('an interrupt ends the run with code 130 and writes no report', async () => {
  const json = join(mkdtempSync(join(tmpdir(), 'rockpool-lab-')), 'report.json');
  let interrupted = false;
  const { code } = await rockpool(['lab', 'objects', '--seconds', '3600', '--json', json], (pid) => {
    if (!interrupted) process.kill(pid, 'SIGINT');
    interrupted = true;
  });
  expect(code).toBe(130);
  expect(existsSync(json)).toBe(false);
});

test('rockpool lab --page serves the page of the case that runs', async () => {
  let stream: Promise<string> = Promise.resolve('');
  let page: string | undefined;
  const child = spawn(
    process.execPath,
    [BIN, 'lab', 'messages', '--rounds', '1', '--seconds', '0.8', '--page', '0'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (page !== undefined) return;
    page = /http:\/\/\S+/.exec(text)?.[0];
    if (page !== undefined) stream = firstSnapshot(`${page}stream`);
  });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  expect(await stream).toContain('"state":"connected"');
});

/** What a stream says up to its first snapshot, or its end. */
async function firstSnapshot(url: string): Promise<string> {
  const response = await fetch(url);
  let text = '';
  try {
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(part);
      if (text.includes('event: snapshot')) break;
    }
  } catch {
    // The lab has ended.
  }
  return text;
}

test.each([
  [['watch', 'ftp://x'], "Cannot watch 'ftp://x' as it is no address"],
  [['watch', '--port', '70000', 'http://127.0.0.1:1'], "'--port' must be an integer from 0 to 65535"],
  [['lab', 'defer', '--page', 'x'], "'--page' must be"],
])('rockpool %j is refused with exit code 2', async (args, message) => {
  const { code, stderr } = await rockpool(args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test('rockpool watch begins where nothing answers yet, says so, and ends with an interrupt', async () => {
  const { code, stdout, stderr } = await rockpool(['watch', 'http://127.0.0.1:1', '--port', '0'], (pid) =>
    process.kill(pid, 'SIGINT'),
  );
  expect(stdout).toMatch(/^Watching http:\/\/127\.0\.0\.1:1 at http:\/\/127\.0\.0\.1:\d+\/$/m);
  expect(stderr).toContain('nothing listens there. The page goes on trying.');
  expect(code).toBe(0);
});
