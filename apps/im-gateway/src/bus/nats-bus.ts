/**
 * The bus over a NATS server, with the official client.
 *
 * The client keeps what is published until its next write, so that pooled bytes cannot be lent to it: each payload is
 * copied once, into memory that the collector frees. A server that goes away is waited for, for ever, and
 * everything is subscribed again when it is back; what is published meanwhile is not sent, and its sender is told.
 */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { BusUnreachableError } from '../errors.ts';
import type { Bus, BusState, BusSubscription } from './bus.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const RECONNECT_WAIT_MS = 250;
const CLOSE_TIMEOUT_MS = 2_000;

/** A {@link Bus} on a NATS server. */
export class NatsBus implements Bus {
  readonly name: string;
  readonly hasPeers = true;
  readonly #connection: NatsConnection;
  readonly #logger: Logger;
  readonly #listeners: ((state: BusState) => void)[] = [];
  #state: BusState = 'connected';

  private constructor(name: string, connection: NatsConnection, logger: Logger) {
    this.name = name;
    this.#connection = connection;
    this.#logger = logger;
    void this.#watch();
  }

  /** @throws {BusUnreachableError} nobody answers there */
  static async connect(url: string, logger: Logger): Promise<NatsBus> {
    try {
      const connection = await connect({
        servers: url,
        name: 'im-gateway',
        noEcho: true,
        timeout: CONNECT_TIMEOUT_MS,
        maxReconnectAttempts: -1,
        reconnectTimeWait: RECONNECT_WAIT_MS,
        pingInterval: 5_000,
      });
      return new NatsBus(url.replace(/\/\/[^@/]*@/, '//'), connection, logger);
    } catch (error) {
      throw new BusUnreachableError(url.replace(/\/\/[^@/]*@/, '//'), error);
    }
  }

  get state(): BusState {
    return this.#state;
  }

  publish(subject: string, payload: Uint8Array): boolean {
    if (this.#state !== 'connected') return false;
    this.#connection.publish(subject, Uint8Array.prototype.slice.call(payload));
    return true;
  }

  subscribe(subject: string, handler: (payload: Uint8Array) => void): BusSubscription {
    const subscription = this.#connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) handler(message.data);
        else this.#logger.error({ err: error, subject }, 'the bus refused a subscription');
      },
    });
    return { end: () => subscription.unsubscribe() };
  }

  onState(listener: (state: BusState) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    if (this.#state === 'connected') {
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref());
      await Promise.race([this.#connection.drain().catch(() => {}), timeout]);
    }
    await this.#connection.close();
    this.#setState('closed');
  }

  /** Follows the client's own account of its connection. */
  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') this.#setState('disconnected');
      else if (status.type === 'reconnect') this.#setState('connected');
      else if (status.type === 'error') this.#logger.error({ err: status.error }, 'bus error');
    }
  }

  #setState(state: BusState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
