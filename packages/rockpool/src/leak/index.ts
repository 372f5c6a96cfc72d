/** Leak detection: `rockpool/leak`. */
export { LeakDetector, type LeakDetectorOptions, type LeakLevel, type LeakStats } from './leak-detector.ts';
export { type AccessRecord, type LeakReport, LeakTrack, type TrackHost } from './leak-track.ts';
