import { describe, expect, it } from 'vitest';
import { store } from '../../../src/internal/atomics.ts';
import { PreparedKey } from '../../../src/shared/map-key.ts';
import { COUNT, EPOCH, FILLED, USED } from '../../../src/shared/map-layout.ts';
import { MapSegments } from '../../../src/shared/map-segment.ts';
import { exploreMap, type MapExploration, type MapScenario } from './map-explorer.ts';
import type { AccessPatch } from './stepper.ts';

const MAX_STATES = 1_500_000;
const TIMEOUT_MS = 300_000;

/** Two numbers whose search begins at the same slot of 8, in a map of one segment. */
const TWIN_A = 1;
const TWIN_B = twinOf(TWIN_A);

function twinOf(key: number): number {
  const hashOf = (of: number): number => {
    const prepared = new PreparedKey();
    prepared.prepare(of);
    return prepared.hash & 7;
  };
  let twin = key + 1;
  while (hashOf(twin) !== hashOf(key)) twin++;
  return twin;
}

const scenarios: readonly MapScenario[] = [
  {
    name: 'a value is read while it is replaced and the segment compacted, twice',
    programs: [
      [
        ['get', 1],
        ['get', 1],
      ],
      [
        ['set', 1],
        ['set', 1],
        ['set', 1],
        ['set', 1],
      ],
    ],
    filled: [1],
    entries: 2,
  },
  {
    name: 'two set, update and delete the same key',
    programs: [
      [
        ['set', 1],
        ['delete', 1],
      ],
      [
        ['update', 1],
        ['setIfAbsent', 1],
      ],
      [['get', 1]],
    ],
    entries: 4,
  },
  {
    name: 'two add a key, and one looks',
    programs: [
      [['setIfAbsent', 1]],
      [['setIfAbsent', 1]],
      [
        ['get', 1],
        ['has', 1],
      ],
    ],
    entries: 4,
  },
  {
    name: 'a key is found behind one that is deleted, and set again',
    programs: [
      [
        ['delete', TWIN_A],
        ['set', TWIN_A],
      ],
      [
        ['get', TWIN_B],
        ['get', TWIN_A],
      ],
      [['update', TWIN_B]],
    ],
    filled: [TWIN_A, TWIN_B],
    entries: 6,
  },
  {
    name: 'all is cleared while one reads and one sets',
    programs: [
      [['clear']],
      [
        ['get', 1],
        ['get', 2],
      ],
      [
        ['set', 2],
        ['has', 1],
      ],
    ],
    filled: [1, 2],
    entries: 4,
  },
  {
    name: 'who sets dies, and is reclaimed',
    programs: [
      [
        ['set', 1],
        ['set', 2],
      ],
      [
        ['reclaim', 0],
        ['set', 1],
      ],
      [
        ['get', 1],
        ['get', 2],
      ],
    ],
    filled: [1],
    entries: 3,
    mortals: [0],
  },
  {
    name: 'who compacts dies, and is reclaimed',
    programs: [
      [
        ['set', 1],
        ['set', 1],
      ],
      [
        ['reclaim', 0],
        ['update', 2],
        ['get', 1],
      ],
      [['get', 1]],
    ],
    filled: [1, 2],
    entries: 3,
    mortals: [0],
  },
  {
    name: 'who deletes or clears dies, and is reclaimed',
    programs: [
      [['delete', 1], ['clear']],
      [
        ['reclaim', 0],
        ['setIfAbsent', 1],
        ['has', 2],
      ],
    ],
    filled: [1, 2],
    entries: 4,
    mortals: [0],
  },
  {
    name: 'who reclaims dies, and is reclaimed',
    programs: [
      [['set', 1]],
      [
        ['reclaim', 0],
        ['get', 1],
      ],
      [
        ['reclaim', 1],
        ['reclaim', 0],
        ['set', 1],
      ],
    ],
    entries: 3,
    mortals: [0, 1],
    deaths: 2,
  },
  {
    name: 'an operation is interrupted, and its thread goes on',
    programs: [
      [
        ['set', 1],
        ['set', 2],
        ['delete', 1],
      ],
      [
        ['get', 1],
        ['update', 2],
      ],
    ],
    filled: [1],
    entries: 3,
    interrupted: [0],
  },
];

