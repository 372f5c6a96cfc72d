/**
 * Explores every interleaving of short programs over a SharedMap: as `explorer.ts` does for a pool, with another question
 * at the end. What the workers were told must fit into one order of the operations, and the counts must be right.
 *
 * A worker that finds the lock taken waits until it is not: no step. Values are read with the access behind them; by then
 * they are as old as can be.
 */
import {
  COUNT,
  DELETED,
  EMPTY,
  EPOCH,
  FILLED,
  LOCK,
  MapLayout,
  writeMapHeader,
} from '../../../src/shared/map-layout.ts';
import { SharedMap } from '../../../src/shared/shared-map.ts';
import { isLinearizable } from '../linearizable.ts';
import { ofKey } from '../map-register.ts';
import type { HistoryEntry } from '../stress/history.mjs';
import { StateHash } from './state-hash.ts';
import { type AccessPatch, Stepper } from './stepper.ts';

/** One call of a program. */
export type MapCall =
  | readonly [kind: Exclude<HistoryEntry['kind'], 'clear'>, key: number]
  | readonly [kind: 'clear']
  | readonly [kind: 'reclaim', worker: number];

/** What there is, and what may happen. */
export interface MapScenario {
  readonly name: string;
  /** Of each worker. A reclaim waits for the death, or does not take place. */
  readonly programs: readonly (readonly MapCall[])[];
  /** Keys that are set at first. */
  readonly filled?: readonly number[];
  /** Entries that an arena has room for. */
  readonly entries: number;
  /** Who may die; default: nobody. */
  readonly mortals?: readonly number[];
  /** How many of them; default 1. */
  readonly deaths?: number;
  /** Whose operations, but for the last, may be interrupted, one of them; default: nobody's. */
  readonly interrupted?: readonly number[];
}

/** What an exploration found. */
export interface MapExploration {
  readonly states: number;
  readonly ends: number;
  readonly violation: { readonly what: string; readonly path: readonly string[] } | undefined;
}

interface MapWorker {
  readonly alive: boolean;
  /** Calls that are done. */
  readonly done: number;
  /** Time of the call that it is in; 0: none. */
  readonly called: number;
  readonly log: readonly number[];
}

interface MapWorld {
  readonly words: Int32Array;
  readonly workers: readonly MapWorker[];
  readonly clock: number;
  readonly history: readonly HistoryEntry[];
  readonly deaths: number;
  readonly interruptions: number;
  readonly parent: MapWorld | undefined;
  readonly step: string;
}

const SLOTS = 8;
/** Of an entry with a number as its key and a value of 4 bytes. */
const ENTRY_WORDS = 6;
const UNIT_WORDS = 2;

/** Explores a scenario. @param patch see `AccessPatch` */
export function exploreMap(
  scenario: MapScenario,
  maxStates: number,
  patch: AccessPatch = {},
): MapExploration {
  return new MapExplorer(scenario, maxStates, patch).run();
}

class MapExplorer {
  private readonly scenario: MapScenario;
  private readonly maxStates: number;
  private readonly layout: MapLayout;
  private readonly words: Int32Array;
  private readonly maps: readonly SharedMap[];
  private readonly stepper = new Stepper();
  private readonly seen = new Set<number>();
  private readonly stack: MapWorld[] = [];
  private ends = 0;
  private violation: { what: string; path: string[] } | undefined;

  constructor(scenario: MapScenario, maxStates: number, patch: AccessPatch) {
    const { programs, filled = [], entries } = scenario;
    this.scenario = scenario;
    this.maxStates = maxStates;
    this.layout = new MapLayout({
      maxWorkers: programs.length,
      segments: 1,
      slots: SLOTS,
      arenaWords: UNIT_WORDS + ENTRY_WORDS * entries,
    });
    const memory = new SharedArrayBuffer(this.layout.totalWords * 4);
    this.words = new Int32Array(memory);
    writeMapHeader(this.words, this.layout);
    this.maps = programs.map((_, thread) => SharedMap._attachAs({ memory }, thread));
    for (const key of filled) this.maps[0]?.set(key, bytesOf(firstValue(key)));
    this.stepper.quiet = new Set(['lock-waiting']);
    this.stepper.patch = {
      blocks: (site, words, index, expected, value) =>
        site.startsWith('lock-') && expected === 0 && words[index] !== 0 && words[index] !== value,
      ...patch,
    };
  }

