/**
 * Access records: what a track keeps, how records thin out, and the report.
 *
 * Most tracks here get loaded dice, so that the test decides which records stay.
 */
import { describe, expect, it } from 'vitest';
import { LeakDetector, LeakTrack, type TrackHost } from '../../src/index.ts';

/** Random numbers that are the given ones, over and over. */
class LoadedDice implements TrackHost {
  readonly #numbers: readonly number[];
  rolls = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  fraction(): number {
    return this.#numbers[this.rolls++ % this.#numbers.length] as number;
  }

  closed(): void {}
}

const NEVER_KEEP = [1 - 2 ** -32];
const ALWAYS_KEEP = [0];

function take(targetRecords: number, numbers: readonly number[]): LeakTrack {
  return new LeakTrack(new LoadedDice(numbers), "Pool 'rows'", targetRecords, take);
}

function takeFrom(detector: LeakDetector): LeakTrack {
  return detector.begin("Pool 'rows'", takeFrom);
}

function touchTimes(track: LeakTrack, count: number): void {
  for (let i = 1; i <= count; i++) track.touch(i);
}

function hintsOf(track: LeakTrack): (string | undefined)[] {
  return track.report().accesses.map(({ hint }) => hint);
}

describe('the records of a track', () => {
  it('are all kept up to the target, and one more', () => {
    for (const target of [1, 2, 4, 7]) {
      const track = take(target, NEVER_KEEP);
      touchTimes(track, target + 1);
      expect(hintsOf(track)).toEqual(Array.from({ length: target + 1 }, (_, i) => `${target + 1 - i}`));
      expect(track.report().omitted).toBe(0);
    }
  });

  it('are replaced by the newest past the target when the dice say so', () => {
    const track = take(4, NEVER_KEEP);
    touchTimes(track, 100);
    expect(hintsOf(track)).toEqual(['100', '4', '3', '2', '1']);
    expect(track.report().omitted).toBe(95);
  });

  it('are all kept past the target when the dice say so', () => {
    const track = take(4, ALWAYS_KEEP);
    touchTimes(track, 20);
    expect(hintsOf(track)).toEqual(Array.from({ length: 20 }, (_, i) => `${20 - i}`));
    expect(track.report().omitted).toBe(0);
  });

  it('always end with the last access, whatever the dice say', () => {
    const dice = Array.from({ length: 97 }, (_, i) => ((i * 37) % 97) / 97);
    const track = take(2, dice);
    for (let i = 1; i <= 500; i++) {
      track.touch(i);
      expect(hintsOf(track)[0]).toBe(String(i));
    }
    const { accesses, omitted } = track.report();
    expect(accesses.length + omitted).toBe(500);
  });

  it('thin out by half with each record past the target', () => {
    // With r records past the target, a roll below 2^-r keeps one more.
    for (const extra of [1, 2, 3, 10]) {
      for (const [roll, kept] of [
        [2 ** -extra, false],
        [2 ** -extra - 2 ** -32, true],
      ] as const) {
        // Zeros until there are `extra` past the target, then the roll in question.
        const track = take(1, [...Array(extra).fill(0), roll]);
        touchTimes(track, 1 + extra);
        expect(hintsOf(track)).toHaveLength(1 + extra);
        track.touch('in question');
        expect(hintsOf(track)).toHaveLength(kept ? 2 + extra : 1 + extra);
        expect(hintsOf(track)[0]).toBe('in question');
      }
    }
  });

  it('grow with the logarithm of the touches', () => {
    const track = takeFrom(new LeakDetector({ level: 'advanced', targetRecords: 4 }));
    touchTimes(track, 10_000);
    const { accesses, omitted } = track.report();
    expect(accesses.length + omitted).toBe(10_000);
    // About 4 + log2(10,000) = 17; each further record is half as likely.
    expect(accesses.length).toBeGreaterThan(10);
    expect(accesses.length).toBeLessThan(40);
  });

  it('are not kept at the level simple, but where it was taken is', () => {
    const track = takeFrom(new LeakDetector({ level: 'simple' }));
    touchTimes(track, 10);
    const { accesses, omitted, created } = track.report();
    expect(accesses).toEqual([]);
    expect(omitted).toBe(0);
    expect(created?.stack).toContain('leak-track.test');
  });

  it('are kept at the level paranoid', () => {
    const track = takeFrom(new LeakDetector({ level: 'paranoid' }));
    track.touch('one');
    expect(hintsOf(track)).toEqual(['one']);
  });

  it('end when the resource is given back', () => {
    const track = take(4, ALWAYS_KEEP);
    track.touch('before');
    track.close();
    track.touch('after');
    expect(hintsOf(track)).toEqual(['before']);
  });

  it('do not roll the dice below the target', () => {
    const dice = new LoadedDice(NEVER_KEEP);
    touchTimes(new LeakTrack(dice, "Pool 'rows'", 4, take), 4);
    expect(dice.rolls).toBe(0);
  });
});

