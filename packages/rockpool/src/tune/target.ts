/** What a tuner steers: one allocator, or one object pool. */
import type { Proposal } from './decision.ts';
import type { TunerSettings } from './tuner-options.ts';

/** What is common to a tuner's targets. Held weakly by the tuner through `alive`. */
export interface Target {
  readonly name: string;
  /** False when the thing is closed or collected: then it is let go of. */
  readonly alive: boolean;
  /** Reads the counters; once a look. */
  look(): void;
  /** Changes wanted, apart from those that the budget decides. */
  propose(settings: TunerSettings): readonly Proposal[];
  /** Does what a proposal says. */
  apply(proposal: Proposal): void;
  /** Gives idle memory back; bytes, or items of a pool that does not know their size. */
  trim(extent: 'all' | 'unused'): number;
}
