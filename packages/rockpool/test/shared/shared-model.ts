/**
 * A shared pool against a plain model of who holds what: several attachments in one thread stand for workers.
 *
 * Every held block is stamped with a number in its first and last bytes; whoever exclusively holds it may stamp it anew.
 */
import { expect } from 'vitest';
import type { Random } from '../../src/internal/random.ts';
import { type SharedBlock, SharedChannel, SharedPool } from '../../src/shared/index.ts';

interface Held {
  readonly block: SharedBlock;
  /** References of this worker's user. */
  refs: number;
  stamp: number;
}

interface ModelWorker {
  readonly pool: SharedPool;
  readonly thread: number;
  /** To worker n. */
  readonly out: Map<number, SharedChannel>;
  readonly inbox: SharedChannel;
  readonly held: Map<number, Held>;
}

/** A message that nobody received yet. */
interface Message {
  /** Goes with it as its tag. */
  readonly number: number;
  readonly stamp: number;
  readonly shares: boolean;
}

/** The model, and the real thing beside it. */
export class SharedModel {
  readonly random: Random;
  readonly supervisor: SharedPool;
  readonly channels: SharedChannel[] = [];
  readonly workers: (ModelWorker | undefined)[] = [];
  /** By receiver and sender; behind those of the workers, what senders left that died. */
  private readonly queues: Message[][][] = [];
  private stamps = 0;
  private sent = 0;
  private threads = 1000;

  constructor(random: Random, workers: number) {
    this.random = random;
    this.supervisor = SharedPool.create({
      bytes: 16 * 1024,
      maxBytes: 64 * 1024,
      classes: [
        { bytes: 64, magazine: 3 },
        { bytes: 512, magazine: 2 },
      ],
      maxWorkers: workers + 1,
    });
    for (let number = 0; number < workers; number++) {
      this.channels.push(SharedChannel.create(this.supervisor, { capacity: 8 }));
      this.queues.push(Array.from({ length: workers }, () => []));
    }
    for (let number = 0; number < workers; number++) this.workers.push(this.start(number));
  }

  /** One random operation, and what must hold behind it. */
  step(): void {
    const number = this.random.below(this.workers.length);
    const worker = this.workers[number];
    if (worker === undefined) {
      this.workers[number] = this.start(number);
      return;
    }
    const roll = this.random.below(100);
    if (roll < 30) this.acquire(worker);
    else if (roll < 45) this.release(worker);
    else if (roll < 62) this.send(worker, number);
    else if (roll < 90) this.receive(worker, number);
    else if (roll < 94) this.post(worker);
    else if (roll < 97) worker.pool.trim();
    else if (roll < 99) this.die(number);
    this.check();
  }

  /** Everybody releases everything: all blocks must be free. */
  end(): void {
    this.workers.forEach((worker, number) => {
      if (worker === undefined) this.workers[number] = this.start(number);
    });
    for (const [number, worker] of this.workers.entries()) {
      if (worker === undefined) continue;
      for (const held of worker.held.values()) held.block.release(held.refs);
      worker.held.clear();
      worker.inbox.close();
      while (this.queues[number]?.some((queue) => queue.length > 0)) this.receive(worker, number);
      for (const held of worker.held.values()) held.block.release(held.refs);
      worker.held.clear();
    }
    for (const worker of this.workers) worker?.pool.detach();
    const audit = this.supervisor.audit();
    expect(audit).toMatchObject({ clean: true, free: audit.blocks });
  }

  private start(number: number): ModelWorker {
    const thread = this.threads++;
    const pool = SharedPool._attachAs(this.supervisor.handle, thread);
    const out = new Map(
      this.channels.map((channel, to) => [to, SharedChannel.attach(pool, channel.handle)] as const),
    );
    return { pool, thread, out, inbox: out.get(number) as SharedChannel, held: new Map() };
  }

  private acquire(worker: ModelWorker): void {
    if (worker.held.size >= 12) return;
    const block = worker.pool.tryAcquire(1 + this.random.below(512));
    if (block === undefined) return;
    expect(block.refCnt).toBe(1);
    expect(worker.held.has(block.index)).toBe(false);
    const held = { block, refs: 1, stamp: 0 };
    this.stamp(held);
    worker.held.set(block.index, held);
  }

