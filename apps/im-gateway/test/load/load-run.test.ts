import { ByteBufAllocator } from 'rockpool';
import { describe, expect, it } from 'vitest';
import type { Profile } from '../../src/load/client.ts';
import { Corpus } from '../../src/load/corpus.ts';
import { Latencies } from '../../src/load/latencies.ts';
import { LatencyWindows } from '../../src/load/latency-windows.ts';
import { Ledger, ROOM_BIT } from '../../src/load/ledger.ts';
import { isClean } from '../../src/load/load-report.ts';
import { runLoad } from '../../src/load/load-run.ts';
import { Schedule } from '../../src/load/schedule.ts';
import { GuardedGateway } from '../guarded-gateway.ts';

const corpus = new Corpus(1, 200);

describe('a load', () => {
  it.each<[Profile, number]>([
    ['direct', 400],
    ['room', 200],
    ['mix', 300],
    ['direct', 0],
  ])(
    '%s at %d messages/s arrives once, whole and in order, and leaves nothing behind',
    async (profile, rate) => {
      const gateway = await GuardedGateway.start();
      const allocator = new ByteBufAllocator({ name: 'load', checks: 'strict' });
      const seconds: number[] = [];
      const report = await runLoad(
        {
          host: '127.0.0.1',
          port: gateway.port,
          allocator,
          profile,
          rate,
          clients: 10,
          roomSize: 5,
          ...(rate === 0 ? { window: 2 } : {}),
          rampSeconds: 0.1,
          warmupSeconds: 0.2,
          seconds: 0.5,
        },
        { onSecond: (deliveries) => seconds.push(deliveries) },
      );
      expect(isClean(report), JSON.stringify(report)).toBe(true);
      expect(report.sent).toBeGreaterThan(20);
      expect(report.latency.count).toBeGreaterThan(0);
      expect(report.latency.p50Ms).toBeGreaterThan(0);
      expect(seconds.length).toBe(1);
      expect(gateway.gateway.counters.deliveries).toBe(report.expected);
      await gateway.connections(0);
      expect(allocator.stats().activeBuffers).toBe(0);
    },
  );

  it('says what the gateway refused', async () => {
    const gateway = await GuardedGateway.start({ token: 'sesame' });
    const allocator = new ByteBufAllocator({ name: 'load' });
    const load = runLoad({ host: '127.0.0.1', port: gateway.port, allocator, clients: 2, roomSize: 2 });
    await expect(load).rejects.toThrow('The gateway refused: badToken');
    expect(allocator.stats().activeBuffers).toBe(0);
  });

  it.each([
    [{ clients: 1 }, /'clients' must be an integer from 2/],
    [{ clients: 10, roomSize: 4 }, /'roomSize' must be a divisor of 'clients', 10: received 4/],
    [{ warmupSeconds: 0.5, rampSeconds: 1 }, /'warmupSeconds' must be a number from 1 to 600/],
    [{ rates: 5 }, /'rates' is not an option: did you mean 'rate'/],
  ])('refuses %j', async (options, message) => {
    const allocator = new ByteBufAllocator();
    await expect(runLoad({ host: '127.0.0.1', port: 1, allocator, ...options })).rejects.toThrow(message);
  });
});

