import { describe, expect, it } from 'vitest';
import type { ByteBufAllocator } from '../../src/buffer/index.ts';
import { detectorWithLog } from '../leak/detector-with-log.ts';
import { collectThoroughly, collectUntil } from '../leak/garbage.ts';
import { tinyAllocator } from './tools.ts';

function forget(allocator: ByteBufAllocator, bytes: number): void {
  allocator.buffer(bytes).touch('parsed').touch('queued');
}

describe('a buffer that is collected without release', () => {
  it('is reported with where it was taken and last touched', async () => {
    const { detector, leaks } = detectorWithLog();
    const allocator = tinyAllocator({ leakDetector: detector, name: 'frames' });
    forget(allocator, 100);
    await collectUntil('the leak is reported', () => leaks.length > 0);
    const [leak] = leaks;
    expect(leak?.resource).toBe("Buffer of allocator 'frames'");
    expect(leak?.created?.stack).toMatch(/^ +at forget /);
    expect(leak?.accesses.map(({ hint }) => hint)).toEqual(['queued', 'parsed']);
    expect(leak?.accesses[0]?.stack).toMatch(/^ +at forget /);
    expect(allocator.stats().lostBuffers).toBe(1);
  });

  it('is reported once, however often the same happens', async () => {
    const { detector, leaks } = detectorWithLog();
    const allocator = tinyAllocator({ leakDetector: detector });
    for (let i = 0; i < 5; i++) forget(allocator, 100);
    await collectUntil('all are lost', () => detector.stats().leaked === 5);
    expect(leaks.length).toBe(1);
    expect(allocator.stats().lostBuffers).toBe(5);
  });

  it('is reported though slices of it were taken', async () => {
    const { detector, leaks } = detectorWithLog();
    const allocator = tinyAllocator({ leakDetector: detector });
    (() => {
      const buf = allocator.buffer(100);
      buf.retainedSlice(0, 10).release();
      buf.slice(0, 10);
      buf.retainedSlice(0, 10); // never released
      buf.release();
    })();
    await collectUntil('the leak is reported', () => leaks.length > 0);
  });

  it('is not there when all were released, by whatever way', async () => {
    const { detector, leaks } = detectorWithLog();
    const allocator = tinyAllocator({ leakDetector: detector });
    (() => {
      allocator.buffer(100).release();
      allocator.buffer(100)[Symbol.dispose]();
      const grown = allocator.buffer(10).writeZero(5000);
      grown.retainedSlice(0, 10).release();
      grown.release();
      const composite = allocator.composite().addComponent(allocator.buffer(5).writeZero(5), true);
      composite.release();
      allocator.buffer(200_000).release();
    })();
    await collectThoroughly();
    expect(leaks).toEqual([]);
    expect(detector.stats().active).toBe(0);
  });

  it('is not noticed at the level off, nor with detection disabled', async () => {
    const { detector, leaks } = detectorWithLog();
    forget(tinyAllocator({ leakDetector: detector, checks: 'off' }), 100);
    forget(tinyAllocator({ leakDetection: 'disabled' }), 100);
    await collectThoroughly();
    expect(leaks).toEqual([]);
  });

  it('is among the samples of basic, one in 512 times the interval', async () => {
    const { detector, leaks } = detectorWithLog({ level: 'simple', samplingInterval: 1 });
    const allocator = tinyAllocator({ leakDetector: detector });
    (() => {
      for (let i = 0; i < 5120; i++) allocator.buffer(16);
    })();
    const { tracked } = detector.stats();
    expect(tracked).toBeGreaterThan(2);
    expect(tracked).toBeLessThan(60);
    await collectUntil('the leak is reported', () => leaks.length > 0);
  });

  it('is collected although the cache knew its handle', async () => {
    const { detector, leaks } = detectorWithLog();
    const allocator = tinyAllocator({ leakDetector: detector });
    allocator.buffer(100).release();
    forget(allocator, 100); // the same handle
    await collectUntil('the leak is reported', () => leaks.length > 0);
  });
});
