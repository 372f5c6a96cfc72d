/**
 * What must hold in every state, and at rest. Numbers as in docs/memory-model.md.
 */
import {
  CAPACITY,
  ENDED,
  HEAD,
  MESSAGE_KIND,
  MOVE,
  PAD,
  ringBase,
  SHARE,
  STATE,
  slotAt,
  TAIL,
} from '../../../src/shared/channel-layout.ts';
import {
  DETACHED,
  describeWord,
  FIELD,
  GENERATION,
  KIND,
  SHARED,
} from '../../../src/shared/ownership-word.ts';
import { LINE, THREAD } from '../../../src/shared/worker-registry-layout.ts';
import { type Arena, findBlock, type Scenario, type World } from './world.ts';

interface RingMessage {
  readonly channel: number;
  readonly slot: number;
  readonly what: number;
  readonly kind: number;
  readonly from: number;
}

/** Invariants 1, 2 and 7: of every state. @returns what is wrong */
export function findViolation(arena: Arena, scenario: Scenario, world: World): string | undefined {
  for (const [number, worker] of world.workers.entries()) {
    const { local } = worker;
    if (!worker.alive || local === undefined) continue;
    const { wid, slot, magazines } = local.pool._view;
    for (const index of worker.held) {
      const word = wordOf(arena, world, index);
      const owned = (word & ~GENERATION) === wid;
      const shared = (word & KIND) === SHARED && ((word >> slot) & 1) === 1;
      const block = findBlock(local, index);
      if (!owned && !shared)
        return `1, 2: worker ${number} holds block ${index}, which is ${describeWord(word)}`;
      if (worker.operation === undefined && shared && block?._shared === false) {
        return `1: worker ${number} takes block ${index} for its own, and it is ${describeWord(word)}`;
      }
    }
    // An operation takes blocks off their list before it changes their words.
    if (worker.operation === undefined) {
      for (const { blocks, count } of magazines) {
        for (let i = 0; i < count; i++) {
          const index = blocks[i]?.index as number;
          const word = wordOf(arena, world, index);
          if ((word & ~GENERATION) !== wid) {
            return `1: block ${index} is idle at worker ${number}, and is ${describeWord(word)}`;
          }
        }
      }
    }
  }
  const receiving = world.workers.some(({ operation }) => operation?.kind === 'receive');
  for (const message of ringMessages(arena, world)) {
    if (message.kind === MOVE && scenario.delivers === true && !receiving) {
      const word = wordOf(arena, world, message.what & 0xffffff);
      if (word !== ((message.what & GENERATION) | DETACHED | message.from)) {
        return `10: a move is in the ring from place ${message.slot}, and its block is ${describeWord(word)}`;
      }
    }
    if (message.kind !== SHARE || scenario.bitsFly === true) continue;
    const sender = world.workers.find(({ local }) => local?.pool._view.wid === message.from);
    if (sender === undefined || !sender.alive || sender.local === undefined || sender.aborted) continue;
    const word = wordOf(arena, world, message.what & 0xffffff);
    if (
      (word & KIND) !== SHARED ||
      ((word ^ message.what) & GENERATION) !== 0 ||
      ((word >> message.slot) & 1) === 0
    ) {
      return `7: a share is in flight from place ${message.slot}, and its block is ${describeWord(word)}`;
    }
  }
  return undefined;
}

/** Whether nobody does anything, and all deaths were reclaimed. */
export function isAtRest(arena: Arena, world: World): boolean {
  if (world.workers.some(({ alive, operation }) => alive && operation !== undefined)) return false;
  const { registry, geometry } = arena.layout;
  for (let slot = 0; slot < geometry.maxWorkers; slot++) {
    const thread = (world.words[registry + LINE * (1 + slot) + THREAD] as number) - 1;
    if (thread >= 0 && world.dead.includes(thread)) return false;
  }
  return true;
}

