/**
 * Explores every interleaving of a scenario: depth first, a step being one shared access of one worker, and each state
 * once. At every step any worker may die, or its operation be interrupted, as often as the scenario allows.
 *
 * Two states are the same if the words are (counters aside), and of each worker the objects, what it is doing with what
 * it has read, what its user holds, and what may still happen. They are known by 53 bits of a hash.
 */

import { HEAD, ringBase, TAIL } from '../../../src/shared/channel-layout.ts';
import { reclaimWorker } from '../../../src/shared/reclaim.ts';
import { auditSelf } from '../../../src/shared/self-audit.ts';
import { SharedChannel } from '../../../src/shared/shared-channel.ts';
import { findLeak, findViolation, isAtRest } from './invariants.ts';
import { type Effect, enabledOperations, givesAway, MAX_SENT, perform } from './operations.ts';
import { copyOf, textOf } from './snapshot.ts';
import { StateHash } from './state-hash.ts';
import { type AccessPatch, Stepper } from './stepper.ts';
import {
  Arena,
  type Local,
  type Operation,
  type Scenario,
  type SimulatedWorker,
  type World,
} from './world.ts';

/** What an exploration found. */
export interface Exploration {
  readonly states: number;
  readonly steps: number;
  /** States at rest, of which each word was explained. */
  readonly rests: number;
  /** Whether there was nothing left to explore. */
  readonly complete: boolean;
  /** What is wrong, and how it came to it. */
  readonly violation: { readonly what: string; readonly path: readonly string[] } | undefined;
  readonly sites: ReadonlySet<string>;
}

/** How far to go. */
export interface Bounds {
  readonly maxStates: number;
  readonly patch?: AccessPatch;
}

/** Explores a scenario. */
export function explore(scenario: Scenario, { maxStates, patch = {} }: Bounds): Exploration {
  return new Explorer(scenario, maxStates, patch).run();
}

class Explorer {
  private readonly scenario: Scenario;
  private readonly maxStates: number;
  private readonly arena: Arena;
  private readonly stepper = new Stepper();
  private readonly seen = new Set<number>();
  private readonly localIds = new Map<string, number>();
  private stack: World[] = [];
  private steps = 0;
  private rests = 0;
  private violation: { what: string; path: string[] } | undefined;

  constructor(scenario: Scenario, maxStates: number, patch: AccessPatch) {
    this.scenario = scenario;
    this.maxStates = maxStates;
    this.arena = new Arena(scenario);
    this.stepper.patch = patch;
    this.stepper.stopAtPeeks = scenario.stopAtPeeks ?? false;
  }

  run(): Exploration {
    this.push(this.begin());
    this.stepper.begin();
    try {
      while (this.violation === undefined && this.stack.length > 0 && this.seen.size < this.maxStates) {
        this.expand(this.stack.pop() as World);
      }
    } finally {
      this.stepper.end();
    }
    return {
      states: this.seen.size,
      steps: this.steps,
      rests: this.rests,
      complete: this.stack.length === 0,
      violation: this.violation,
      sites: this.stepper.sites,
    };
  }

