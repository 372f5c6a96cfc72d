/**
 * The algorithm with one thing wrong, by patches behind the seam: each must be caught by the exploration, or the
 * exploration proves nothing.
 */
import { compareExchange, load, peek, store } from '../../../src/internal/atomics.ts';
import { HEAD, MESSAGE_KIND, MOVE, SHARE, slotAt, TAIL } from '../../../src/shared/channel-layout.ts';
import { InRing } from '../../../src/shared/in-ring.ts';
import type { Magazine } from '../../../src/shared/magazine.ts';
import { OutRing, type Sent } from '../../../src/shared/out-ring.ts';
import { DETACHED, FIELD, GENERATION, nextFree } from '../../../src/shared/ownership-word.ts';
import type { SharedBlock } from '../../../src/shared/shared-block.ts';
import { type ReclaimSlot, WorkerRegistry } from '../../../src/shared/worker-registry.ts';
import { RECLAIMER, THREAD, WID } from '../../../src/shared/worker-registry-layout.ts';
import { WorkerView } from '../../../src/shared/worker-view.ts';
import type { AccessPatch } from './stepper.ts';
import type { Scenario } from './world.ts';

/** One thing wrong. */
export interface Mutant {
  readonly name: string;
  /** Where it shows: without the mutant nothing is wrong there. */
  readonly scenario: Scenario;
  /** What is wrong then. */
  readonly shows: RegExp;
  readonly patch?: AccessPatch;
  /** Changes methods. @returns how to change them back */
  readonly install?: () => () => void;
}

const blind = (...sites: string[]): AccessPatch => ({
  exchange: (site, _words, _index, _expected, value) => ({ value, blind: sites.includes(site) }),
});

const sameGeneration = (word: number, value: number): number => (word & GENERATION) | (value & ~GENERATION);

const twoTakers: Scenario = {
  name: 'two take',
  workers: 2,
  blocks: 1,
  operations: ['acquire', 'release'],
  budgets: [2, 2],
};
const moves: Scenario = {
  name: 'moves',
  workers: 2,
  blocks: 1,
  receivers: [1],
  operations: ['acquire', 'release', 'send', 'receive'],
  budgets: [3, 3],
  deaths: 2,
  holding: [1, 0],
};
const numbers: Scenario = {
  name: 'numbers',
  workers: 3,
  blocks: 1,
  operations: ['release', 'move', 'take', 'acquire', 'recall'],
  budgets: [3, 1, 1],
  holding: [1, 0, 0],
};
const shares: Scenario = {
  name: 'shares',
  workers: 2,
  blocks: 1,
  receivers: [1],
  operations: ['release', 'share', 'receive', 'trim'],
  budgets: [3, 3],
  deaths: 1,
  holding: [1, 0],
};
const threeShare: Scenario = {
  name: 'three share',
  workers: 3,
  blocks: 1,
  receivers: [1, 2],
  operations: ['release', 'share', 'receive'],
  budgets: [3, 2, 1],
  deaths: 1,
  mortals: [0],
  holding: [1, 0, 0],
};
const closing: Scenario = {
  name: 'closing',
  workers: 2,
  blocks: 2,
  receivers: [1],
  onReceiverDeath: 'close',
  operations: ['release', 'send', 'receive', 'close'],
  budgets: [3, 2],
  deaths: 1,
  holding: [2, 0],
};
const reclaimers: Scenario = {
  name: 'reclaimers',
  workers: 3,
  blocks: 1,
  operations: ['take', 'release'],
  budgets: [0, 0, 0],
  deaths: 1,
  mortals: [2],
  sharing: [0, 2],
  respawn: true,
  respawnBudget: 3,
};
const interrupted: Scenario = {
  name: 'interrupted',
  workers: 2,
  blocks: 2,
  magazine: 2,
  operations: ['acquire', 'release', 'trim'],
  budgets: [3, 1],
  holding: [2, 0],
  aborts: 1,
};

