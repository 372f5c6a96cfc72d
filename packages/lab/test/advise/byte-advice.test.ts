import { describe, expect, test } from 'vitest';
import { adviseBytes } from '../../src/advise/byte-advice.ts';
import type { MergedByteSite } from '../../src/advise/merge-sites.ts';
import { frame, MadeUpCalibration, NO_AGES, whole } from './made-up-recording.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const SHORT = { ...NO_AGES, followed: 20, diedAtFirst: 20, agesMs: [0, 0, 20] };
const KEPT = { ...NO_AGES, followed: 20, diedAtFirst: 5, aliveAfterMore: 15, agesMs: [5] };

/** Ten thousand short-lived ones of 64 KiB in the program's own code, if nothing else is given. */
function site(given: Partial<MergedByteSite> = {}): MergedByteSite {
  const sizes = given.sizes ?? [[64 * KIB, 10_000]];
  return {
    frame: frame('/app/src/frames.js:42 readFrame'),
    callers: [frame('/app/src/main.js:7 main')],
    threads: ['main'],
    what: 'Buffer.alloc',
    nodeFunction: null,
    nodeFrames: [],
    samples: 900,
    count: sizes.reduce((sum, [, count]) => sum + count, 0),
    bytes: sizes.reduce((sum, [bytes, count]) => sum + bytes * count, 0),
    sizes,
    lifetime: SHORT,
    ...given,
  };
}

/** 10 µs against 1 µs: of ten thousand, 9 % of the processor time. */
const pays = (): MadeUpCalibration => new MadeUpCalibration(10_000, 1000);

describe('a site that pays', () => {
  test('is to be pooled, with its saving and what to write', async () => {
    const calibration = pays();
    const advice = await adviseBytes(site(), whole(), calibration);
    expect(advice).toMatchObject({
      kind: 'bytes',
      what: 'Buffer.alloc',
      place: { file: 'src/frames.js', line: 42, functionName: 'readFrame' },
      callers: [{ file: 'src/main.js', line: 7 }],
      library: null,
      count: 10_000,
      countPerSecond: 1000,
      bytes: 10_000 * 64 * KIB,
      bytesPerSecond: 1000 * 64 * KIB,
      sizes: [{ fromBytes: 64 * KIB, toBytes: 64 * KIB, share: 1 }],
      lifetime: { kind: 'short', medianMs: 4, followed: 20, aliveShare: 0 },
      heldAtATime: null,
      verdict: 'pool it',
      reason: 'pays',
      use: 'ByteBufAllocator',
      samples: 900,
    });
    expect(advice.saving).toEqual({
      nsPerOperation: 9000,
      gcNsPerOperation: 1000,
      cpuMs: 90,
      cpuShare: 0.09,
      gcMs: 10,
      bytesPerSecond: 1000 * 64 * KIB,
    });
    expect(advice.because).toBe(
      'A fresh one costs 10.0 µs, of which 1.00 µs in collections, a pooled one 1.00 µs (calibrated on this machine). A pooled one is not cleared.',
    );
    expect(advice.snippet).toContain(
      'ByteBufAllocator.default.buffer(65536); // in the place of Buffer.alloc',
    );
    expect(calibration.jobs).toEqual([
      { kind: 'bytes', maker: 'Buffer.alloc', constructorName: '', sizes: [64 * KIB], held: 16 },
    ]);
  });

  test('has a size of its own in the snippet only where there is one', async () => {
    const sizes = [
      [32 * KIB, 5000],
      [64 * KIB, 5000],
    ] as const;
    const calibration = pays();
    const { snippet } = await adviseBytes(site({ sizes }), whole(), calibration);
    expect(snippet).toContain('.buffer(size)');
    const [job] = calibration.jobs;
    expect(job?.kind === 'bytes' && job.sizes.filter((bytes) => bytes === 32 * KIB).length).toBe(32);
  });

  test('says that a pooled one is not cleared only where a fresh one is', async () => {
    for (const [what, cleared] of [
      ['Buffer.alloc', true],
      ['new Uint8Array', true],
      ['Buffer.allocUnsafe', false],
      ['Buffer.from', false],
    ] as const) {
      const { because } = await adviseBytes(site({ what }), whole(), pays());
      expect(because.includes('is not cleared')).toBe(cleared);
    }
  });

  test('has its doubt told where too little was seen of lives', async () => {
    const { verdict, lifetime, because } = await adviseBytes(
      site({ lifetime: NO_AGES }),
      whole({ memoryBytes: 1e12 }),
      pays(),
    );
    expect({ verdict, kind: lifetime.kind }).toEqual({ verdict: 'pool it', kind: 'unknown' });
    expect(because).toContain('Too little was seen of how long they live');
    const short = await adviseBytes(site(), whole(), pays());
    expect(short.because).not.toContain('Too little was seen');
  });

  test('saves no more time in collections than there was', async () => {
    const { saving } = await adviseBytes(site(), whole({ gcMs: 3 }), pays());
    expect(saving?.gcMs).toBe(3);
  });

  test('put together by Buffer.concat, is written part by part', async () => {
    const concat = {
      what: 'Buffer.concat',
      nodeFrames: ['node:buffer concat'],
      nodeFunction: 'node:buffer concat',
    };
    const advice = await adviseBytes(site(concat), whole(), pays());
    expect(advice).toMatchObject({ what: 'Buffer.concat', verdict: 'pool it', use: 'ByteBufAllocator' });
    expect(advice.snippet).toContain('for (const part of parts) bytes.writeBytes(part);');
  });
});

