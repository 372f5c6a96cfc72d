import { describe, expect, it } from 'vitest';
import {
  ArgumentTypeError,
  ChannelClosedError,
  ChannelMemoryError,
  ChannelReceiverError,
  ChannelTimeoutError,
  OptionRangeError,
  RefCountError,
  type SharedBlock,
  SharedChannel,
  type SharedChannelOptions,
  SharedExhaustedError,
  SharedPool,
  ShareLimitError,
  StaleHandleError,
  UnknownOptionError,
} from '../../src/index.ts';

interface Pair {
  readonly pool: SharedPool;
  readonly other: SharedPool;
  readonly out: SharedChannel;
  readonly into: SharedChannel;
}

/** A channel from one worker to another. */
function pair(options: SharedChannelOptions = {}): Pair {
  const pool = SharedPool.create({ bytes: 1 << 20 });
  const other = SharedPool.attach(pool.handle);
  const out = SharedChannel.create(pool, options);
  return { pool, other, out, into: SharedChannel.attach(other, out.handle) };
}

function numbered(pool: SharedPool, n: number, bytes = 4): SharedBlock {
  const block = pool.acquire(bytes);
  new DataView(block.bytes.buffer, block.bytes.byteOffset).setInt32(0, n);
  return block;
}

function numberOf(block: SharedBlock | undefined): number | undefined {
  if (block === undefined) return undefined;
  const number = new DataView(block.bytes.buffer, block.bytes.byteOffset).getInt32(0);
  block.release();
  return number;
}

function expectAllFree(...pools: SharedPool[]): void {
  for (const pool of pools) pool.trim();
  const audit = pools[0]?.audit();
  expect(audit).toMatchObject({ clean: true, detached: 0, shared: 0, owned: 0 });
}

describe('a channel', () => {
  it('brings messages in the order they were sent, each once, round and round', () => {
    const { pool, out, into } = pair({ capacity: 4 });
    for (let n = 0, sent = 0; n < 50; ) {
      while (out.trySend(numbered(pool, sent, sent % 3 === 0 ? 100 : 4))) sent++;
      // What was refused is still ours.
      pool.trim();
      for (let got = numberOf(into.tryReceive()); got !== undefined; got = numberOf(into.tryReceive())) {
        expect(got).toBe(n++);
      }
    }
    expect(into.tryReceive()).toBeUndefined();
  });

  it('keeps what it refuses to take', () => {
    const { pool, other, out, into } = pair({ capacity: 2 });
    out.send(numbered(pool, 1));
    out.send(numbered(pool, 2));
    const third = numbered(pool, 3);
    expect(out.trySend(third)).toBe(false);
    expect(third.refCnt).toBe(1);
    expect(() => out.send(third, 2)).toThrow(ChannelTimeoutError);
    expect(numberOf(into.tryReceive())).toBe(1);
    out.send(third);
    expect([numberOf(into.receive()), numberOf(into.receive())]).toEqual([2, 3]);
    expectAllFree(pool, other);
  });

  it('carries the length and the tag', () => {
    const { pool, out, into } = pair();
    const block = pool.acquire(100);
    block.length = 7;
    block.tag = -5;
    out.send(block);
    out.trySend(new Uint8Array([1, 2, 3]), 42);
    const first = into.receive();
    const second = into.receive();
    expect([first?.length, first?.tag]).toEqual([7, -5]);
    expect([[...(second?.bytes ?? [])], second?.tag]).toEqual([[1, 2, 3], 42]);
  });

  it('carries bytes of every length from 0 to 300, and more than a slab has', () => {
    const { pool, other, out, into } = pair({ capacity: 64 });
    for (let length = 0; length <= 300; length++) {
      const bytes = Uint8Array.from({ length }, (_, n) => (n * 7 + length) & 255);
      out.send(bytes);
      const block = into.receive();
      expect(Buffer.from(block?.bytes ?? []).equals(bytes)).toBe(true);
      block?.release();
    }
    expect(() => out.send(new Uint8Array(70_000))).toThrow(RangeError);
    expectAllFree(pool, other);
  });

  it('shares what the sender keeps a reference on', () => {
    const { pool, other, out, into } = pair();
    const block = numbered(pool, 9);
    out.send(block.retain());
    expect(block.refCnt).toBe(2); // its own, and that of the flight
    const received = into.receive();
    expect(received?.isShared).toBe(true);
    pool.trim();
    expect(block.refCnt).toBe(1);
    block.release();
    expect(numberOf(received)).toBe(9);
    expectAllFree(other, pool);
  });

  it('passes a shared block on, and back', () => {
    const { pool, other, out, into } = pair();
    const back = SharedChannel.create(other);
    const home = SharedChannel.attach(pool, back.handle);
    const block = numbered(pool, 3);
    out.send(block.retain());
    const there = into.receive();
    if (there === undefined) throw new Error('it came');
    back.send(there);
    expect(home.receive()).toBe(block);
    other.trim();
    pool.trim();
    expect(block.refCnt).toBe(2);
    block.release(2);
    expectAllFree(pool, other);
  });

  it('takes from many senders in turn, each in order', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    const inbox = SharedChannel.create(pool);
    const senders = Array.from({ length: 5 }, () => SharedPool.attach(pool.handle));
    senders.forEach((sender, number) => {
      const channel = SharedChannel.attach(sender, inbox.handle);
      for (let n = 0; n < 40; n++) channel.send(numbered(sender, number * 100 + n));
    });
    const next = [0, 0, 0, 0, 0];
    const firsts = new Set<number>();
    for (let n = 0; n < 200; n++) {
      const got = numberOf(inbox.receive()) as number;
      const sender = Math.floor(got / 100);
      if (n < 100) firsts.add(sender);
      expect(got % 100).toBe(next[sender]);
      next[sender] = (next[sender] as number) + 1;
    }
    expect(firsts.size).toBe(5);
    expect(inbox.tryReceive()).toBeUndefined();
    expectAllFree(pool, ...senders);
  });

  it('is one sender and one receiver in a thread, however often it is attached', () => {
    const { pool, other, out, into } = pair();
    const second = SharedChannel.attach(other, out.handle);
    const again = SharedChannel.attach(pool, out.handle);
    out.send(numbered(pool, 1));
    again.send(numbered(pool, 2));
    out.send(numbered(pool, 3));
    expect([numberOf(into.receive()), numberOf(second.receive()), numberOf(into.receive())]).toEqual([
      1, 2, 3,
    ]);
  });
});