  /** All are attached, and hold what the scenario says. */
  private begin(): World {
    const { arena, scenario } = this;
    const {
      workers: count,
      receivers = [],
      holding = [],
      generation = 0,
      position = 0,
      capacity = 2,
    } = scenario;
    arena.words.fill(generation << 24, arena.layout.words, arena.layout.words + scenario.blocks);
    const started = scenario.operations.includes('attach') ? 1 : count;
    const pools = Array.from({ length: started }, (_, thread) => arena.attach(thread));
    const first = pools[0];
    if (first === undefined) throw new Error('a scenario has workers');
    const made = receivers.map(() =>
      SharedChannel.create(first, { capacity, onReceiverDeath: scenario.onReceiverDeath ?? 'keep' }),
    );
    for (const number of receivers.keys()) {
      const channel = arena.words[arena.layout.channelTable + number] as number;
      for (let slot = 0; slot < count; slot++) {
        arena.words[ringBase(channel, capacity, slot) + HEAD] = position;
        arena.words[ringBase(channel, capacity, slot) + TAIL] = position;
      }
    }
    first._view.outRings.length = 0;
    first._view.inboxes.length = 0;
    const posted: number[] = [];
    const { sharing = [] } = scenario;
    const workers = Array.from({ length: count }, (_, thread): SimulatedWorker => {
      const pool = pools[thread];
      const local =
        pool === undefined
          ? undefined
          : { pool, channels: made.map(({ handle }) => SharedChannel.attach(pool, handle)) };
      const held = Array.from({ length: holding[thread] ?? 0 }, () => pool?.acquire(1).index ?? 0).sort();
      if (sharing.includes(thread) && pool !== undefined) {
        if (posted.length === 0) {
          const block = pool.acquire(1);
          posted.push(block.share());
          held.push(block.index);
        } else held.push(pool.receive(posted[0] as number).index);
      }
      return {
        thread,
        alive: true,
        local,
        localId: 0,
        held,
        budget: scenario.budgets[thread] ?? 0,
        operation: undefined,
        log: [],
        sent: 0,
        aborted: false,
      };
    });
    return {
      words: arena.words.slice(),
      workers: workers.map((worker) => ({ ...worker, localId: this.idOf(worker.local) })),
      deaths: scenario.deaths ?? 0,
      aborts: scenario.aborts ?? 0,
      dead: [],
      reclaimed: [],
      received: 0,
      posted,
      contents: Array.from({ length: scenario.blocks }, () => -1),
      parent: undefined,
      step: 'begin',
    };
  }

  private expand(world: World): void {
    for (let number = 0; number < world.workers.length && this.violation === undefined; number++) {
      const worker = world.workers[number] as SimulatedWorker;
      if (!worker.alive) continue;
      const operations =
        worker.operation === undefined
          ? enabledOperations(this.arena, this.scenario, world, number)
          : [worker.operation];
      for (const operation of operations) this.stepWorker(world, number, operation, false);
      if (worker.operation !== undefined && world.aborts > 0)
        this.stepWorker(world, number, worker.operation, true);
      const mortal = this.scenario.mortals?.includes(number) ?? true;
      if (mortal && world.deaths > 0 && worker.local !== undefined) this.kill(world, number);
    }
  }