const byName = (part: string): MapScenario =>
  scenarios.find(({ name }) => name.includes(part)) as MapScenario;

function show({ violation }: MapExploration): string {
  return violation === undefined ? 'nothing' : `${violation.what}\n${violation.path.join('\n')}`;
}

interface Mutant {
  readonly name: string;
  readonly scenario: MapScenario;
  readonly shows: RegExp;
  readonly patch?: AccessPatch;
  readonly methods?: Readonly<Record<string, unknown>>;
}

function flipLate(
  this: { readonly words: Int32Array },
  segment: number,
  epoch: number,
  used: number,
  count: number,
): void {
  store(this.words, segment + USED, used, 'map-used-now');
  store(this.words, segment + EPOCH, (epoch + 1) | 0, 'map-flip');
  store(this.words, segment + FILLED, count, 'map-filled-now');
  store(this.words, segment + COUNT, count, 'map-count-now');
}

const mutants: readonly Mutant[] = [
  {
    name: 'believes what it read without a second look at the epoch',
    scenario: byName('compacted, twice'),
    shows: /^no order explains/,
    methods: { isStill: () => true },
  },
  {
    name: 'does not reserve the room of an entry',
    scenario: byName('two set, update'),
    shows: /^no order explains/,
    patch: {
      store: (site, words, index, value) => (site === 'map-reserve' ? (words[index] as number) : value),
    },
  },
  {
    name: 'takes the lock without an exchange',
    scenario: byName('two add a key'),
    shows: /^no order explains/,
    patch: {
      blocks: () => false,
      exchange: (site, _, __, ___, value) => ({ value, blind: site === 'lock-take' }),
    },
  },
  {
    name: 'empties the slot of what is deleted',
    scenario: byName('behind one that is deleted'),
    shows: /^no order explains|^counts /,
    patch: { store: (site, _, __, value) => (site === 'map-delete' ? 0 : value) },
  },
  {
    name: 'gives the lock of a dead worker on as it is',
    scenario: byName('who deletes or clears'),
    shows: /^counts /,
    methods: { recount: () => {} },
  },
  {
    name: 'gives room back before the epoch moves',
    scenario: byName('who compacts dies'),
    shows: /^no order explains/,
    methods: { flip: flipLate },
  },
  {
    name: 'leaves the lock of a dead worker',
    scenario: byName('who sets dies'),
    shows: /waits for ever|has the lock/,
    patch: {
      blocks: (site, words, index, expected, value) =>
        site === 'lock-inherit' ||
        (site.startsWith('lock-') && expected === 0 && words[index] !== 0 && words[index] !== value),
    },
  },
];

describe('every interleaving of a map is right, where', () => {
  it.each(scenarios)('$name', { timeout: TIMEOUT_MS }, (scenario) => {
    const found = exploreMap(scenario, MAX_STATES);
    expect(show(found)).toBe('nothing');
    expect(found.ends).toBeGreaterThan(3);
  });
});

describe('the exploration of a map catches a mutant that', () => {
  it.each(mutants)('$name', { timeout: TIMEOUT_MS }, ({ scenario, shows, patch, methods = {} }) => {
    const prototype = MapSegments.prototype as unknown as Record<string, unknown>;
    const kept = Object.keys(methods).map((name) => [name, prototype[name]] as const);
    Object.assign(prototype, methods);
    try {
      expect(exploreMap(scenario, MAX_STATES, patch).violation?.what).toMatch(shows);
    } finally {
      for (const [name, method] of kept) prototype[name] = method;
    }
  });
});
