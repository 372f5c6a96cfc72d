/**
 * What a leak detector reports, what it never reports, and to whom.
 *
 * No test waits for a moment: what must be collected is waited for, and what must not be reported is compared
 * with something that was.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LeakDetector, type LeakTrack, Pool } from '../../src/index.ts';
import { detectorWithLog, lose } from './detector-with-log.ts';
import { collectThoroughly, collectUntil } from './garbage.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a lost resource', () => {
  it('is reported after it was collected, with where it was taken', async () => {
    const { detector, leaks } = detectorWithLog();
    function handler(): void {
      lose(detector, "Pool 'rows'")?.touch('handed to the parser');
    }
    handler();
    expect(leaks).toEqual([]);
    await collectUntil('the leak is reported', () => leaks.length > 0);
    const [leak] = leaks;
    expect(leak?.resource).toBe("Pool 'rows'");
    expect(leak?.created?.stack).toMatch(/^ {4}at handler .*leak-reports\.test/);
    expect(leak?.accesses.map(({ hint }) => hint)).toEqual(['handed to the parser']);
    expect(leak?.message).toMatch(/^LEAK: Pool 'rows' was not given back before it was collected\.\n/);
    expect(leaks).toHaveLength(1);
  });

  it('is not held by the detector or by its track', async () => {
    const { detector } = detectorWithLog();
    const make = () => {
      const resource = { bytes: new Uint8Array(1000) };
      const track = detector.track(resource, 'a resource', make);
      track?.touch('a hint');
      return { ref: new WeakRef(resource), track };
    };
    const { ref, track } = make();
    await collectUntil('the resource is gone', () => ref.deref() === undefined);
    expect(track?.report().accesses).toHaveLength(1); // the track is still there
  });

  it('is not held by its own hints', async () => {
    const { detector, leaks } = detectorWithLog();
    const make = () => {
      const resource = { toString: () => 'the resource as its own hint' };
      detector.track(resource, 'a resource', make)?.touch(resource);
    };
    make();
    await collectUntil('the leak is reported', () => leaks.length === 1);
    expect(leaks[0]?.accesses[0]?.hint).toBe('the resource as its own hint');
  });

  it('is not held by the recorded stack, though a receiver of the stack holds it', async () => {
    const { detector, leaks } = detectorWithLog();
    const take = (scratch: object) => detector.track(scratch, 'scratch', take);
    class Parser {
      scratch: object | undefined;
      parse(): LeakTrack | undefined {
        this.scratch = {};
        const track = take(this.scratch);
        track?.touch('touched in the same method');
        return track;
      }
    }
    const track = new Parser().parse(); // the parser is garbage now, the track is kept
    await collectUntil('the leak is reported', () => leaks.length === 1);
    expect(track?.report().created?.stack).toContain('Parser.parse');
  });

  it.each(['basic', 'strict', 'paranoid'] as const)(
    'of a pool that checks at %s is not held by the recorded stack either',
    async (checks) => {
      const { detector, leaks } = detectorWithLog();
      const pool = new Pool({
        create: () => ({ tokens: [] as string[] }),
        name: 'scratch',
        checks,
        leakDetector: detector,
        aging: 'manual',
      });
      class Parser {
        readonly scratch: object;
        constructor() {
          this.scratch = pool.get();
        }
      }
      const begin = () => void new Parser();
      begin();
      pool.age(); // at `basic` the sample is held until the next epoch
      await collectUntil('the leak is reported', () => leaks.length === 1);
      expect(leaks[0]?.resource).toBe("Item of pool 'scratch'");
      expect(leaks[0]?.created?.stack).toContain('new Parser');
      expect(pool.stats()).toMatchObject({ gets: 1, lost: 1, outstanding: 0 });
    },
  );

  it('calls its owner back before it is reported', async () => {
    const calls: string[] = [];
    const { detector } = detectorWithLog({ onLeak: () => calls.push('report') });
    const make = () => {
      detector.follow({}, detector.begin('a resource', make), () => calls.push('owner'));
    };
    make();
    await collectUntil('the leak is reported', () => calls.length === 2);
    expect(calls).toEqual(['owner', 'report']);
  });
});

describe('a resource that was given back', () => {
  it('is never reported', async () => {
    const { detector, leaks } = detectorWithLog();
    const giveBack = () => {
      const track = detector.track({}, 'given back', giveBack);
      expect(track?.close()).toBe(true);
    };
    giveBack();
    lose(detector, 'lost');
    await collectUntil('the lost one is reported', () => leaks.length > 0);
    await collectThoroughly();
    expect(leaks.map(({ resource }) => resource)).toEqual(['lost']);
    expect(detector.stats()).toEqual({ tracked: 2, closed: 1, leaked: 1, active: 0, reported: 1 });
  });

  it('is never reported if it was given back after it became garbage, through its track', async () => {
    const { detector, leaks } = detectorWithLog();
    const track = lose(detector, 'garbage');
    track?.close();
    await collectThoroughly();
    expect(leaks).toEqual([]);
    expect(detector.stats()).toMatchObject({ tracked: 1, closed: 1, leaked: 0 });
  });

  it('cannot be given back once it was reported', async () => {
    const { detector, leaks } = detectorWithLog();
    const track = lose(detector);
    await collectUntil('the leak is reported', () => leaks.length === 1);
    track?.close();
    expect(detector.stats()).toMatchObject({ tracked: 1, closed: 0, leaked: 1, active: 0 });
  });
});

describe('identical reports', () => {
  it('are told once, and all are counted', async () => {
    const { detector, leaks } = detectorWithLog();
    for (let i = 0; i < 5; i++) lose(detector);
    await collectUntil('all are collected', () => detector.stats().leaked === 5);
    expect(leaks).toHaveLength(1);
    expect(detector.stats().reported).toBe(1);
  });

  it('are not identical if they were taken elsewhere, are named or were touched otherwise', async () => {
    const { detector, leaks } = detectorWithLog();
    lose(detector);
    lose(detector); // another line
    for (const name of ['a', 'b']) lose(detector, name);
    for (const hint of ['x', 'y']) lose(detector, 'c')?.touch(hint);
    await collectUntil('all are collected', () => detector.stats().leaked === 6);
    expect(leaks).toHaveLength(6);
    expect(new Set(leaks.map(({ message }) => message)).size).toBe(6);
  });

  it('are told again when 1024 others came between, so that the memory of them is bounded', async () => {
    const { detector, leaks } = detectorWithLog();
    // Without a stack, the name decides whether reports are identical.
    const loseBlind = (name: string) => detector.follow({}, detector.beginBlind(name));
    const first = () => void loseBlind('the first');
    const others = (count: number, name: string) => {
      for (let i = 0; i < count; i++) loseBlind(`${name} ${i}`);
    };
    const afterwards = async (act: () => void): Promise<number> => {
      const before = detector.stats().tracked;
      act();
      const wanted = detector.stats().tracked;
      expect(wanted).toBeGreaterThan(before);
      await collectUntil('all are collected', () => detector.stats().leaked === wanted);
      return leaks.filter(({ resource }) => resource === 'the first').length;
    };
    const run = [first, () => others(1023, 'early'), first, () => others(1, 'late'), first];
    const told: number[] = [];
    for (const act of run) told.push(await afterwards(act));
    expect(told).toEqual([1, 1, 1, 1, 2]);
    expect(detector.stats()).toMatchObject({ leaked: 1027, reported: 1026 });
  });
});

describe('who is told', () => {
  it('is the process, by a warning, where there is no listener', async () => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const detector = new LeakDetector({ level: 'paranoid' });
    lose(detector, "Pool 'rows'");
    await collectUntil('the leak is counted', () => detector.stats().leaked === 1);
    expect(emitted).toHaveBeenCalledTimes(1);
    expect(emitted).toHaveBeenCalledWith(
      expect.stringMatching(/^LEAK: Pool 'rows' was not given back before it was collected\.\nTaken at:\n/),
      { type: 'RockpoolLeakWarning', code: 'ROCKPOOL_LEAK' },
    );
  });

  it('is the listener alone, where there is one', async () => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { detector, leaks } = detectorWithLog();
    lose(detector);
    await collectUntil('the leak is reported', () => leaks.length === 1);
    expect(emitted).not.toHaveBeenCalled();
  });

  it('may throw: that becomes a warning, and later leaks are reported all the same', async () => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const told: string[] = [];
    const { detector } = detectorWithLog({
      onLeak: ({ resource }) => {
        told.push(resource);
        throw new Error(`the listener choked on ${resource}`);
      },
    });
    for (const name of ['one', 'other']) lose(detector, name);
    await collectUntil('both are collected', () => detector.stats().leaked === 2);
    expect(told.toSorted()).toEqual(['one', 'other']);
    expect(detector.stats().reported).toBe(2);
    expect(emitted).toHaveBeenCalledTimes(2);
    for (const [text, options] of emitted.mock.calls as unknown as [string, object][]) {
      expect(text).toMatch(/^Error: the listener choked on (one|other)\n/);
      expect(options).toEqual({ type: 'RockpoolWarning', code: 'ROCKPOOL_LEAK' });
    }
  });
});