describe('a wait', () => {
  it('for a message ends when one is sent', async () => {
    const { pool, out, into } = pair();
    const waiting = into.receiveAsync();
    await new Promise((resolve) => setTimeout(resolve, 3));
    out.send(numbered(pool, 5));
    expect(numberOf(await waiting)).toBe(5);
  });

  it('for a message ends with its time', () => {
    const { into } = pair();
    expect(into.receive(3)).toBeUndefined();
    expect(into.ended).toBe(false);
  });

  it('for a message ends with its signal, and loses none', async () => {
    const { pool, out, into } = pair();
    const controller = new AbortController();
    const waiting = into.receiveAsync({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    out.send(numbered(pool, 5));
    expect(numberOf(await into.receiveAsync())).toBe(5);
  });

  it('for room ends when a message is received', async () => {
    const { pool, out, into } = pair({ capacity: 2 });
    out.send(numbered(pool, 0));
    out.send(numbered(pool, 1));
    const waiting = out.sendAsync(numbered(pool, 2));
    await new Promise((resolve) => setTimeout(resolve, 3));
    expect(numberOf(into.receive())).toBe(0);
    await waiting;
    expect([numberOf(into.receive()), numberOf(into.receive())]).toEqual([1, 2]);
    out.send(numbered(pool, 3));
    out.send(numbered(pool, 4));
    const block = numbered(pool, 5);
    await expect(out.sendAsync(block, { timeoutMs: 2 })).rejects.toThrow(ChannelTimeoutError);
    await expect(out.sendAsync(block, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    expect(block.refCnt).toBe(1);
  });

  it('is a loop over what comes', async () => {
    const { pool, other, out, into } = pair();
    const got: (number | undefined)[] = [];
    const reading = (async () => {
      for await (const block of into) got.push(numberOf(block));
    })();
    for (let n = 0; n < 5; n++) {
      await out.sendAsync(numbered(pool, n));
      if (n === 2) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    out.close();
    await reading;
    expect(got).toEqual([0, 1, 2, 3, 4]);
    expectAllFree(pool, other);
  });
});

describe('a channel that is closed', () => {
  it('takes nothing more, and gives what it has, also to who comes later', () => {
    const { pool, other, out, into } = pair();
    out.send(numbered(pool, 1));
    out.close();
    out.close();
    const refused = numbered(pool, 2);
    expect(() => out.send(refused)).toThrow(ChannelClosedError);
    expect(() => out.trySend(new Uint8Array(3))).toThrow(ChannelClosedError);
    expect(refused.refCnt).toBe(1);
    refused.release();
    expect([out.closed, out.ended]).toEqual([true, false]);
    const late = SharedChannel.attach(other, out.handle);
    expect(numberOf(late.receive())).toBe(1);
    expect(late.receive()).toBeUndefined();
    expect(into.ended).toBe(true);
    expect(() => SharedChannel.attach(pool, out.handle)).toThrow(ChannelClosedError);
    expectAllFree(pool, other);
  });

  it('gives back what is in it when it is abandoned', () => {
    const { pool, other, out, into } = pair();
    const shared = numbered(pool, 1);
    out.send(shared.retain());
    out.send(numbered(pool, 2));
    out.send(new Uint8Array(40));
    into.abandon();
    expect(into.receive()).toBeUndefined();
    pool.trim();
    expect(shared.refCnt).toBe(1);
    shared.release();
    expectAllFree(pool, other);
  });
});

describe('a receiver', () => {
  it('is one worker at a time', () => {
    const { pool, out, into } = pair();
    expect(into.tryReceive()).toBeUndefined();
    expect(() => out.tryReceive()).toThrow(ChannelReceiverError);
    expect(() => out.abandon()).toThrow(ChannelReceiverError);
    expect(out.receiver).toBe(into.receiver);
    expect(pool.audit().clean).toBe(true);
  });

  it('that dies leaves its messages to the next', () => {
    const { pool, other, out, into } = pair();
    for (let n = 0; n < 4; n++) out.send(numbered(pool, n));
    into.receive(); // held when it dies
    pool.reclaim(other.workerId);
    expect(out.receiver).toBe(0);
    const next = SharedPool.attach(pool.handle);
    const successor = SharedChannel.attach(next, out.handle);
    expect([1, 2, 3].map(() => numberOf(successor.receive()))).toEqual([1, 2, 3]);
    expectAllFree(pool, next);
  });

  it('that dies ends the channel, where that is wanted', () => {
    const { pool, other, out, into } = pair({ onReceiverDeath: 'close' });
    into.tryReceive();
    const shared = numbered(pool, 0);
    out.send(shared.retain());
    out.send(numbered(pool, 1));
    expect(pool.reclaim(other.workerId).drained).toBe(1);
    expect([out.closed, out.ended]).toEqual([true, true]);
    expect(() => out.trySend(shared)).toThrow(ChannelClosedError);
    pool.trim();
    expect(shared.refCnt).toBe(1);
    shared.release();
    expectAllFree(pool);
  });

  it('that detaches leaves its messages to the next', () => {
    const { pool, other, out, into } = pair();
    out.send(numbered(pool, 0));
    out.send(numbered(pool, 1));
    expect(numberOf(into.receive())).toBe(0);
    other.detach();
    expect(numberOf(out.receive())).toBe(1);
    expectAllFree(pool);
  });

  it('gets what a dead sender had sent; shares go with the sender', () => {
    const { pool, other, out, into } = pair();
    out.send(numbered(pool, 1));
    out.send(numbered(pool, 2).retain());
    out.send(new Uint8Array([9]));
    expect(other.reclaim(pool.workerId)).toMatchObject({ inFlight: 1 });
    expect(numberOf(into.receive())).toBe(1);
    expect([...(into.receive()?.bytes ?? [])]).toEqual([9]);
    expect(into.tryReceive()).toBeUndefined();
    expect(other.stats().total.undeliverable).toBe(1);
  });

  it("drops a dead sender's share, also when its block looks as it did, 256 lives later", () => {
    const { pool, other, out, into } = pair();
    const sender = SharedPool._attachAs(pool.handle, 6001);
    const channel = SharedChannel.attach(sender, out.handle);
    const block = numbered(sender, 1);
    const { index } = block;
    const generation = block.share() & 0xff000000;
    channel.send(block.retain());
    pool._threadEnded(6001);
    // Another worker in the same place has the block, shared, in the generation of the message.
    const successor = SharedPool._attachAs(pool.handle, 6002);
    expect(successor._view.slot).toBe(sender._view.slot);
    let again = successor.acquire(4);
    while (again.index !== index) again = successor.acquire(4);
    again.share();
    const { words, layout } = pool._view;
    const at = layout.words + index;
    words[at] = ((words[at] as number) & 0x00ffffff) | generation;
    expect(into.tryReceive()).toBeUndefined();
    expect(other.stats().total.undeliverable).toBe(1);
  });

  it('without a block for bytes in the ring leaves them there', () => {
    const pool = SharedPool.create({ bytes: 4096, classes: [{ bytes: 64, maxBlocks: 1 }] });
    const channel = SharedChannel.create(pool);
    channel.send(new Uint8Array([1, 2]));
    const only = pool.acquire(1);
    expect(() => channel.tryReceive()).toThrow(SharedExhaustedError);
    only.release();
    const got = channel.tryReceive();
    expect([...(got?.bytes ?? [])]).toEqual([1, 2]);
    got?.release();
    expectAllFree(pool);
  });

  it('without a bit gets moves, and its senders are told why no shares', () => {
    const pools = [SharedPool.create({ bytes: 1 << 20, maxWorkers: 24 })];
    const first = pools[0] as SharedPool;
    while (pools.length < 24) pools.push(SharedPool.attach(first.handle));
    const out = SharedChannel.create(first);
    const into = SharedChannel.attach(pools[23] as SharedPool, out.handle);
    into.tryReceive();
    const block = numbered(first, 4);
    expect(() => out.send(block.retain())).toThrow(ShareLimitError);
    expect(block.refCnt).toBe(2);
    block.release();
    out.send(block);
    expect(numberOf(into.receive())).toBe(4);
    expectAllFree(first, ...pools);
  });
});

describe('bad input', () => {
  it('options outside of their range are refused', () => {
    const pool = SharedPool.create({ bytes: 1 << 20, channelBytes: 1 << 16, maxChannels: 1 });
    for (const options of [{ capacity: 1 }, { capacity: 65_537 }, { onReceiverDeath: 'explode' }]) {
      expect(() => SharedChannel.create(pool, options as never)).toThrow(OptionRangeError);
    }
    expect(() => SharedChannel.create(pool, { size: 3 } as never)).toThrow(UnknownOptionError);
    expect(() => SharedChannel.create({} as never)).toThrow(ArgumentTypeError);
    expect(() => SharedChannel.create(pool, { capacity: 60_000 })).toThrow(ChannelMemoryError);
    expect(SharedChannel.create(pool, { capacity: 5 }).capacity).toBe(8);
    expect(() => SharedChannel.create(pool, { capacity: 2 })).toThrow(ChannelMemoryError);
  });

  it('handles of no channel are refused', () => {
    const pool = SharedPool.create({ bytes: 1 << 20 });
    for (const handle of [{ channel: 0 }, { channel: -1 }, { channel: 1e9 }, {}, undefined]) {
      expect(() => SharedChannel.attach(pool, handle as never)).toThrow(StaleHandleError);
    }
  });

  it('what is no message, or not held, or of another pool, is refused', () => {
    const { pool, other, out, into } = pair();
    const released = pool.acquire(1);
    released.release();
    expect(() => out.send(released)).toThrow(RefCountError);
    expect(() => out.send('hello' as never)).toThrow(ArgumentTypeError);
    const foreign = other.acquire(1);
    expect(() => out.send(foreign)).toThrow(StaleHandleError);
    foreign.release();
    expect(into.tryReceive()).toBeUndefined();
    expectAllFree(pool, other);
  });
});