/** All of them. */
export const mutants: readonly Mutant[] = [
  { name: 'claims without an exchange', shows: /^1, 2: /, scenario: twoTakers, patch: blind('claim') },
  { name: 'attaches without an exchange', shows: /^1, 2: /, scenario: numbers, patch: blind('attach') },
  {
    name: 'moves no generation on',
    shows: /^3: .* in 2 rings$/,
    scenario: { ...moves, respawn: true, mortals: [1], deaths: 1 },
    patch: {
      store: (site, words, index, value) =>
        site === 'free' ? sameGeneration(words[index] as number, value) : value,
      exchange: (site, _words, _index, expected, value) => ({
        value: ['attach', 'drop', 'reclaim', 'drain-free'].includes(site)
          ? sameGeneration(expected, value)
          : value,
        blind: false,
      }),
    },
  },
  {
    name: 'moves the head before the claim',
    shows: /^3: .* in no ring$/,
    scenario: moves,
    install: moveHeadFirst,
  },
  { name: 'reclaims by a store', shows: /^1, 2: /, scenario: threeShare, patch: blind('reclaim') },
  {
    name: 'reclaims what the dead had published',
    shows: /^10: /,
    scenario: { ...moves, mortals: [0], delivers: true },
    patch: {
      read: (site, words, index, value) =>
        site === 'collect-tail' ? (words[index - TAIL + HEAD] as number) : value,
    },
  },
  {
    name: 'does not drain a channel that has ended',
    shows: /^3: .* in no ring$/,
    scenario: closing,
    patch: {
      read: (site, words, index, value) =>
        site === 'drain-tail' ? (words[index - TAIL + HEAD] as number) : value,
    },
  },
  {
    name: "sets the receiver's bit for a share",
    shows: /^1, 2: /,
    scenario: { ...shares, budgets: [3, 4], deaths: 0, bitsFly: true },
    install: shareByReceiverBit,
  },
  {
    name: 'drops a share without an exchange',
    shows: /^3: .* does not know it$/,
    scenario: { ...shares, receivers: [1, 0] },
    patch: blind('drop'),
  },
  {
    name: 'joins without an exchange',
    shows: /^3: .* does not know it$/,
    scenario: threeShare,
    patch: blind('join'),
  },
  { name: 'releases a share when it is sent', shows: /^7: /, scenario: shares, install: releaseShareAtOnce },
  {
    name: 'publishes the tail before the word',
    shows: /^3: .* in no ring$/,
    scenario: moves,
    install: tailFirst,
  },
  {
    name: 'takes nothing back from a closed channel',
    shows: /^3: .* in no ring$/,
    scenario: closing,
    patch: stateSays('send-open'),
  },
  {
    name: 'frees a place before it is reclaimed',
    shows: /^1, 2: /,
    scenario: reclaimers,
    install: freePlaceFirst,
  },
  {
    name: 'reclaims although another does',
    shows: /^1, 2: /,
    scenario: reclaimers,
    patch: blind('reclaimer-take'),
  },
  {
    name: 'frees words of blocks that are still idle',
    shows: /^1: .* is idle/,
    scenario: interrupted,
    install: freeBeforeRemoval,
  },
];

/** A sender that always believes the channel is open, once it has begun to send. */
function stateSays(site: string): AccessPatch {
  return { read: (at, _words, _index, value) => (at === site ? 1 : value) };
}

type Methods = Record<string, unknown>;

/** Puts other methods into a class. @returns how to put the old ones back */
function replace(prototype: object, methods: Methods): () => void {
  const target = prototype as Methods;
  const before = Object.fromEntries(Object.keys(methods).map((name) => [name, target[name]]));
  Object.assign(target, methods);
  return () => {
    Object.assign(target, before);
  };
}

/** What the patched methods touch of a ring. */
interface OpenRing {
  readonly view: WorkerView & { readonly bit: number };
  readonly ring: number;
  readonly capacity: number;
  readonly slot: number;
  head: number;
  tail: number;
  hasRoom(slots: number): boolean;
  write(what: number, length: number, tag: number, kind: number): void;
  publish(): void;
}

