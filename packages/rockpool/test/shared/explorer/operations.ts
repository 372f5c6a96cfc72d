/**
 * What users of simulated workers do, through the public surface of the real classes, and what becomes of their blocks.
 */
import { ChannelClosedError, ChannelReceiverError } from '../../../src/shared/channel-errors.ts';
import { SharedChannel } from '../../../src/shared/shared-channel.ts';
import { StaleHandleError, TooManyWorkersError } from '../../../src/shared/shared-errors.ts';
import type { SharedPool } from '../../../src/shared/shared-pool.ts';
import { LINE, THREAD } from '../../../src/shared/worker-registry-layout.ts';
import { type Arena, blockOf, type Local, type Operation, type Scenario, type World } from './world.ts';

/** What a finished operation did for the user. */
export interface Effect {
  /** A block that the user has a reference on now. */
  readonly gained?: number;
  /** The reference that went, of the operation's block. */
  readonly lost?: boolean;
  readonly sent?: boolean;
  /** The message that came. */
  readonly tag?: number;
  /** Whether it is shared. */
  readonly shared?: boolean;
  readonly posted?: number;
  /** A number that is used up. */
  readonly taken?: number;
  readonly attached?: Local;
  readonly detached?: boolean;
}

/** The most messages that a worker sends: a message's number is its worker's and its own. */
export const MAX_SENT = 4;

/** What the worker may begin now. */
export function enabledOperations(
  arena: Arena,
  scenario: Scenario,
  world: World,
  number: number,
): Operation[] {
  const worker = world.workers[number];
  if (worker === undefined || !worker.alive) return [];
  const found: Operation[] = [];
  if (worker.local === undefined) {
    const wanted = scenario.operations.includes('attach') || scenario.respawn === true;
    if (wanted && worker.budget > 0) found.push({ kind: 'attach' });
    return found;
  }
  for (const thread of world.dead) {
    if (world.reclaimed.includes(`${number}:${thread}`)) continue;
    if (placeOf(arena, world, thread) >= 0) found.push({ kind: 'reclaim', thread });
  }
  if (worker.budget <= 0) return found;
  const indices = [...new Set(worker.held)];
  const { channels } = worker.local;
  const receivers = (scenario.receivers ?? []).map((receiver, channel) =>
    channels[channel] === undefined ? undefined : receiver,
  );
  for (const kind of scenario.operations) {
    switch (kind) {
      case 'acquire':
        if (worker.held.length < arena.layout.slabBlocks(0)) found.push({ kind });
        break;
      case 'release':
      case 'move':
        for (const index of indices) found.push({ kind, index });
        break;
      case 'send':
      case 'share':
        if (worker.sent >= MAX_SENT) break;
        for (const index of indices) {
          receivers.forEach((receiver, channel) => {
            if (receiver !== undefined && receiver !== number) found.push({ kind, index, channel });
          });
        }
        break;
      case 'receive':
      case 'abandon':
        receivers.forEach((receiver, channel) => {
          if (receiver === number || receiver === -1) found.push({ kind, channel });
        });
        break;
      case 'close':
        receivers.forEach((receiver, channel) => {
          if (receiver !== undefined) found.push({ kind, channel });
        });
        break;
      case 'take':
      case 'recall':
        for (const handle of new Set(world.posted)) found.push({ kind, handle });
        break;
      case 'foreign':
        for (let index = 0; index < arena.layout.slabBlocks(0); index++) {
          for (const generation of [0, 1, 255]) found.push({ kind, handle: (generation << 24) | index });
        }
        break;
      case 'trim':
      case 'detach':
        found.push({ kind });
        break;
      case 'attach':
      case 'reclaim':
        break;
    }
  }
  return found;
}

/** Whether the user gives its reference away when it begins: it does not touch the block from then on. */
export function givesAway({ kind }: Operation): boolean {
  return kind === 'release' || kind === 'send' || kind === 'move';
}

/** Does it, on objects of its own. */
export function perform(
  arena: Arena,
  scenario: Scenario,
  local: Local | undefined,
  operation: Operation,
  thread: number,
  tag: number,
): Effect {
  if (operation.kind === 'attach') {
    let pool: SharedPool;
    try {
      pool = arena.attach(thread);
    } catch (error) {
      if (error instanceof TooManyWorkersError) return {};
      throw error;
    }
    const channels = (scenario.receivers ?? []).map((_, channel) => {
      try {
        return SharedChannel.attach(pool, { channel });
      } catch (error) {
        if (error instanceof ChannelClosedError) return undefined;
        throw error;
      }
    });
    return { attached: { pool, channels } };
  }
  const { pool, channels } = local as Local;
  const channel = channels[operation.channel ?? -1] as SharedChannel;
  switch (operation.kind) {
    case 'acquire': {
      const block = pool.tryAcquire(1);
      return block === undefined ? {} : { gained: block.index };
    }
    case 'release':
      blockOf(local as Local, operation.index as number).release();
      return { lost: true };
    case 'send':
    case 'share': {
      const block = blockOf(local as Local, operation.index as number);
      if (operation.kind === 'share') block.retain();
      let sent = false;
      try {
        sent = channel.trySend(block, tag);
      } catch (error) {
        if (!(error instanceof ChannelClosedError)) throw error;
      }
      if (operation.kind === 'share') {
        if (!sent) block.release();
        return { sent };
      }
      return { sent, lost: sent };
    }
    case 'receive': {
      try {
        const block = channel.tryReceive();
        return block === undefined ? {} : { gained: block.index, tag: block.tag, shared: block.isShared };
      } catch (error) {
        if (error instanceof ChannelReceiverError) return {};
        throw error;
      }
    }
    case 'trim':
      pool.trim();
      return {};
    case 'move': {
      const block = blockOf(local as Local, operation.index as number);
      if (block.isShared || block.refCnt > 1) return {};
      return { lost: true, posted: block.move() };
    }
    case 'take':
    case 'foreign':
      try {
        const { index } = pool.receive(operation.handle as number);
        return { gained: index, taken: operation.handle as number };
      } catch (error) {
        if (error instanceof StaleHandleError) return {};
        throw error;
      }
    case 'recall': {
      const block = pool.recall(operation.handle as number);
      return block === undefined ? {} : { gained: block.index, taken: operation.handle as number };
    }
    case 'close':
      channel.close();
      return {};
    case 'abandon':
      try {
        channel.abandon();
      } catch (error) {
        if (!(error instanceof ChannelReceiverError)) throw error;
      }
      return {};
    case 'detach':
      pool.trim();
      if (pool._holdsBlocks()) return {};
      pool.detach();
      return { detached: true };
    case 'reclaim':
      pool._threadEnded(operation.thread as number);
      return {};
  }
}

/** The place of a thread; −1: it has none. */
function placeOf(arena: Arena, world: World, thread: number): number {
  const { registry, geometry } = arena.layout;
  for (let slot = 0; slot < geometry.maxWorkers; slot++) {
    if (world.words[registry + LINE * (1 + slot) + THREAD] === thread + 1) return slot;
  }
  return -1;
}
