/**
 * The bus without a server: gateways of one process. A hub has one port a gateway; each port is a {@link Bus}. The
 * default of a gateway that runs alone, and what tests with two gateways use where no server is needed.
 *
 * Handlers run in a microtask of their own after `publish`, on a copy of the payload, as they would behind a network.
 */
import type { Bus, BusState, BusSubscription } from './bus.ts';

type Handler = (payload: Uint8Array) => void;

/** Joins the ports of one process. */
export class MemoryHub {
  readonly #ports: Set<MemoryBus> = new Set();

  /** A bus for one more gateway. */
  port(): MemoryBus {
    const bus = new MemoryBus(this);
    this.#ports.add(bus);
    return bus;
  }

  /** @internal */
  get size(): number {
    return this.#ports.size;
  }

  /** @internal */
  send(from: MemoryBus, subject: string, payload: Uint8Array): void {
    const copy = Uint8Array.prototype.slice.call(payload);
    for (const bus of this.#ports) if (bus !== from) queueMicrotask(() => bus.receive(subject, copy));
  }

  /** @internal */
  leave(bus: MemoryBus): void {
    this.#ports.delete(bus);
  }
}

/** One gateway's port of a {@link MemoryHub}. */
export class MemoryBus implements Bus {
  readonly name = 'memory';
  readonly #hub: MemoryHub;
  readonly #handlers: Map<string, Set<Handler>> = new Map();
  readonly #listeners: ((state: BusState) => void)[] = [];
  #state: BusState = 'connected';

  /** Made by {@link MemoryHub.port}. */
  constructor(hub: MemoryHub) {
    this.#hub = hub;
  }

  get state(): BusState {
    return this.#state;
  }

  get hasPeers(): boolean {
    return this.#hub.size > 1;
  }

  publish(subject: string, payload: Uint8Array): boolean {
    if (this.#state !== 'connected') return false;
    this.#hub.send(this, subject, payload);
    return true;
  }

  subscribe(subject: string, handler: Handler): BusSubscription {
    const handlers = this.#handlers.get(subject) ?? new Set();
    this.#handlers.set(subject, handlers.add(handler));
    return {
      end: () => {
        handlers.delete(handler);
        if (handlers.size === 0) this.#handlers.delete(subject);
      },
    };
  }

  onState(listener: (state: BusState) => void): void {
    this.#listeners.push(listener);
  }

  close(): Promise<void> {
    this.#setState('closed');
    this.#hub.leave(this);
    return Promise.resolve();
  }

  /** For tests: what a lost connection looks like. */
  setConnected(connected: boolean): void {
    if (this.#state !== 'closed') this.#setState(connected ? 'connected' : 'disconnected');
  }

  /** @internal */
  receive(subject: string, payload: Uint8Array): void {
    if (this.#state !== 'connected') return;
    for (const handler of this.#handlers.get(subject) ?? []) handler(payload);
  }

  #setState(state: BusState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
