/** A leak detector that tracks and tells nobody, for tests that leave items behind. */
import { LeakDetector } from '../../src/index.ts';

export const quiet: LeakDetector = new LeakDetector({ onLeak: () => {} });