  run(): MapExploration {
    const { programs, filled = [], mortals = [], deaths = 1, interrupted = [] } = this.scenario;
    this.push({
      words: this.words.slice(),
      workers: programs.map(() => ({ alive: true, done: 0, called: 0, log: [] })),
      clock: 2,
      history: filled.map((key) => entry('set', key, firstValue(key), 0, 1)),
      deaths: mortals.length === 0 ? 0 : deaths,
      interruptions: interrupted.length === 0 ? 0 : 1,
      parent: undefined,
      step: 'begin',
    });
    this.stepper.begin();
    try {
      while (this.violation === undefined && this.stack.length > 0) {
        if (this.seen.size >= this.maxStates) throw new Error(`more than ${this.maxStates} states`);
        this.expand(this.stack.pop() as MapWorld);
      }
    } finally {
      this.stepper.end();
    }
    return { states: this.seen.size, ends: this.ends, violation: this.violation };
  }

  private expand(world: MapWorld): void {
    const { programs, mortals = [], interrupted = [] } = this.scenario;
    let moved = false;
    for (const [number, worker] of world.workers.entries()) {
      const program = programs[number] as readonly MapCall[];
      const call = program[worker.done];
      if (!worker.alive || call === undefined) continue;
      if (call[0] === 'reclaim' && world.workers[call[1]]?.alive !== false) continue;
      if (this.step(world, number, call, false)) moved = true;
      if (this.violation !== undefined) return;
      const busy = worker.called > 0;
      if (
        busy &&
        world.interruptions > 0 &&
        interrupted.includes(number) &&
        worker.done < program.length - 1
      ) {
        this.step(world, number, call, true);
      }
      if (busy && world.deaths > 0 && mortals.includes(number)) this.kill(world, number, call);
      if (this.violation !== undefined) return;
    }
    if (!moved) this.end(world);
  }

  /** @returns whether it could make one */
  private step(world: MapWorld, number: number, call: MapCall, abort: boolean): boolean {
    const worker = world.workers[number] as MapWorker;
    this.words.set(world.words);
    const log = worker.log.slice();
    const begins = worker.called === 0;
    const called = begins ? world.clock : worker.called;
    const clock = begins ? world.clock + 1 : world.clock;
    const value = valueFor(number, worker.done);
    let outcome: ReturnType<typeof this.stepper.step<number>>;
    try {
      outcome = this.stepper.step(log, abort, () => perform(this.maps, number, call, value));
    } catch (error) {
      this.fail(error instanceof Error ? String(error.stack) : String(error), world, call.join(' '));
      return true;
    }
    if (outcome.kind === 'blocked') return false;
    const step = `${number} ${call.join(' ')}: ${this.stepper.lastSite}`;
    if (outcome.kind === 'stopped') {
      this.push(this.with(world, number, { ...worker, called, log }, { clock }, step));
      return true;
    }
    const next = { ...worker, done: worker.done + 1, called: 0, log: [] };
    const returned = outcome.kind === 'done' ? clock : Number.POSITIVE_INFINITY;
    const result = outcome.kind === 'done' ? outcome.result : 0;
    this.push(
      this.with(
        world,
        number,
        next,
        {
          clock: clock + 1,
          history: recorded(world.history, call, value, called, returned, result),
          interruptions: world.interruptions - (outcome.kind === 'aborted' ? 1 : 0),
        },
        outcome.kind === 'done' ? `${step}, done: ${result}` : `${step} interrupted`,
      ),
    );
    return true;
  }

  private kill(world: MapWorld, number: number, call: MapCall): void {
    const worker = world.workers[number] as MapWorker;
    this.words.set(world.words);
    const value = valueFor(number, worker.done);
    const history = recorded(world.history, call, value, worker.called, Number.POSITIVE_INFINITY, 0);
    this.push(
      this.with(
        world,
        number,
        { ...worker, alive: false, called: 0, log: [] },
        { deaths: world.deaths - 1, history },
        `${number} dies in ${call.join(' ')}.${worker.log.length}`,
      ),
    );
  }

  private with(
    world: MapWorld,
    number: number,
    worker: MapWorker,
    change: Partial<MapWorld>,
    step: string,
  ): MapWorld {
    const workers = world.workers.with(number, worker);
    return { ...world, workers, ...change, words: this.words.slice(), parent: world, step };
  }

  private push(world: MapWorld): void {
    const key = keyOf(world, this.layout.registry);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.stack.push(world);
  }

  /** Nobody can go on. */
  private end(world: MapWorld): void {
    this.ends++;
    const { programs } = this.scenario;
    this.words.set(world.words);
    this.stepper.end();
    try {
      const waits = world.workers.findIndex(
        ({ alive, done }, number) =>
          alive && done < (programs[number]?.length ?? 0) && programs[number]?.[done]?.[0] !== 'reclaim',
      );
      if (waits >= 0) this.fail(`worker ${waits} waits for ever`, world, 'the end');
      else this.check(world);
    } finally {
      this.stepper.begin();
    }
  }