describe('typed arrays', () => {
  test('of one size come from a Pool, by their length', async () => {
    const calibration = pays();
    const one = site({ what: 'new Float64Array', sizes: [[8000, 100_000]] });
    const advice = await adviseBytes(one, whole(), calibration);
    expect(advice).toMatchObject({ verdict: 'pool it', use: 'Pool' });
    expect(advice.snippet).toContain('create: () => new Float64Array(1000)');
    expect(calibration.jobs).toEqual([
      { kind: 'array', constructorName: 'Float64Array', bytes: 8000, held: 16 },
    ]);
  });

  test('of several sizes come from a pool of the longest', async () => {
    const sizes = [
      [8000, 50_000],
      [16_000, 50_000],
    ] as const;
    const advice = await adviseBytes(site({ what: 'new Float64Array', sizes }), whole(), pays());
    expect(advice).toMatchObject({ verdict: 'pool it', use: 'Pool' });
    expect(advice.snippet).toContain('new Float64Array(2000)');
    expect(advice.snippet).toContain('array.subarray(0, length)');
  });

  test('longer than what is calibrated come from a pool of their length', async () => {
    const advice = await adviseBytes(
      site({ what: 'new Float64Array', sizes: [[8_000_000, 5000]] }),
      whole(),
      pays(),
    );
    expect(advice.snippet).toContain('new Float64Array(1000000)');
  });

  test('of bytes come from an allocator', async () => {
    for (const [what, sizes] of [
      ['new Uint8Array', [[8000, 100_000]]],
      ['new ArrayBuffer', [[8000, 100_000]]],
    ] as const) {
      const calibration = pays();
      const advice = await adviseBytes(site({ what, sizes }), whole(), calibration);
      expect(advice).toMatchObject({ verdict: 'pool it', use: 'ByteBufAllocator' });
      const constructorName = what.slice('new '.length);
      const maker = constructorName === 'ArrayBuffer' ? 'ArrayBuffer' : 'array';
      expect(calibration.jobs).toMatchObject([{ kind: 'bytes', maker, constructorName }]);
    }
  });
});

describe('what is calibrated', () => {
  test.each([
    ['Buffer.alloc', 'Buffer.alloc'],
    ['Buffer.allocUnsafe', 'Buffer.allocUnsafe'],
    ['Buffer.allocUnsafeSlow', 'Buffer.allocUnsafeSlow'],
    ['Buffer.from', 'Buffer.from'],
    ['TextEncoder.encode', 'Buffer.allocUnsafeSlow'],
    ['Buffer.concat', 'Buffer.allocUnsafe'],
    ['Buffer.copyBytesFrom', 'Buffer.allocUnsafe'],
  ])('of %s is %s', async (what, maker) => {
    const calibration = pays();
    await adviseBytes(site({ what }), whole(), calibration);
    expect(calibration.jobs).toMatchObject([{ kind: 'bytes', maker }]);
  });

  test('is no larger than 4 MiB', async () => {
    const calibration = pays();
    await adviseBytes(site({ sizes: [[100 * MIB, 1000]] }), whole(), calibration);
    expect(calibration.jobs).toMatchObject([{ sizes: [4 * MIB] }]);
  });
});