/** Invariant 3: at rest every word is explained. @returns what is wrong */
export function findLeak(arena: Arena, scenario: Scenario, world: World): string | undefined {
  const messages = ringMessages(arena, world);
  const living = world.workers.filter(({ alive, local }) => alive && local !== undefined);
  for (let index = 0; index < arena.layout.slabBlocks(0); index++) {
    const word = wordOf(arena, world, index);
    const field = word & FIELD;
    const kind = word & KIND;
    const wrong = `3: at rest block ${index} is ${describeWord(word)}`;
    if (kind === 0) {
      if (field === 0) continue;
      const owner = living.find(({ local }) => local?.pool._view.wid === field);
      if (owner?.local === undefined) return `${wrong}, who does not live`;
      const { magazines } = owner.local.pool._view;
      const idle = magazines.some(({ blocks, count }) =>
        blocks.slice(0, count).some((block) => block?.index === index),
      );
      if (!idle && (findBlock(owner.local, index)?._refs ?? 0) === 0) return `${wrong}, who does not know it`;
    } else if (kind === DETACHED) {
      const handle = (word & GENERATION) | index;
      const inRings = messages.filter(
        (message) => message.kind === MOVE && message.what === handle && message.from === field,
      ).length;
      const posted = world.posted.filter((number) => number === handle).length;
      if (inRings > 1) return `${wrong}, and in ${inRings} rings`;
      if (inRings + posted === 0) return `${wrong}, and in no ring`;
    } else if (kind === SHARED) {
      if (field === 0) return `${wrong}, by nobody`;
      for (let slot = 0; slot < 22; slot++) {
        if (((field >> slot) & 1) === 0) continue;
        const holder = living.find(({ local }) => local?.pool._view.slot === slot);
        const block = holder?.local === undefined ? undefined : findBlock(holder.local, index);
        const flies =
          scenario.bitsFly === true &&
          messages.some(({ kind: sent, what, channel }) => {
            const receiver = world.workers[scenario.receivers?.[channel] ?? -1];
            return sent === SHARE && (what & 0xffffff) === index && receiver === holder;
          });
        if (flies) continue;
        if (block === undefined || !block._shared || block._refs === 0) {
          return `${wrong}, and place ${slot} does not know it`;
        }
      }
    } else return wrong;
  }
  return undefined;
}

/** What is in the rings of the channels that have not ended. */
function ringMessages(arena: Arena, world: World): RingMessage[] {
  const { words } = world;
  const { layout } = arena;
  const found: RingMessage[] = [];
  for (let number = 0; number < layout.geometry.maxChannels; number++) {
    const channel = words[layout.channelTable + number] as number;
    if (channel === 0) break;
    if (words[channel + STATE] === ENDED) continue;
    const capacity = words[channel + CAPACITY] as number;
    for (let slot = 0; slot < layout.geometry.maxWorkers; slot++) {
      const ring = ringBase(channel, capacity, slot);
      const tail = words[ring + TAIL] as number;
      let head = words[ring + HEAD] as number;
      while (((tail - head) | 0) > 0) {
        const kind = (words[slotAt(ring, capacity, head) + 3] as number) & MESSAGE_KIND;
        const { what, from, slots } = readSlotOf(words, ring, capacity, head);
        if (kind !== PAD) found.push({ channel: number, slot, what, kind, from });
        head = (head + slots) | 0;
      }
    }
  }
  return found;
}

/** As the code reads it, around the seam. */
function readSlotOf(words: Int32Array, ring: number, capacity: number, position: number) {
  const at = slotAt(ring, capacity, position);
  const kind = (words[at + 3] as number) & MESSAGE_KIND;
  return {
    what: words[at] as number,
    from: (words[at + 3] as number) & FIELD,
    slots: kind === PAD ? (words[at + 1] as number) : 1,
  };
}

function wordOf(arena: Arena, world: World, index: number): number {
  return world.words[arena.layout.words + index] as number;
}