  private stepWorker(world: World, number: number, operation: Operation, abort: boolean): void {
    const { arena, stepper } = this;
    const worker = world.workers[number] as SimulatedWorker;
    arena.words.set(world.words);
    this.steps++;
    const local = worker.local === undefined ? undefined : copyOf(worker.local);
    const log = worker.log.slice();
    const begins = worker.operation === undefined;
    let held = worker.held;
    if (begins && givesAway(operation)) held = without(held, operation.index as number);
    const tag = number * MAX_SENT + worker.sent;
    const name = `${number} ${operation.kind}${operation.index === undefined ? '' : ` block ${operation.index}`}`;
    let next: SimulatedWorker = { ...worker, held, operation, log };
    let change: Partial<World> = {};
    if (begins && operation.kind === 'send')
      change = { contents: world.contents.with(operation.index as number, tag) };
    if (begins) next = { ...next, budget: operation.kind === 'reclaim' ? worker.budget : worker.budget - 1 };
    let outcome: ReturnType<typeof stepper.step<Effect>>;
    try {
      outcome = stepper.step(log, abort, () =>
        perform(arena, this.scenario, local, operation, worker.thread, tag),
      );
    } catch (error) {
      this.fail(
        `worker ${number} threw: ${error instanceof Error ? error.stack : String(error)}`,
        world,
        name,
      );
      return;
    }
    const step = `${name}: ${stepper.lastSite}${outcome.kind === 'done' ? ', done' : ''}`;
    if (outcome.kind === 'blocked') throw new Error('nothing in a pool waits');
    if (outcome.kind === 'stopped') {
      this.push(this.with(world, number, next, change, step));
      return;
    }
    next = { ...next, operation: undefined, log: [], local, localId: this.idOf(local) };
    if (outcome.kind === 'aborted') {
      // Whoever was interrupted believes what the counts say.
      const refs =
        operation.index === undefined || local === undefined ? 0 : this.refsOf(local, operation.index);
      if (givesAway(operation) && refs > count(held, operation.index as number)) {
        held = [...held, operation.index as number].sort();
      }
      // It cannot know whether its message went.
      if (operation.kind === 'send' || operation.kind === 'share') next = { ...next, sent: worker.sent + 1 };
      const gone = local === undefined || operation.kind === 'attach';
      next = gone
        ? { ...next, local: worker.local, localId: worker.localId }
        : { ...next, held, aborted: true };
      change = { ...change, aborts: world.aborts - 1 };
      if (gone) change = { ...change, dead: [...world.dead, worker.thread] };
      if (gone) next = { ...next, alive: false };
    } else {
      const effect = outcome.result;
      if (givesAway(operation) && effect.lost !== true) held = [...held, operation.index as number].sort();
      if (effect.gained !== undefined) held = [...held, effect.gained].sort();
      next = { ...next, held, sent: worker.sent + (effect.sent === true ? 1 : 0) };
      if (effect.tag !== undefined) {
        if ((world.received & (1 << effect.tag)) !== 0) {
          this.fail(`5: message ${effect.tag} was received twice`, world, name);
          return;
        }
        const content = world.contents[effect.gained as number];
        if (effect.shared === false && content !== effect.tag) {
          this.fail(`5: message ${effect.tag} came with the bytes of message ${content}`, world, name);
          return;
        }
        change = { ...change, received: world.received | (1 << effect.tag) };
      }
      if (effect.posted !== undefined) change = { ...change, posted: [...world.posted, effect.posted] };
      if (effect.taken !== undefined) change = { ...change, posted: without(world.posted, effect.taken) };
      if (effect.attached !== undefined) {
        next = { ...next, local: effect.attached, localId: this.idOf(effect.attached) };
      }
      if (effect.detached === true) next = { ...next, local: undefined, localId: 0, budget: 0 };
      if (operation.kind === 'reclaim') {
        change = { ...change, reclaimed: [...world.reclaimed, `${number}:${operation.thread}`] };
      }
    }
    this.push(this.with(world, number, next, change, abort ? `${step} interrupted` : step));
  }

  private kill(world: World, number: number): void {
    const worker = world.workers[number] as SimulatedWorker;
    const again = this.scenario.respawn === true;
    const next: SimulatedWorker = {
      ...worker,
      thread: again ? worker.thread + this.scenario.workers : worker.thread,
      alive: again,
      local: undefined,
      localId: 0,
      held: [],
      budget: again ? (this.scenario.respawnBudget ?? 2) : 0,
      operation: undefined,
      log: [],
      aborted: false,
    };
    const step = `${number} dies in ${worker.operation?.kind ?? 'nothing'}.${worker.log.length}`;
    const change = { deaths: world.deaths - 1, dead: [...world.dead, worker.thread] };
    this.arena.words.set(world.words);
    this.push(this.with(world, number, next, change, step));
  }

  private with(
    world: World,
    number: number,
    worker: SimulatedWorker,
    change: Partial<World>,
    step: string,
  ): World {
    const workers = world.workers.slice();
    workers[number] = worker;
    return { ...world, workers, ...change, words: this.arena.words.slice(), parent: world, step };
  }

  private push(world: World): void {
    const key = this.keyOf(world);
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const wrong = findViolation(this.arena, this.scenario, world) ?? this.atRest(world);
    if (wrong !== undefined) {
      this.fail(wrong, world, 'there');
      return;
    }
    this.stack.push(world);
  }

  private atRest(world: World): string | undefined {
    const { arena } = this;
    if (!isAtRest(arena, world)) return undefined;
    let rested = world;
    if (world.workers.some(({ aborted }) => aborted)) {
      // What was interrupted leaves, a self-audit repairs.
      this.arena.words.set(world.words);
      this.stepper.end();
      for (const { alive, local } of world.workers) if (alive && local !== undefined) this.repair(local);
      this.stepper.begin();
      rested = { ...world, words: arena.words.slice() };
    }
    this.rests++;
    return findLeak(arena, this.scenario, rested) ?? this.reclaimAgain(rested);
  }