describe('the ledger', () => {
  /** The frame of message `id` of client 0, as a receiver gets it. */
  function frame(id: number): [DataView, number] {
    const bytes = corpus.frames[Corpus.indexOf(0, id)] as Uint8Array;
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    return [new DataView(shifted.buffer), bytes.length];
  }

  function ledger(): Ledger {
    const made = new Ledger(corpus, 10, 2, 5);
    for (let client = 0; client < 10; client++) made.enter(client, 5_000 + client);
    return made;
  }

  function direct(made: Ledger, receiver: number, id: number): void {
    const [view, length] = frame(id);
    made.direct(receiver, 5_000, id, view, 3, length);
  }

  it('is content with every partner’s share in order', () => {
    const made = ledger();
    for (let id = 0; id < 20; id++) direct(made, 1 + (id % 2), id);
    expect([made.received, made.faults]).toEqual([20, { content: 0, order: 0, stranger: 0 }]);
  });

  it('notices a message that is lost, comes twice, or goes to the wrong one', () => {
    for (const ids of [[0, 4], [0, 0], [1]]) {
      const made = ledger();
      for (const id of ids) direct(made, 1, id);
      expect(made.faults.order, JSON.stringify(ids)).toBe(1);
    }
  });

  it('notices every bit that is another, a body that is longer, and a stranger', () => {
    const [view, length] = frame(0);
    for (let bit = 32 * 8; bit < length * 8; bit++) {
      const at = 3 + (bit >> 3);
      view.setUint8(at, view.getUint8(at) ^ (1 << (bit & 7)));
      const made = ledger();
      made.direct(1, 5_000, 0, view, 3, length);
      expect(made.faults.content, `bit ${bit}`).toBe(1);
      view.setUint8(at, view.getUint8(at) ^ (1 << (bit & 7)));
    }
    const made = ledger();
    made.direct(1, 5_000, 0, view, 3, length - 1);
    made.direct(1, 4_999, 0, view, 3, length);
    expect(made.faults).toEqual({ content: 1, order: 0, stranger: 1 });
  });

  it('follows a room by sender', () => {
    const made = ledger();
    for (const id of [0, 1, 3]) {
      const [view, length] = frame(id | ROOM_BIT);
      made.room(4, 5_000, id | ROOM_BIT, view, 3, length);
    }
    expect(made.faults).toEqual({ content: 0, order: 1, stranger: 0 });
  });
});

describe('the schedule', () => {
  it('knows when each message is due, and how many are by then', () => {
    for (const ramp of [0, 1e6]) {
      const schedule = new Schedule(1_000, ramp);
      let last = -1;
      for (let k = 0; k < 3_000; k++) {
        const due = schedule.timeOf(k);
        expect(due).toBeGreaterThan(last);
        expect(schedule.dueAt(due + 1)).toBeGreaterThanOrEqual(k);
        expect(schedule.dueAt(due - 1)).toBeLessThanOrEqual(k + 1);
        last = due;
      }
    }
    expect(new Schedule(1_000, 1e6).dueAt(1e6)).toBe(500);
    expect(new Schedule(1_000, 1e6).dueAt(3e6)).toBe(2_500);
  });
});

describe('latencies', () => {
  it('are as a sorted list would have them, to three digits', () => {
    const latencies = new Latencies();
    for (let us = 1; us <= 100_000; us++) latencies.record(us);
    latencies.record(-5);
    latencies.record(Number.MAX_SAFE_INTEGER);
    const { count, p50Ms, p99Ms, maxMs } = latencies.figures();
    expect(count).toBe(100_002);
    expect(Math.abs(p50Ms - 50)).toBeLessThan(0.1);
    expect(Math.abs(p99Ms - 99)).toBeLessThan(0.2);
    expect(maxMs).toBeGreaterThan(59_000);
    expect(latencies.figures()).toMatchObject({ count, p50Ms });
  });
});

describe('windows of latencies', () => {
  it('have a P99 each, of which one that stands out does not move the median', () => {
    const windows = new LatencyWindows();
    for (let window = 0; window < 10; window++) {
      for (let i = 0; i < 1_000; i++) {
        const slow = window === 3 ? 9_000 : 1_000;
        windows.record(i < 985 ? 500 : slow, window * 100_000 + i * 100);
      }
    }
    const { windows: count, medianP99Ms, p90P99Ms } = windows.figures();
    expect(count).toBe(10);
    expect(Math.abs(medianP99Ms - 1)).toBeLessThan(0.03);
    expect(Math.abs(p90P99Ms - 1)).toBeLessThan(0.03);
    const single = new LatencyWindows();
    for (let i = 0; i < 1_000; i++) single.record(i < 995 ? 500 : 1_000_000, i);
    expect(Math.abs(single.figures().medianP99Ms - 0.5)).toBeLessThan(0.03);
  });
});
