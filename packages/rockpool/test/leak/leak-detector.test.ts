/** The detector: options, levels, sampling and counters. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  LeakDetector,
  type LeakDetectorOptions,
  type LeakTrack,
  OptionRangeError,
  OptionTypeError,
  UnknownOptionError,
} from '../../src/index.ts';
import { detectorWithLog, lose } from './detector-with-log.ts';
import { collectUntil } from './garbage.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Which of `count` resources are tracked, counted from 0. */
function trackedAmong(detector: LeakDetector, count: number): number[] {
  const resource = {};
  const tracked: number[] = [];
  for (let i = 0; i < count; i++) {
    const track = detector.track(resource, 'a resource', trackedAmong);
    if (track === undefined) continue;
    tracked.push(i);
    track.close();
  }
  return tracked;
}

describe('the options of a leak detector', () => {
  it('have Netty’s defaults: simple, one in 128, 4 records', () => {
    const detector = new LeakDetector();
    expect(detector.level).toBe('simple');
    expect(detector.samplingInterval).toBe(128);

    detector.level = 'advanced';
    // The sixth of six accesses replaces the fifth in half of the tracks.
    const kept = Array.from({ length: 50 }, () => {
      const track = detector.begin('a resource', () => {});
      for (let i = 0; i < 6; i++) track.touch();
      return track.report().accesses.length;
    });
    expect(Math.min(...kept)).toBe(5);
    expect(Math.max(...kept)).toBe(6);
  });

  it('have the same defaults in the detector of everything that was not given one', () => {
    expect(LeakDetector.default.level).toBe('simple');
    expect(LeakDetector.default.samplingInterval).toBe(128);
  });

  it.each([
    ['level', 1, OptionTypeError, "one of 'disabled', 'simple', 'advanced', 'paranoid': received 1"],
    [
      'level',
      'high',
      OptionRangeError,
      "one of 'disabled', 'simple', 'advanced', 'paranoid': received 'high'",
    ],
    ['samplingInterval', '1', OptionTypeError, "an integer from 1 to 1073741824: received '1'"],
    ['samplingInterval', 0, OptionRangeError, 'an integer from 1 to 1073741824: received 0'],
    [
      'samplingInterval',
      2 ** 30 + 1,
      OptionRangeError,
      'an integer from 1 to 1073741824: received 1073741825',
    ],
    ['samplingInterval', 1.5, OptionRangeError, 'an integer from 1 to 1073741824: received 1.5'],
    ['samplingInterval', Number.NaN, OptionRangeError, 'an integer from 1 to 1073741824: received NaN'],
    ['targetRecords', null, OptionTypeError, 'an integer from 1 to 1024: received null'],
    ['targetRecords', 0, OptionRangeError, 'an integer from 1 to 1024: received 0'],
    ['targetRecords', 1025, OptionRangeError, 'an integer from 1 to 1024: received 1025'],
    ['onLeak', 'console.log', OptionTypeError, "a function: received 'console.log'"],
    ['onLeak', null, OptionTypeError, 'a function: received null'],
  ])('refuse %s: %o', (option, value, Class, expected) => {
    const make = () => new LeakDetector({ [option]: value } as LeakDetectorOptions);
    expect(make).toThrow(Class);
    expect(make).toThrow(`Cannot create leak detector as '${option}' must be ${expected}`);
    expect(make).toThrow(expect.objectContaining({ option, value }));
  });

  it('refuse unknown names, with the one that was meant', () => {
    const make = () => new LeakDetector({ samplinginterval: 1 } as LeakDetectorOptions);
    expect(make).toThrow(UnknownOptionError);
    expect(make).toThrow("'samplinginterval' is not an option: did you mean 'samplingInterval'");
  });

  it('refuse what is no object', () => {
    expect(() => new LeakDetector(null as never)).toThrow(OptionTypeError);
    expect(() => new LeakDetector('paranoid' as never)).toThrow(OptionTypeError);
  });

  it.each([1, 2 ** 30])('take the bounds of the range: one in %i', (samplingInterval) => {
    expect(new LeakDetector({ samplingInterval }).samplingInterval).toBe(samplingInterval);
  });
});

