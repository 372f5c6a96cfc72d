/** What the tests of leak detectors share. */
import { LeakDetector, type LeakDetectorOptions, type LeakReport, type LeakTrack } from '../../src/index.ts';

/** A detector and what it reported. */
export function detectorWithLog(options: LeakDetectorOptions = {}): {
  detector: LeakDetector;
  leaks: LeakReport[];
} {
  const leaks: LeakReport[] = [];
  const detector = new LeakDetector({ level: 'paranoid', onLeak: (leak) => leaks.push(leak), ...options });
  return { detector, leaks };
}

/** Takes a resource and loses it. */
export function lose(detector: LeakDetector, name = 'a resource'): LeakTrack | undefined {
  return detector.track({ name }, name, lose);
}
