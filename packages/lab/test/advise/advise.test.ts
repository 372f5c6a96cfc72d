import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { adviseOn, fixture, readAdvice, runNode, siteOf } from './run-advise.ts';

const SCHEMA = createRequire(import.meta.url)('../../advice.schema.json') as object;
const PRELOAD = fileURLToPath(new URL('../../recorder/dist/preload.js', import.meta.url));
const LIMIT_MS = 90_000;

describe('rockpool advise', { timeout: LIMIT_MS }, () => {
  test('finds a hot site, one that is kept and a small object, ranks and judges them', async () => {
    const { advice, code, stdout, stderr } = await adviseOn([fixture('hot-buffer.mjs'), '1.5']);
    expect(code).toBe(0);
    expect(new Ajv().validate(SCHEMA, advice)).toBe(true);
    const made = JSON.parse(stdout) as { blocks: number; orders: number; kept: number };

    const hot = siteOf(advice, 'readBlock', /^Buffer\.alloc$/);
    expect(advice?.sites[0]).toEqual(hot);
    expect(hot).toMatchObject({ verdict: 'pool it', reason: 'pays', use: 'ByteBufAllocator' });
    expect(hot.place).toMatchObject({ line: 7, source: 'return Buffer.alloc(65_536);' });
    expect(hot.place.file).toMatch(/hot-buffer\.mjs$/);
    expect(hot.sizes).toEqual([{ fromBytes: 65_536, toBytes: 65_536, share: 1 }]);
    expect(hot.count / made.blocks).toBeGreaterThan(0.7);
    expect(hot.count / made.blocks).toBeLessThan(1.4);
    expect(hot.snippet).toContain('ByteBufAllocator.default.buffer(65536)');
    expect(hot.saving?.nsPerOperation).toBeGreaterThan(0);
    expect(hot.saving?.cpuShare).toBeGreaterThan(0.01);

    const kept = siteOf(advice, 'remember', /^Buffer\.allocUnsafeSlow$/);
    expect(kept).toMatchObject({ verdict: 'leave it', use: null });
    expect(['long-lived', 'few']).toContain(kept.reason);
    expect(kept.lifetime.kind).not.toBe('short');

    // By the profiler: in the function itself, or where V8 inlined it.
    const small = advice?.sites.find(({ what }) => what.startsWith('{ id, price'));
    expect(small).toMatchObject({ kind: 'objects', verdict: 'leave it' });
    expect(small?.place.line).toBe(15);
    expect((small?.count ?? 0) / made.orders).toBeGreaterThan(0.3);
    expect((small?.count ?? 0) / made.orders).toBeLessThan(3);

    expect(advice?.gc.count).toBeGreaterThan(0);
    expect(advice?.gc.externalShare).toBeGreaterThan(0.3);
    expect(advice?.watching.cpuShare).toBeGreaterThan(0);
    expect(stderr).toContain('pool it  Buffer.alloc');
  });

  test('finds the same site in a worker thread and in a child process, of CommonJS', async () => {
    const { advice, stdout } = await adviseOn([fixture('in-threads.cjs')]);
    expect(stdout.trim().split('\n').sort()).toEqual(['child true', 'worker true']);
    const site = siteOf(advice, 'vector', /^new Float64Array$/);
    expect(site).toMatchObject({ verdict: 'pool it', use: 'Pool' });
    expect(site.snippet).toContain('new Float64Array(1000)');
    expect(site.threads).toHaveLength(2);
    expect(site.threads.some((thread) => /^pid \d+ worker 1$/.test(thread))).toBe(true);
    expect(advice?.program.processes).toHaveLength(2);
  });

  test('names the place in the source that was compiled, through its map', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rockpool-advise-ts-'));
    try {
      copyFileSync(fixture('typed.ts'), join(folder, 'typed.ts'));
      const tsc = fileURLToPath(new URL('../../../../node_modules/.bin/tsc', import.meta.url));
      const flags = [
        '--sourceMap',
        '--target',
        'es2022',
        '--module',
        'nodenext',
        '--ignoreConfig',
        '--types',
        '',
      ];
      execFileSync(tsc, [...flags, '--lib', 'es2022,dom', 'typed.ts'], { cwd: folder });
      const { advice, code } = await adviseOn(['typed.js'], [], { cwd: folder });
      expect(code).toBe(0);
      const { place } = siteOf(advice, 'read', /^new Uint8Array$/);
      expect(place).toMatchObject({ file: 'typed.ts', line: 12, source: 'bytes: new Uint8Array(size),' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('wants a resource pool for a client that connects for each request', async () => {
    const { advice } = await adviseOn([fixture('client-per-request.mjs')]);
    const [connection] = advice?.connections ?? [];
    expect(connection).toMatchObject({
      verdict: 'use a resource pool',
      reason: 'connections',
      use: 'ResourcePool',
      count: 100,
      mostOpen: 1,
      tls: false,
    });
    expect(connection?.place.functionName).toBe('ask');
    expect(connection?.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(connection?.connectMs).toBeGreaterThan(0);
    expect(connection?.openMs).toBeGreaterThan(0);
  });

  test('wants an agent for HTTP requests that connect each', async () => {
    const { advice } = await adviseOn([fixture('http-per-request.mjs')]);
    expect(advice?.connections[0]).toMatchObject({ verdict: 'use an agent', count: 50, use: 'http.Agent' });
  });

  test('looks at every allocation in exact mode', async () => {
    const { advice, stdout } = await adviseOn([fixture('hot-buffer.mjs'), '0.3'], ['--exact']);
    const { blocks } = JSON.parse(stdout) as { blocks: number };
    const hot = siteOf(advice, 'readBlock', /^Buffer\.alloc$/);
    expect(advice?.watching.mode).toBe('exact');
    expect(hot.count).toBe(blocks);
    expect(hot.samples).toBe(blocks);
  });

  test('changes nothing that a program can see', async () => {
    const plain = await runNode([fixture('faces.mjs')]);
    const watched = await adviseOn([fixture('faces.mjs')]);
    expect(JSON.parse(watched.stdout)).toEqual(JSON.parse(plain.stdout));
    expect(watched.stdout).toBe(plain.stdout);
  });
});

describe('a program that watches itself', { timeout: LIMIT_MS }, () => {
  const self = (args: readonly string[], env: NodeJS.ProcessEnv = {}, signal?: NodeJS.Signals) =>
    runNode(['--import', '@rockpool/lab/advise', ...args], {
      env,
      ...(signal === undefined ? {} : { onOutput: (child) => child.kill(signal) }),
    });

  test('reports at its end, by --import', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rockpool-advise-self-'));
    try {
      const json = join(folder, 'advice.json');
      const html = join(folder, 'advice.html');
      const { code, stderr } = await self([fixture('hot-buffer.mjs'), '0.5'], {
        ROCKPOOL_ADVISE_JSON: json,
        ROCKPOOL_ADVISE_HTML: html,
      });
      expect(code).toBe(0);
      expect(stderr).toContain('pool it  Buffer.alloc');
      expect(siteOf(readAdvice(json), 'readBlock', /^Buffer\.alloc$/).verdict).toBe('pool it');
      expect(readFileSync(html, 'utf8')).toContain('<!doctype html>');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('watches its children, and reports once', async () => {
    const { stderr } = await self([fixture('in-threads.cjs')]);
    expect(stderr.match(/^rockpool advise /gm)).toHaveLength(1);
    expect(stderr).toMatch(/2 processes, 3 threads/);
  });

  test('reports on a signal, and dies of it', async () => {
    const { signal, stderr } = await self([fixture('unusual.mjs'), 'forever'], {}, 'SIGTERM');
    expect(signal).toBe('SIGTERM');
    expect(stderr).toContain('ended by SIGTERM');
  });

  test('leaves a signal to the handler of the program', async () => {
    const { code, stdout, stderr } = await self([fixture('unusual.mjs'), 'graceful'], {}, 'SIGTERM');
    expect(code).toBe(3);
    expect(stdout).toBe('ready\nclosing\n');
    expect(stderr).toContain('rockpool advise');
  });

  test('does nothing without a run', async () => {
    const { code, stderr } = await runNode(['--require', PRELOAD, '-e', '0']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