describe('the level', () => {
  it('disabled tracks nothing', () => {
    const { detector } = detectorWithLog({ level: 'disabled', samplingInterval: 1 });
    expect(trackedAmong(detector, 100)).toEqual([]);
    expect(detector.stats().tracked).toBe(0);
  });

  it('paranoid tracks everything, whatever the sampling interval', () => {
    const { detector } = detectorWithLog({ level: 'paranoid', samplingInterval: 1000 });
    expect(trackedAmong(detector, 100)).toHaveLength(100);
  });

  it.each(['simple', 'advanced'] as const)('%s tracks a sample', (level) => {
    const { detector } = detectorWithLog({ level, samplingInterval: 10 });
    const count = trackedAmong(detector, 1000).length;
    expect(count).toBeGreaterThanOrEqual(1000 / 19 - 1);
    expect(count).toBeLessThan(300);
  });

  it('may be changed at run time and holds from then on', () => {
    const { detector } = detectorWithLog({ level: 'disabled', samplingInterval: 1000 });
    expect(trackedAmong(detector, 10)).toHaveLength(0);
    detector.level = 'paranoid';
    expect(detector.level).toBe('paranoid');
    expect(trackedAmong(detector, 10)).toHaveLength(10);
    detector.level = 'disabled';
    expect(trackedAmong(detector, 10)).toHaveLength(0);
    expect(detector.stats().tracked).toBe(10);
  });

  it('that is lowered leaves what is tracked by then tracked', async () => {
    const { detector, leaks } = detectorWithLog();
    lose(detector);
    detector.level = 'disabled';
    await collectUntil('the leak is reported', () => leaks.length === 1);
  });

  it('decides which records a track keeps when it is made, not later', () => {
    const { detector } = detectorWithLog({ level: 'simple', samplingInterval: 1 });
    const resource = {};
    const simple = detector.track(resource, 'simple', () => {});
    detector.level = 'advanced';
    const advanced = detector.track(resource, 'advanced', () => {});
    detector.level = 'simple';
    for (const track of [simple, advanced]) track?.touch('a hint');
    expect(simple?.report().accesses).toHaveLength(0);
    expect(advanced?.report().accesses).toHaveLength(1);
  });

  it.each([
    ['loud', OptionRangeError],
    [3, OptionTypeError],
  ])('refuses %o at run time and stays as it was', (level, Class) => {
    const { detector } = detectorWithLog({ level: 'advanced' });
    const set = () => {
      detector.level = level as never;
    };
    expect(set).toThrow(Class);
    expect(set).toThrow(/^Cannot set leak detection as 'level' must be one of/);
    expect(detector.level).toBe('advanced');
  });
});

describe('the sampling distances', () => {
  const INTERVAL = 16;
  const COUNT = 100_000;
  const { detector } = detectorWithLog({ level: 'simple', samplingInterval: INTERVAL });
  const tracked = trackedAmong(detector, COUNT);
  const distances = tracked.map((at, i) => at - (tracked[i - 1] ?? -1));

  it('lie between 1 and twice the interval, and each of these occurs', () => {
    const values = [...new Set(distances)].sort((a, b) => a - b);
    expect(values).toEqual(Array.from({ length: 2 * INTERVAL - 1 }, (_, i) => i + 1));
  });

  it('are the interval on average', () => {
    // 6,250 samples whose distance has a standard deviation of 9: the mean's is 0.11.
    expect(tracked.length).toBeGreaterThan((COUNT / INTERVAL) * 0.93);
    expect(tracked.length).toBeLessThan((COUNT / INTERVAL) * 1.07);
  });

  it('do not fall into step with a periodic program', () => {
    for (let phase = 0; phase < INTERVAL; phase++) {
      const hits = tracked.filter((at) => at % INTERVAL === phase).length;
      expect(hits).toBeGreaterThan((tracked.length / INTERVAL) * 0.6);
    }
  });

  it('are all 1 where the interval is 1', () => {
    const every = detectorWithLog({ level: 'simple', samplingInterval: 1 }).detector;
    expect(trackedAmong(every, 100)).toHaveLength(100);
  });

  it('of two detectors differ from the first on, so that not all pools sample the same get', () => {
    const firsts = Array.from({ length: 5 }, (_, i) => {
      vi.spyOn(Date, 'now').mockReturnValueOnce(1_700_000_000_000 + 1000 * i); // made a second apart
      const { detector } = detectorWithLog({ level: 'simple', samplingInterval: 1000 });
      return trackedAmong(detector, 2000)[0];
    });
    expect(new Set(firsts).size).toBeGreaterThan(1);
  });
});

describe('the counters', () => {
  it('obey tracked = closed + leaked + active at each step', async () => {
    const { detector } = detectorWithLog();
    const held: object[] = [];
    const tracks: LeakTrack[] = [];
    const check = (expected: { tracked: number; closed: number; leaked: number; active: number }) => {
      const { tracked, closed, leaked, active } = detector.stats();
      expect({ tracked, closed, leaked, active }).toEqual(expected);
      expect(tracked).toBe(closed + leaked + active);
    };
    for (let i = 0; i < 5; i++) {
      held.push({ i });
      tracks.push(detector.track(held[i] as object, `held ${i}`, check) as LeakTrack);
    }
    check({ tracked: 5, closed: 0, leaked: 0, active: 5 });
    for (const track of tracks.slice(0, 2)) {
      track.close();
      track.close();
    }
    check({ tracked: 5, closed: 2, leaked: 0, active: 3 });
    for (let i = 0; i < 4; i++) lose(detector);
    check({ tracked: 9, closed: 2, leaked: 0, active: 7 });
    await collectUntil('four are lost', () => detector.stats().leaked === 4);
    check({ tracked: 9, closed: 2, leaked: 4, active: 3 });
    expect(held).toHaveLength(5);
  });

  it('of two detectors are apart', () => {
    const [one, other] = [detectorWithLog().detector, detectorWithLog().detector];
    trackedAmong(one, 3);
    expect(one.stats().tracked).toBe(3);
    expect(other.stats().tracked).toBe(0);
  });
});