  private repair(local: Local): void {
    const copy = copyOf(local);
    copy.pool._view.reap();
    auditSelf(copy.pool._view, true);
  }

  /** Invariant 8: reclaiming who was reclaimed changes nothing. */
  private reclaimAgain(world: World): string | undefined {
    if (world.dead.length === 0) return undefined;
    const observer = world.workers.find(({ alive, local }) => alive && local !== undefined)?.local;
    if (observer === undefined) return undefined;
    const { registry, slabs, words, layout } = copyOf(observer).pool._view;
    this.arena.words.set(world.words);
    this.stepper.end();
    for (let slot = 0; slot < registry.maxWorkers; slot++) {
      if (registry.isTaken(slot)) continue;
      const line = registry.line(slot);
      reclaimWorker(words, layout, slabs, registry, slot, words[line + 1] as number);
    }
    this.stepper.begin();
    const differs = world.words.findIndex((word, index) => this.arena.words[index] !== word);
    return differs < 0 ? undefined : `8: reclaiming again changed word ${differs}`;
  }

  /** References of the user: all, but for those of shares in flight. */
  private refsOf(local: Local, index: number): number {
    const { slabs, outRings } = local.pool._view;
    const flights = outRings.flatMap((ring) => ring.flightBlocks()).filter((block) => block.index === index);
    return (slabs.slabs[0]?.blocks[index]?._refs ?? 0) - flights.length;
  }

  private idOf(local: Local | undefined): number {
    if (local === undefined) return 0;
    const text = textOf(local);
    const known = this.localIds.get(text);
    if (known !== undefined) return known;
    this.localIds.set(text, this.localIds.size + 1);
    return this.localIds.size;
  }

  private keyOf(world: World): number {
    const hash = new StateHash();
    const mix = (value: number): void => hash.mix(value);
    const { words } = world;
    const { layout } = this.arena;
    for (let index = layout.live; index < words.length; index++) {
      if (index === layout.counters) index = layout.shelves;
      const word = words[index] as number;
      if (word !== 0) {
        mix(index);
        mix(word);
      }
    }
    for (const worker of world.workers) {
      mix(worker.localId);
      mix(worker.thread);
      mix(worker.budget);
      mix(worker.sent);
      mix((worker.alive ? 1 : 0) + (worker.aborted ? 2 : 0));
      for (const index of worker.held) mix(index + 7);
      mix(-1);
      if (worker.operation !== undefined) {
        const { kind, index = -1, channel = -1, handle = 0, thread = -1 } = worker.operation;
        mix(kind.charCodeAt(0) * 65536 + kind.charCodeAt(kind.length - 1) * 256 + kind.length);
        mix(index);
        mix(channel);
        mix(handle);
        mix(thread);
        for (const value of worker.log) mix(value);
      }
      mix(-2);
    }
    mix(world.deaths * 16 + world.aborts);
    mix(world.received);
    for (const thread of world.dead) mix(thread + 1000);
    for (const pair of world.reclaimed) mix(pair.charCodeAt(0) * 256 + pair.charCodeAt(pair.length - 1));
    for (const handle of world.posted) mix(handle);
    for (const tag of world.contents) mix(tag);
    return hash.key;
  }

  private fail(what: string, world: World, last: string): void {
    const path = [last];
    for (let at: World | undefined = world; at !== undefined; at = at.parent) path.push(at.step);
    this.violation = { what, path: path.reverse() };
  }
}

function without(list: readonly number[], value: number): number[] {
  const at = list.indexOf(value);
  return at < 0 ? list.slice() : [...list.slice(0, at), ...list.slice(at + 1)];
}

function count(list: readonly number[], value: number): number {
  return list.filter((entry) => entry === value).length;
}