  private check(world: MapWorld): void {
    const reader = world.workers.findIndex(({ alive }) => alive);
    const map = this.maps[reader] as SharedMap;
    const keys = new Set([
      ...(this.scenario.filled ?? []),
      ...this.scenario.programs.flat().flatMap((call) => (call[0] === 'reclaim' ? [] : (call[1] ?? []))),
    ]);
    for (const key of keys) {
      const last = entry('get', key, 0, world.clock, world.clock + 1, numberOf(map.get(key)));
      if (!isLinearizable(ofKey([...world.history, last], key), 0)) {
        const told = world.history.map(({ kind, key: of, result }) => `${kind} ${of}: ${result}`);
        this.fail(`no order explains ${told.join(', ')}, and ${last.result} at the end`, world, 'the end');
        return;
      }
    }
    const segment = this.layout.segments;
    const at = (word: number): number => this.words[segment + word] as number;
    if (at(LOCK) !== 0) this.fail(`worker ${at(LOCK)} has the lock`, world, 'the end');
    const { halfWords, segments: first } = this.layout;
    const index = first + 32 + (at(EPOCH) & 1) * halfWords;
    const slots = [...this.words.subarray(index, index + SLOTS)];
    const live = slots.filter((slot) => slot !== EMPTY && slot !== DELETED).length;
    const filled = slots.filter((slot) => slot !== EMPTY).length;
    if (at(COUNT) !== live) this.fail(`counts ${at(COUNT)} entries of ${live}`, world, 'the end');
    if (at(FILLED) !== filled) this.fail(`counts ${at(FILLED)} slots of ${filled}`, world, 'the end');
  }

  private fail(what: string, world: MapWorld, last: string): void {
    const path = [last];
    for (let at: MapWorld | undefined = world; at !== undefined; at = at.parent) path.push(at.step);
    this.violation ??= { what, path: path.reverse() };
  }
}

function perform(maps: readonly SharedMap[], number: number, call: MapCall, value: number): number {
  const map = maps[number] as SharedMap;
  switch (call[0]) {
    case 'get':
      return numberOf(map.get(call[1]));
    case 'has':
      return Number(map.has(call[1]));
    case 'set':
      map.set(call[1], bytesOf(value));
      return 0;
    case 'setIfAbsent':
      return Number(map.setIfAbsent(call[1], bytesOf(value)));
    case 'delete':
      return Number(map.delete(call[1]));
    case 'update': {
      let before = 0;
      map.update(call[1], (bytes) => {
        before = numberOf(bytes);
        return bytesOf(value);
      });
      return before;
    }
    case 'clear':
      map.clear();
      return 0;
    case 'reclaim':
      map.reclaim((maps[call[1]] as SharedMap).workerId);
      return 0;
  }
}

function recorded(
  history: readonly HistoryEntry[],
  call: MapCall,
  value: number,
  called: number,
  returned: number,
  result: number,
): readonly HistoryEntry[] {
  if (call[0] === 'reclaim') return history;
  return [...history, entry(call[0], call[1] ?? 0, value, called, returned, result)];
}

function entry(
  kind: HistoryEntry['kind'],
  key: number,
  value: number,
  called: number,
  returned: number,
  result = 0,
): HistoryEntry {
  return { kind, key, value, called, returned, result };
}

/** No two calls set the same. */
function valueFor(number: number, call: number): number {
  return 100 * (number + 1) + call;
}

function firstValue(key: number): number {
  return 10_000 + (key & 0xff);
}

function bytesOf(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

function numberOf(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : (new Int32Array(bytes.slice().buffer)[0] as number);
}

function keyOf(world: MapWorld, from: number): number {
  const hash = new StateHash();
  const { words, workers, history } = world;
  for (let index = from; index < words.length; index++) hash.mix(words[index] as number);
  for (const { alive, done, called, log } of workers) {
    hash.mix(alive ? 1 : 0);
    hash.mix(done);
    hash.mix(called);
    for (const value of log) hash.mix(value);
    hash.mix(-1);
  }
  for (const { kind, key, called, returned, result } of history) {
    hash.mix(kind.charCodeAt(0) * 256 + kind.length);
    hash.mix(key);
    hash.mix(called);
    hash.mix(returned === Number.POSITIVE_INFINITY ? -1 : returned);
    hash.mix(result);
  }
  hash.mix(world.deaths * 16 + world.interruptions);
  return hash.key;
}
