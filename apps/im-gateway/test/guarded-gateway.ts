/**
 * A gateway for tests: every check that buffers have, a clock that stands still until it is told, and sweeps by hand. Its
 * `close` says what must hold whatever happened: nothing is left, nothing was lost, nothing threw.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { ByteBufAllocator, LeakDetector } from 'rockpool';
import { onTestFinished } from 'vitest';
import { MemoryHub } from '../src/bus/memory-bus.ts';
import { Gateway } from '../src/gateway/gateway.ts';
import type { GatewayOptions } from '../src/gateway/gateway-options.ts';
import { TestClient } from './test-client.ts';

/** A gateway under watch. */
export class GuardedGateway {
  readonly gateway: Gateway;
  readonly allocator: ByteBufAllocator;
  readonly #detector: LeakDetector;
  readonly #leaks: string[] = [];
  #nowMs = 1_000;
  #closed = false;

  private constructor(options: Partial<GatewayOptions>) {
    this.#detector = new LeakDetector({
      level: 'paranoid',
      onLeak: ({ message }) => this.#leaks.push(message),
    });
    this.allocator = new ByteBufAllocator({
      name: 'gateway under test',
      checks: 'paranoid',
      leakDetector: this.#detector,
    });
    this.gateway = new Gateway({
      allocator: this.allocator,
      logger: pino({ level: 'silent' }),
      bus: new MemoryHub().port(),
      sweepIntervalMs: 0,
      now: () => this.#nowMs,
      ...options,
    });
  }

  /** Starts one; it is closed, and looked at, when the test ends. */
  static async start(options: Partial<GatewayOptions> = {}): Promise<GuardedGateway> {
    const guarded = new GuardedGateway(options);
    onTestFinished(() => guarded.close());
    await guarded.gateway.listen();
    return guarded;
  }

  get port(): number {
    return this.gateway.port;
  }

  connect(): Promise<TestClient> {
    return TestClient.connect(this.port);
  }

  login(name: string): Promise<TestClient> {
    return TestClient.login(this.port, name);
  }

  /** Time goes on by so much, and the gateway looks at its clients. */
  pass(ms: number): void {
    this.#nowMs += ms;
    this.gateway.sweep();
  }

  /** Waits until `holds`, for fifteen seconds at most. */
  async until(holds: () => boolean, what: string): Promise<void> {
    for (let i = 0; i < 3_000; i++) {
      if (holds()) return;
      await sleep(5);
    }
    assert.fail(`not within fifteen seconds: ${what}`);
  }

  /** Waits until the gateway has noticed that clients are gone. */
  connections(count: number): Promise<void> {
    return this.until(() => this.gateway.stats().connections === count, `${count} connections`);
  }

  /** Shuts down and checks that nothing is left. */
  async close(graceMs = 300): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.gateway.close(graceMs);
    const { gateway, allocator } = this;
    const stats = gateway.stats();
    assert.equal(stats.faults, 0, 'a frame could not be handled');
    assert.deepEqual(
      [stats.connections, stats.rooms, stats.users.local, stats.pendingBytes, stats.accepted - stats.closed],
      [0, 0, 0, 0, 0],
    );
    assert.equal(allocator.stats().activeBuffers, 0, 'buffers are left');
    allocator.trim(); // throws if memory was written to after its release
    allocator.assertValid();
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.();
      await sleep(1);
    }
    assert.deepEqual(this.#leaks, []);
    assert.equal(this.#detector.stats().active, 0);
    allocator.close();
  }
}