describe('left alone', () => {
  test('few: what cannot matter is not even measured', async () => {
    const calibration = pays();
    const advice = await adviseBytes(site({ sizes: [[100, 50]] }), whole(), calibration);
    expect(advice).toMatchObject({
      verdict: 'leave it',
      reason: 'few',
      saving: null,
      use: null,
      snippet: null,
    });
    expect(advice.because).toMatch(/^50\S* of them are too few to matter in this program\.$/);
    expect(calibration.jobs).toEqual([]);
  });

  test('few: a saving of less than a hundredth', async () => {
    const advice = await adviseBytes(site(), whole(), new MadeUpCalibration(10_000, 9010));
    expect(advice).toMatchObject({ verdict: 'leave it', reason: 'few', use: null, snippet: null });
    expect(advice.saving?.cpuShare).toBeCloseTo(0.0099);
    expect(advice.because).toContain('that would save 0.990 % of the processor time');
    const enough = await adviseBytes(site(), whole(), new MadeUpCalibration(10_000, 8990));
    expect(enough.verdict).toBe('pool it');
  });

  test('no-gain: a pooled one costs as much, or more', async () => {
    for (const pooledNs of [10_000, 12_000]) {
      const advice = await adviseBytes(site(), whole(), new MadeUpCalibration(10_000, pooledNs));
      expect(advice).toMatchObject({ verdict: 'leave it', reason: 'no-gain', use: null });
      expect(advice.saving?.nsPerOperation).toBe(10_000 - pooledNs);
      expect(advice.because).toContain('nothing to gain at these sizes');
    }
  });

  test('long-lived: what is kept is not measured, whatever it would save', async () => {
    const calibration = pays();
    const advice = await adviseBytes(site({ lifetime: KEPT }), whole(), calibration);
    expect(advice).toMatchObject({ verdict: 'leave it', reason: 'long-lived', saving: null });
    expect(advice.heldAtATime).toBe(7500);
    expect(advice.because).toContain('75.0 % were alive at the end');
    expect(calibration.jobs).toEqual([]);
  });

  test('no-seam: inside of a library of which nothing is known', async () => {
    const inside = frame('/app/node_modules/@some/lib/index.js:3 encode');
    const advice = await adviseBytes(site({ frame: inside }), whole(), pays());
    expect(advice).toMatchObject({
      verdict: 'leave it',
      reason: 'no-seam',
      library: '@some/lib',
      snippet: null,
    });
    expect(advice.saving?.cpuShare).toBeCloseTo(0.09);
    expect(advice.because).toContain('it is in @some/lib: look whether that lets its users pass memory in');
  });

  test('no-seam: inside of a library that is known to let no memory in', async () => {
    const inside = frame('/app/node_modules/mysql2/lib/packet.js:3 read');
    const advice = await adviseBytes(site({ frame: inside }), whole(), pays());
    expect(advice).toMatchObject({ reason: 'no-seam', library: 'mysql2' });
    expect(advice.because).toContain('mysql2 makes a Buffer of each read');
  });

  test('no-seam: inside of zlib, and of Node where it takes no memory', async () => {
    const zlib = await adviseBytes(
      site({
        nodeFrames: ['node:buffer allocUnsafe', 'node:zlib processChunk'],
        nodeFunction: 'node:zlib gzipSync',
      }),
      whole(),
      pays(),
    );
    expect(zlib).toMatchObject({
      what: 'zlib.gzipSync (Buffer.alloc)',
      verdict: 'leave it',
      reason: 'no-seam',
    });
    expect(zlib.because).toContain('zlib makes the blocks that it writes to itself');
    const node = frame('node:internal/stream_base_commons:9 onStreamRead');
    const read = await adviseBytes(
      site({ frame: node, nodeFrames: ['node:internal/stream_base_commons onStreamRead'] }),
      whole(),
      pays(),
    );
    expect(read).toMatchObject({ what: 'Buffer.alloc of Node', reason: 'no-seam', library: null });
    expect(read.because).toContain('this is Node itself');
  });

  test('a seam is no reason where there is nothing to gain', async () => {
    const inside = frame('/app/node_modules/lib/index.js:3 encode');
    const advice = await adviseBytes(site({ frame: inside }), whole(), new MadeUpCalibration(10, 20));
    expect(advice.reason).toBe('no-gain');
  });
});

describe('known ways in', () => {
  test.each([
    ['protobufjs', 'rockpool/compat/protobufjs', 'ProtobufEncoder'],
    ['mqtt-packet', 'rockpool/compat/mqtt-packet', 'MqttEncoder'],
  ])('a library with an adapter: %s', async (library, use, encoder) => {
    const inside = frame(`/app/node_modules/${library}/src/writer.js:3 alloc`);
    const advice = await adviseBytes(site({ frame: inside }), whole(), pays());
    expect(advice).toMatchObject({ verdict: 'pool it', reason: 'pays', library, use });
    expect(advice.snippet).toContain(`import { ${encoder} } from '${use}'`);
    expect(advice.because).toContain('The encoder of Rockpool');
  });

  test.each([
    ['node:internal/fs/streams ReadStream._read', 'node:internal/fs/streams'],
    ['node:internal/fs/read/context readFileAfterStat', 'node:internal/fs/read/context'],
    ['node:internal/fs/promises readFileHandle', 'node:internal/fs/promises'],
    ['node:fs readFileSync', 'node:fs'],
  ])('reads of files: %s', async (nodeFunction) => {
    const advice = await adviseBytes(
      site({
        what: 'Buffer.allocUnsafeSlow',
        nodeFunction,
        nodeFrames: ['node:buffer allocUnsafeSlow', nodeFunction],
      }),
      whole(),
      pays(),
    );
    expect(advice).toMatchObject({ verdict: 'pool it', use: 'readFileBlocks' });
    expect(advice.snippet).toContain('for await (const block of readFileBlocks(path))');
    expect(advice.because).toContain("'readFileBlocks' reads into pooled ones");
  });
});

test.each([
  ['node:fs readFileSync', 'fs.readFileSync (Buffer.alloc)'],
  ['node:internal/fs/promises readFileHandle', 'readFileHandle (Buffer.alloc)'],
  ['node:buffer from', 'Buffer.alloc'],
])('called by %s it is named %s', async (nodeFunction, what) => {
  const advice = await adviseBytes(site({ nodeFunction, nodeFrames: [nodeFunction] }), whole(), pays());
  expect(advice.what).toBe(what);
});