  private release(worker: ModelWorker): void {
    const held = this.pick(worker);
    if (held === undefined) return;
    if (this.random.below(3) === 0) {
      held.block.retain();
      held.refs++;
      return;
    }
    this.drop(worker, held);
    held.block.release();
  }

  private send(worker: ModelWorker, from: number): void {
    const held = this.pick(worker);
    const to = this.random.below(this.workers.length);
    if (held === undefined || to === from) return;
    const { block } = held;
    if (!block.isShared && held.refs === 1) this.stamp(held);
    const number = ++this.sent;
    if (!(worker.out.get(to) as SharedChannel).trySend(block, number)) return;
    this.queues[to]?.[from]?.push({ number, stamp: held.stamp, shares: block.refCnt > 0 });
    this.drop(worker, held);
  }

  private receive(worker: ModelWorker, number: number): void {
    const block = worker.inbox.tryReceive();
    if (block === undefined) {
      expect(this.queues[number]?.every((queue) => queue.length === 0)).toBe(true);
      return;
    }
    const { tag } = block;
    const queue = this.queues[number]?.find(([first]) => first?.number === tag);
    expect(queue, `message ${tag} is at the head of a queue`).toBeDefined();
    const { stamp } = (queue as Message[]).shift() as Message;
    expect(this.stampOf(block)).toBe(stamp);
    const held = worker.held.get(block.index);
    if (held === undefined) worker.held.set(block.index, { block, refs: 1, stamp });
    else {
      expect(held.stamp).toBe(stamp);
      held.refs++;
    }
  }

  /** A number by another way than a channel: move, share or recall. */
  private post(worker: ModelWorker): void {
    const held = this.pick(worker);
    const to = this.workers[this.random.below(this.workers.length)];
    if (held === undefined || to === undefined || to === worker) return;
    const { block } = held;
    const moves = !block.isShared && block.refCnt === 1;
    const handle = moves ? block.move() : block.share();
    if (moves) this.drop(worker, held);
    const taker = moves && this.random.below(3) === 0 ? worker : to;
    const got = taker === worker ? worker.pool.recall(handle) : to.pool.receive(handle);
    expect(got).toBeDefined();
    const there = taker.held.get(block.index);
    if (there === undefined)
      taker.held.set(block.index, { block: got as SharedBlock, refs: 1, stamp: held.stamp });
    else there.refs++;
  }

  private die(number: number): void {
    const worker = this.workers[number] as ModelWorker;
    this.workers[number] = undefined;
    this.supervisor._threadEnded(worker.thread);
    // Its shares go with it; what it had moved into a ring arrives, in its order, but in none with what its successor sends,
    // which may have another ring.
    for (const queues of this.queues) {
      const queue = queues[number] as Message[];
      queues[number] = [];
      queues.push(queue.filter(({ shares }) => !shares));
    }
  }

  private check(): void {
    expect(this.supervisor.audit()).toMatchObject({ clean: true });
    for (const worker of this.workers) {
      if (worker === undefined) continue;
      for (const { block, stamp, refs } of worker.held.values()) {
        expect(this.stampOf(block)).toBe(stamp);
        expect(block.refCnt).toBeGreaterThanOrEqual(refs);
      }
      expect(worker.pool.audit().lost).toEqual([]);
    }
  }

  private pick(worker: ModelWorker): Held | undefined {
    const all = [...worker.held.values()];
    return all[this.random.below(Math.max(1, all.length))];
  }

  private drop(worker: ModelWorker, held: Held): void {
    held.refs--;
    if (held.refs === 0) worker.held.delete(held.block.index);
  }

  private stamp(held: Held): void {
    held.stamp = ++this.stamps;
    const view = this.viewOf(held.block);
    view.setUint32(0, held.stamp);
    view.setUint32(view.byteLength - 4, held.stamp);
  }

  private stampOf(block: SharedBlock): number {
    const view = this.viewOf(block);
    expect(view.getUint32(0)).toBe(view.getUint32(view.byteLength - 4));
    return view.getUint32(0);
  }

  /** All of the block: its length differs. */
  private viewOf(block: SharedBlock): DataView {
    const { bytes } = block;
    return new DataView(bytes.buffer, bytes.byteOffset, block.capacity);
  }
}
