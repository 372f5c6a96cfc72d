/** The tuner's decisions in words. */
import type { Decision } from '../data/model.ts';
import { bytes, count, percent } from '../format.ts';

/** Figures that are fractions, and such that are bytes; all others are counts. */
const FRACTIONS = new Set(['hitRate', 'heap', 'resident']);
const BYTES_OF_A_CACHE = new Set(['granted', 'cached']);

/** What was changed: `keep up to 12 buffers of 64 KiB, before 0`. */
export function whatWasDone({ knob, blockBytes, from, to }: Decision): string {
  switch (knob) {
    case 'entries':
      return `keep up to ${count(to)} buffers of ${bytes(blockBytes)}, before ${count(from)}`;
    case 'maxCachedBytes':
      return `cache up to ${bytes(to)}, before ${bytes(from)}`;
    case 'maxBufferBytes':
      return `cache buffers of up to ${bytes(to)}, before ${bytes(from)}`;
    case 'trimInterval':
      return `trim every ${count(to)} allocations, before ${count(from)}`;
    case 'maxIdle':
      return `keep up to ${count(to)} idle items, before ${count(from)}`;
    case 'minIdle':
      return `let ageing spare ${count(to)} idle items, before ${count(from)}`;
    case 'trim':
      return from > 0
        ? `gave back what lay idle (${count(from)} bytes or items)`
        : 'give back what lies idle';
    case 'budget':
      return `all caches together may have ${bytes(to)}, before ${bytes(from)}`;
    default:
      return `${String(knob)} from ${count(from)} to ${count(to)}`;
  }
}

const REASONS: Readonly<Record<Decision['reason'], string>> = {
  misses: 'it misses, and more room would have hit',
  unused: 'what was kept lay unused',
  outbid: 'others miss more for each byte',
  regret: 'what was trimmed was wanted again',
  pressure: 'memory is short',
  relief: 'memory is no longer short',
  undo: 'it was taken back',
};

/** Why. */
export function why({ reason }: Decision): string {
  return REASONS[reason] ?? String(reason);
}

/** What it was decided on: `hit rate 32.0 %, misses 120`. */
export function figuresOf({ figures, knob }: Decision): string {
  return Object.entries(figures)
    .map(([name, value]) => {
      const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
      if (FRACTIONS.has(name)) return `${words} ${percent(value)}`;
      if (knob === 'maxCachedBytes' && BYTES_OF_A_CACHE.has(name)) return `${words} ${bytes(value)}`;
      return `${words} ${Number.isInteger(value) ? count(value) : Number(value).toPrecision(3)}`;
    })
    .join(', ');
}
