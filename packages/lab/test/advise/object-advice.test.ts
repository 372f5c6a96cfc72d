import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { MergedObjectSite } from '../../src/advise/merge-sites.ts';
import { adviseObjects } from '../../src/advise/object-advice.ts';
import { objectsPerSample, SAMPLING_INTERVALS } from '../../src/advise/source/object-sizes.ts';
import { SourceFiles } from '../../src/advise/source/original-place.ts';
import { MadeUpCalibration, whole } from './made-up-recording.ts';

const folder = mkdtempSync(join(tmpdir(), 'rockpool-objects-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ORDER = 'class Order { constructor(a) { this.a = a; this.b = a; this.c = a; this.d = a; } }';

let files = 0;
/** A program of one function `make`, with this body; `rest` stands below. Returns its path. */
function program(body: string, rest = '', below = folder): string {
  const path = join(below, `program-${files++}.js`);
  writeFileSync(path, `function make(a, b) {\n  ${body}\n}\n${rest}\n`);
  return path;
}

/** What the profiler tells of so many objects of one size, under each of its intervals. */
function samplesOf(bytes: number, count: number): MergedObjectSite['raw'] {
  return SAMPLING_INTERVALS.map((interval) => {
    const each = objectsPerSample(bytes, interval);
    return [interval, bytes * each, Math.max(1, Math.round(count / 3 / each))] as const;
  });
}

function site(
  file: string,
  raw: MergedObjectSite['raw'],
  given: Partial<MergedObjectSite> = {},
): MergedObjectSite {
  return {
    // V8 tells where the parameters begin.
    frame: { file, functionName: 'make', line: 1, column: 14, isNode: file.startsWith('node:') },
    callers: [],
    threads: ['main'],
    builtIn: null,
    nodeFunction: null,
    bytes: raw.reduce((sum, [, told, samples]) => sum + told * samples, 0),
    raw,
    ...given,
  };
}

/** Enough to matter in a program that took 10 s of the processor. */
const MILLIONS = 10_000_000;
const context = whole({ cpuMs: 10_000, sources: new SourceFiles(folder) });
const heapOf = (...sites: readonly MergedObjectSite[]) => ({
  bytes: sites.reduce((sum, { bytes }) => sum + bytes, 0),
  gcMs: 500,
});

async function adviseOne(one: MergedObjectSite, calibration = new MadeUpCalibration(600, 100)) {
  const advised = await adviseObjects(one, heapOf(one), context, calibration);
  expect(advised).toHaveLength(1);
  const [advice] = advised;
  if (advice === undefined) throw new Error('no advice');
  return advice;
}

describe('pooled', () => {
  test('large arrays', async () => {
    const calibration = new MadeUpCalibration(2000, 300);
    const one = site(program('return new Array(1000).fill(0);'), samplesOf(8016, 1_000_000));
    const advice = await adviseOne(one, calibration);
    expect(advice).toMatchObject({
      kind: 'objects',
      what: 'new Array',
      place: { line: 2, column: 10, functionName: 'make', source: 'return new Array(1000).fill(0);' },
      library: null,
      lifetime: { kind: 'unknown' },
      heldAtATime: null,
      verdict: 'pool it',
      reason: 'pays',
      use: 'Pool',
    });
    expect(advice.snippet).toContain('create: () => fresh(), // new Array');
    expect(advice.count).toBeGreaterThan(900_000);
    expect(advice.count).toBeLessThan(1_100_000);
    expect(advice.bytes / advice.count).toBeCloseTo(8016, -2);
    expect(advice.saving?.nsPerOperation).toBe(1700);
    expect(advice.saving?.cpuShare).toBeCloseTo(0.17, 1);
    expect(advice.because).toBe(
      'Making one costs 2.00 µs, collections included, a pooled one with its reset 300 ns (calibrated on this machine). It pays only if whoever takes one also gives it back.',
    );
    const [job] = calibration.jobs;
    expect(job).toMatchObject({ kind: 'object', shape: 'elements' });
    expect(job?.kind === 'object' && Math.abs(job.length - 1000)).toBeLessThan(125);
  });

  test('instances, by the class, with as many fields as their size has', async () => {
    const calibration = new MadeUpCalibration(600, 100);
    const advice = await adviseOne(
      site(program('return new Order(a);', ORDER), samplesOf(56, MILLIONS)),
      calibration,
    );
    expect(advice).toMatchObject({ what: 'new Order', verdict: 'pool it', use: 'Pool' });
    expect(advice.snippet).toContain('create: () => new Order()');
    expect(advice.sizes).toEqual([{ fromBytes: 56, toBytes: 56, share: 1 }]);
    expect(calibration.jobs).toEqual([{ kind: 'object', shape: 'fields', length: 4, held: 64 }]);
  });

  test('maps and sets, by the built-in function that made them', async () => {
    for (const [name, shape] of [
      ['Map', 'map'],
      ['Set', 'set'],
    ] as const) {
      const calibration = new MadeUpCalibration(600, 100);
      const one = site(program(`return new ${name}();`), samplesOf(184, MILLIONS), { builtIn: name });
      const advice = await adviseOne(one, calibration);
      expect(advice).toMatchObject({ what: `new ${name}`, verdict: 'pool it', place: { line: 2 } });
      expect(calibration.jobs).toEqual([{ kind: 'object', shape, length: 0, held: 64 }]);
    }
  });

  test('literals, with themselves beside the snippet', async () => {
    const advice = await adviseOne(site(program('return { a, b };'), samplesOf(40, MILLIONS)));
    expect(advice).toMatchObject({ what: '{ a, b }', verdict: 'pool it' });
    expect(advice.snippet).toContain('create: () => fresh(), // { a, b }');
  });
});

describe('left alone', () => {
  test('small objects, of which a fresh one costs less than a pooled one', async () => {
    const advice = await adviseOne(
      site(program('return { a, b };'), samplesOf(40, MILLIONS)),
      new MadeUpCalibration(5, 12),
    );
    expect(advice).toMatchObject({ verdict: 'leave it', reason: 'small', use: null, snippet: null });
    expect(advice.saving?.nsPerOperation).toBe(-7);
    expect(advice.because).toContain('40.0 B are too small for a pool to pay');
  });

  test('closures, unmeasured: they keep what they captured', async () => {
    const calibration = new MadeUpCalibration(600, 100);
    const advice = await adviseOne(
      site(program('return () => a + b;'), samplesOf(64, MILLIONS)),
      calibration,
    );
    expect(advice).toMatchObject({ what: 'closure', verdict: 'leave it', reason: 'complex', saving: null });
    expect(advice.because).toMatch(/^A closure keeps what it captured/);
    expect(calibration.jobs).toEqual([]);
  });

  test('instances whose state is hard to bring back', async () => {
    const rest = 'class Task { constructor(a) { this.a = a; this.done = Promise.resolve(a); } close() {} }';
    const advice = await adviseOne(site(program('return new Task(a);', rest), samplesOf(40, MILLIONS)));
    expect(advice).toMatchObject({ what: 'new Task', verdict: 'leave it', reason: 'complex', snippet: null });
    expect(advice.because).toContain('it is hard to bring back to its first state');
    expect(advice.saving?.cpuShare).toBeGreaterThan(0.01);
  });

  test('few: what cannot matter is not measured', async () => {
    const calibration = new MadeUpCalibration(600, 100);
    const one = site(program('return { a, b };'), samplesOf(40, 300_000));
    const advice = await adviseOne(one, calibration);
    expect(advice).toMatchObject({ verdict: 'leave it', reason: 'few', saving: null });
    expect(calibration.jobs).toEqual([]);
  });

  test('few: a saving of less than a hundredth', async () => {
    const advice = await adviseOne(
      site(program('return { a, b };'), samplesOf(40, MILLIONS)),
      new MadeUpCalibration(50, 45),
    );
    expect(advice).toMatchObject({ verdict: 'leave it', reason: 'few' });
    expect(advice.saving?.cpuShare).toBeLessThan(0.01);
  });

  test('what a library makes', async () => {
    const lib = join(folder, 'node_modules', 'lib');
    mkdirSync(lib, { recursive: true });
    const advice = await adviseOne(site(program('return { a, b };', '', lib), samplesOf(40, MILLIONS)));
    expect(advice).toMatchObject({ verdict: 'leave it', reason: 'no-seam', library: 'lib' });
    expect(advice.because).toContain('it is made inside of lib');
  });

  test('what Node makes, and what the source does not tell', async () => {
    const node = await adviseOne(site('node:internal/streams', samplesOf(40, MILLIONS)));
    expect(node).toMatchObject({ verdict: 'leave it', reason: 'no-seam' });
    expect(node.because).toContain('it is made inside of Node');
    const unknown = await adviseOne(site(join(folder, 'gone.js'), samplesOf(40, MILLIONS)));
    expect(unknown).toMatchObject({ what: 'objects', verdict: 'leave it', reason: 'complex' });
  });

  test('views of bytes, whoever asked for them', async () => {
    const one = site(program('return a.subarray(1);'), samplesOf(96, MILLIONS), {
      nodeFunction: 'node:buffer subarray',
      builtIn: 'Uint8Array',
    });
    const advice = await adviseOne(one);
    expect(advice).toMatchObject({ what: 'a view (Buffer.subarray)', verdict: 'leave it', reason: 'small' });
    expect(advice.because).toContain('A view costs 96.0 B of heap');
  });
});

describe('no sites are', () => {
  test.each(['Uint8Array', 'Float64Array', 'BigUint64Array', 'ArrayBuffer', 'DataView'])(
    'handles of bytes: %s',
    async (name) => {
      const calibration = new MadeUpCalibration(600, 100);
      const file = program(`return new ${name}(a);`);
      const builtIn = site(file, samplesOf(104, MILLIONS), { builtIn: name });
      expect(await adviseObjects(builtIn, heapOf(builtIn), context, calibration)).toEqual([]);
      expect(calibration.jobs).toEqual([]);
    },
  );

  test('handles that V8 inlined, by their expression; what stands beside them is one', async () => {
    const file = program('return { a, b, bytes: new Uint8Array(a) };');
    const raw = [...samplesOf(48, MILLIONS), ...samplesOf(104, MILLIONS)];
    const one = site(file, raw);
    const advised = await adviseObjects(one, heapOf(one), context, new MadeUpCalibration(600, 100));
    expect(advised.map(({ what }) => what)).toEqual(['{ a, b, bytes }']);
  });

  test('less than a hundredth of what the heap allocates', async () => {
    const small = site(program('return { a, b };'), samplesOf(40, MILLIONS));
    const heap = { bytes: small.bytes * 101, gcMs: 500 };
    expect(await adviseObjects(small, heap, context, new MadeUpCalibration(600, 100))).toEqual([]);
    const enough = { bytes: small.bytes * 99, gcMs: 500 };
    expect(await adviseObjects(small, enough, context, new MadeUpCalibration(600, 100))).toHaveLength(1);
  });
});

test('expressions of one function are sites of their own, each at its place', async () => {
  const file = program('const order = new Order(a);\n  return { a, b, order };', ORDER);
  const one = site(file, [...samplesOf(56, 2 * MILLIONS), ...samplesOf(48, MILLIONS)]);
  const advised = await adviseObjects(one, heapOf(one), context, new MadeUpCalibration(600, 100));
  expect(advised.map(({ what, place }) => [what, place.line])).toEqual([
    ['new Order', 2],
    ['{ a, b, order }', 3],
  ]);
  const [orders, literals] = advised.map(({ count }) => count / MILLIONS);
  expect(orders).toBeCloseTo(2, 1);
  expect(literals).toBeCloseTo(1, 1);
});

test('no more time in collections is saved than the heap brought about', async () => {
  const one = site(program('return { a, b };'), samplesOf(40, MILLIONS));
  const heap = { bytes: one.bytes, gcMs: 7 };
  const [advice] = await adviseObjects(one, heap, context, new MadeUpCalibration(600, 100));
  expect(advice?.saving?.gcMs).toBe(7);
});