function moveHeadFirst(): () => void {
  return replace(InRing.prototype, {
    receive(this: OpenRing): SharedBlock | undefined {
      const { view, ring, capacity } = this;
      const { words } = view;
      for (;;) {
        this.tail = load(words, ring + TAIL, 'in-tail');
        if (this.head === this.tail) return undefined;
        const at = slotAt(ring, capacity, this.head);
        const what = peek(words, at, 'slot-read');
        const kind = peek(words, at + 3, 'slot-read');
        const tag = peek(words, at + 2, 'slot-read');
        this.head = (this.head + 1) | 0;
        store(words, ring + HEAD, this.head, 'head');
        const block =
          (kind & MESSAGE_KIND) === MOVE
            ? view.attach(what, kind & FIELD)
            : view.join(what, 1 << this.slot, this.slot, kind & FIELD);
        if (block === undefined) continue;
        block.tag = tag;
        block._refs++;
        return block;
      }
    },
  });
}

function sendVariant(send: (ring: OpenRing, block: SharedBlock, moves: boolean) => void): () => void {
  return replace(OutRing.prototype, {
    sendBlock(this: OpenRing, block: SharedBlock): Sent {
      if (!this.hasRoom(1)) return 'full';
      send(this, block, !block._shared && block._refs === 1);
      return 'sent';
    },
  });
}

function shareByReceiverBit(): () => void {
  const restoreSend = sendVariant((ring, block, moves) => {
    const { view } = ring;
    if (moves) {
      ring.write(view.detach(block), 1, block.tag, MOVE | view.wid);
      ring.publish();
      return;
    }
    view.shareWord(block);
    // The receiver is the other one of two.
    const bit = 1 << (1 - view.slot);
    for (;;) {
      const word = load(view.words, block._word, 'brief-read');
      if (compareExchange(view.words, block._word, word, word | bit, 'brief-set') === word) break;
    }
    ring.write(view.handleOf(block), 1, block.tag, SHARE | view.wid);
    ring.publish();
    block.release();
  });
  const restoreJoin = replace(WorkerView.prototype, {
    join(this: WorkerView, handle: number): SharedBlock | undefined {
      const slab = this.slabs.at(0);
      if (slab === undefined) return undefined;
      const block = this.block(slab, handle & 0xffffff);
      block._shared = true;
      return block;
    },
  });
  return () => {
    restoreJoin();
    restoreSend();
  };
}

function releaseShareAtOnce(): () => void {
  return sendVariant((ring, block, moves) => {
    const { view } = ring;
    if (moves) ring.write(view.detach(block), 1, block.tag, MOVE | view.wid);
    else {
      view.shareWord(block);
      ring.write(view.handleOf(block), 1, block.tag, SHARE | view.wid);
    }
    ring.publish();
    if (!moves) block.release();
  });
}

function tailFirst(): () => void {
  return sendVariant((ring, block) => {
    const { view } = ring;
    const word = peek(view.words, block._word, 'detach-read');
    ring.write((word & GENERATION) | block.index, 1, block.tag, MOVE | view.wid);
    ring.publish();
    block._refs = 0;
    store(view.words, block._word, (word & GENERATION) | DETACHED | view.wid, 'detach');
  });
}

function freePlaceFirst(): () => void {
  return replace(WorkerRegistry.prototype, {
    reclaimDead(this: WorkerRegistry, reclaim: ReclaimSlot): boolean {
      const { words, base } = this;
      if (compareExchange(words, base + RECLAIMER, 0, this.wid, 'reclaimer-take') !== 0) return false;
      for (let slot = 0; slot < this.maxWorkers; slot++) {
        if (!this.isDead(slot)) continue;
        const wid = load(words, this.line(slot) + WID, 'reclaim-wid');
        store(words, this.line(slot) + THREAD, 0, 'reclaim-free-slot');
        reclaim(slot, wid);
      }
      store(words, base + RECLAIMER, 0, 'reclaimer-leave');
      return true;
    },
  });
}

function freeBeforeRemoval(): () => void {
  return replace(WorkerView.prototype, {
    flush(this: WorkerView, magazine: Magazine, count: number): void {
      for (let i = 0; i < count; i++) {
        const block = magazine.blocks[i] as SharedBlock;
        store(this.words, block._word, nextFree(peek(this.words, block._word, 'free-read')), 'free');
      }
      magazine.takeOldest(count, []);
    },
  });
}
