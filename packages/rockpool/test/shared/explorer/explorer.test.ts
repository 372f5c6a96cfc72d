import { describe, expect, it } from 'vitest';
import { type Exploration, explore } from './explorer.ts';
import { mutants } from './mutants.ts';
import { longScenarios, scenarios } from './scenarios.ts';

/** `ROCKPOOL_EXPLORE=long` explores larger bounds, each as far as memory goes. */
const long = process.env['ROCKPOOL_EXPLORE'] === 'long';
const MAX_STATES = long ? 12_000_000 : 500_000;
/** Of a scenario that is there for a mutant, which is found earlier. */
const CLEAN_STATES = long ? MAX_STATES : 40_000;
const TIMEOUT_MS = long ? 3_600_000 : 300_000;

function show({ violation }: Exploration): string {
  return violation === undefined ? 'nothing' : `${violation.what}\n${violation.path.join('\n')}`;
}

describe('every interleaving is right, where', () => {
  for (const scenario of long ? longScenarios : scenarios) {
    it(scenario.name, { timeout: TIMEOUT_MS }, () => {
      const found = explore(scenario, { maxStates: MAX_STATES });
      expect(show(found)).toBe('nothing');
      // Larger bounds are explored as far as memory goes.
      if (!long) expect(found.complete).toBe(true);
      expect(found.rests).toBeGreaterThan(10);
    });
  }
});

describe('the exploration catches a mutant that', () => {
  for (const { name, scenario, shows, patch, install } of mutants) {
    it(name, { timeout: TIMEOUT_MS }, () => {
      const restore = install?.();
      try {
        const found = explore(scenario, { maxStates: MAX_STATES, ...(patch === undefined ? {} : { patch }) });
        expect(found.violation?.what).toMatch(shows);
      } finally {
        restore?.();
      }
    });
  }

  // Else it would be no wonder.
  const clean = new Map(mutants.map(({ scenario }) => [JSON.stringify(scenario), scenario]));
  it.each([...clean.values()])(
    'would find nothing without it: $name',
    { timeout: TIMEOUT_MS },
    (scenario) => {
      expect(show(explore(scenario, { maxStates: CLEAN_STATES }))).toBe('nothing');
    },
  );
});