describe('a record', () => {
  it('has the hint as text, or none', () => {
    const track = take(8, ALWAYS_KEEP);
    track.touch();
    track.touch('handed to the parser');
    track.touch(42);
    track.touch(null);
    track.touch(Symbol('mark'));
    expect(hintsOf(track)).toEqual(['Symbol(mark)', 'null', '42', 'handed to the parser', undefined]);
  });

  it('has the stack of the touch, beginning at its caller', () => {
    const track = take(4, ALWAYS_KEEP);
    function handToParser(): void {
      track.touch('parser');
    }
    handToParser();
    const stack = track.report().accesses[0]?.stack.split('\n') ?? [];
    expect(stack[0]).toMatch(/^ {4}at handToParser .*leak-track\.test/);
    for (const line of stack) expect(line).toMatch(/^ {4}at /);
  });

  it('begins at the caller of the function that is named', () => {
    const track = take(4, ALWAYS_KEEP);
    function library(): void {
      track.touch('inside', library);
    }
    function user(): void {
      library();
    }
    user();
    expect(track.report().accesses[0]?.stack).toMatch(/^ {4}at user /);
  });

  it('of the taking begins at the caller of the function that is named', () => {
    function user(): LeakTrack {
      return takeFrom(new LeakDetector());
    }
    expect(user().report().created?.stack).toMatch(/^ {4}at user .*leak-track\.test/);
  });

  it('leaves the limit of stack frames as it was', () => {
    const limit = Error.stackTraceLimit;
    try {
      Error.stackTraceLimit = 23;
      take(4, ALWAYS_KEEP).touch();
      expect(Error.stackTraceLimit).toBe(23);
    } finally {
      Error.stackTraceLimit = limit;
    }
  });
});

describe('the report', () => {
  it('tells what was lost, the accesses from the newest on, and where it was taken', () => {
    const track = take(1, NEVER_KEEP);
    track.touch('first');
    track.touch();
    touchTimes(track, 3);
    const { resource, created, accesses, omitted, message } = track.report();
    expect(resource).toBe("Pool 'rows'");
    expect(accesses).toHaveLength(2);
    expect(omitted).toBe(3);
    expect(message).toBe(
      [
        "LEAK: Pool 'rows' was not given back before it was collected.",
        'Recent access records:',
        '#1: 3',
        accesses[0]?.stack,
        '#2: first',
        accesses[1]?.stack,
        'Taken at:',
        created?.stack,
        '3 accesses were left out.',
      ].join('\n'),
    );
  });

  it('leaves out what there is not: hints, accesses and omissions', () => {
    const track = take(4, ALWAYS_KEEP);
    expect(track.report().message).toBe(
      [
        "LEAK: Pool 'rows' was not given back before it was collected.",
        'Taken at:',
        track.report().created?.stack,
      ].join('\n'),
    );
    track.touch();
    expect(track.report().message).toContain('\n#1:\n    at ');
    expect(track.report().message).not.toContain('left out');
  });

  it('says so when where it was taken was not recorded', () => {
    const track = new LeakDetector({ level: 'paranoid' }).beginBlind("Item of pool 'rows'");
    track.touch('not recorded either');
    const { created, accesses, message } = track.report();
    expect(created).toBe(undefined);
    expect(accesses).toEqual([]);
    expect(message).toBe(
      "LEAK: Item of pool 'rows' was not given back before it was collected.\n" +
        "Where it was taken was not recorded: raise the detector's level or the pool's checks.",
    );
  });

  it('is a snapshot: later accesses do not change it', () => {
    const track = take(4, ALWAYS_KEEP);
    track.touch('first');
    const report = track.report();
    track.touch('second');
    expect(report.accesses.map(({ hint }) => hint)).toEqual(['first']);
  });
});

describe('close()', () => {
  it('tells the detector, once', () => {
    const closed: LeakTrack[] = [];
    const host: TrackHost = { closed: (track) => closed.push(track), fraction: () => 0 };
    const track = new LeakTrack(host, 'a resource', 4, undefined);
    track.close();
    track.close();
    expect(closed).toEqual([track]);
  });

  it('is true the first time only', () => {
    const track = takeFrom(new LeakDetector());
    expect(track.close()).toBe(true);
    expect(track.close()).toBe(false);
  });

  it('of a track that watches nothing yet changes no count', () => {
    const detector = new LeakDetector();
    takeFrom(detector).close();
    expect(detector.stats()).toEqual({ tracked: 0, closed: 0, leaked: 0, active: 0, reported: 0 });
  });
});
