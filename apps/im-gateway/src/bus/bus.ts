/**
 * How gateways reach each other: publish and subscribe by subject, at most once, nothing kept. A subject is words with
 * dots between them; a word has no spaces, dots, `*` or `>`. What a gateway publishes does not come back to it.
 */

/** Whether messages get through. */
export type BusState = 'connected' | 'disconnected' | 'closed';

/** A subscription. */
export interface BusSubscription {
  /** No call of the handler follows. */
  end(): void;
}

/** A way between gateways. */
export interface Bus {
  /** For logs: `memory`, or where it is. */
  readonly name: string;
  readonly state: BusState;
  /**
   * Sends to all others that subscribed. While the state is not `connected` nothing is sent.
   *
   * @param payload borrowed for the call
   * @returns whether it is on its way
   */
  publish(subject: string, payload: Uint8Array): boolean;
  /** @param handler is lent the payload for the call, and must not throw */
  subscribe(subject: string, handler: (payload: Uint8Array) => void): BusSubscription;
  /** Whether anybody could be listening: a bus of one gateway says no, and spares it the work. */
  readonly hasPeers: boolean;
  /** Tells of changes of the state. */
  onState(listener: (state: BusState) => void): void;
  /** Waits until all that was published is on its way, and ends. */
  close(): Promise<void>;
}
