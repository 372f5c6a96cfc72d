/** Random sequences of taking, touching, giving back and changing the level keep the counters exact. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeakDetector, type LeakLevel, type LeakTrack } from '../../src/index.ts';

type Command =
  | { readonly is: 'take' }
  | { readonly is: 'touch' | 'close'; readonly which: number }
  | { readonly is: 'level'; readonly level: LeakLevel };

const which = fc.nat({ max: 20 });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ is: fc.constant('take' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('touch' as const), which }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('close' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('level' as const),
      level: fc.constantFrom<LeakLevel[]>('disabled', 'simple', 'advanced', 'paranoid'),
    }),
  },
);

describe('the counters of a leak detector', () => {
  it('follow every sequence of taking, touching, giving back and changing the level', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        // An interval of 1 tracks all, so that the model needs no dice.
        const detector = new LeakDetector({ samplingInterval: 1, onLeak: () => {} });
        const held: object[] = [];
        const tracks: { track: LeakTrack; open: boolean; touches: number; level: LeakLevel }[] = [];
        for (const command of commands) {
          if (command.is === 'level') {
            detector.level = command.level;
          } else if (command.is === 'take') {
            const resource = {};
            held.push(resource);
            const track = detector.track(resource, 'a resource', () => {});
            expect(track === undefined).toBe(detector.level === 'disabled');
            if (track !== undefined) tracks.push({ track, open: true, touches: 0, level: detector.level });
          } else {
            const state = tracks[command.which];
            if (state === undefined) continue;
            if (command.is === 'close') {
              expect(state.track.close()).toBe(state.open);
              state.open = false;
            } else {
              state.track.touch(command.which);
              if (state.open && state.level !== 'simple') state.touches++;
            }
          }
          const open = tracks.filter((state) => state.open).length;
          expect(detector.stats()).toEqual({
            tracked: tracks.length,
            closed: tracks.length - open,
            leaked: 0,
            active: open,
            reported: 0,
          });
        }
        for (const { track, touches } of tracks) {
          const { accesses, omitted } = track.report();
          expect(accesses.length + omitted).toBe(touches);
          expect(accesses.length).toBeGreaterThanOrEqual(Math.min(touches, 5));
        }
        expect(held.length).toBeGreaterThanOrEqual(tracks.length);
      }),
      { numRuns: 300 },
    );
  });
});
