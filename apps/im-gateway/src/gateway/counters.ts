/** What a gateway counts: plain fields, so that counting costs a store. Numbers only ever grow, but for `sessions`. */
import type { ErrorCode } from '../protocol/error-code.ts';
import { errorName } from '../protocol/error-code.ts';

/** Counters of a gateway; one writer each, named in the comment where it is not the gateway itself. */
export class Counters {
  /** Connections accepted; refused ones among them. */
  accepted = 0;
  /** Connections that ended. `accepted = closed + open ones`. */
  closed = 0;
  logins = 0;
  /** Frames of clients, good and bad. Requests. */
  framesIn = 0;
  /** Of clients. */
  bytesIn = 0;
  /** Messages that were routed, direct and to rooms. Requests. */
  messages = 0;
  /** Frames with a message that were handed to a connection of this process. Router. */
  deliveries = 0;
  /** Messages that went to the bus, and that came from it. Router. */
  busOut = 0;
  busIn = 0;
  /** Messages that came from the bus and could not be understood, or whose receiver is gone. Router. */
  busLost = 0;
  acks = 0;
  /** Deliveries that a slow consumer did not get. Sessions. */
  dropped = 0;
  /** Probes that silent clients were sent. Heartbeat. */
  probes = 0;
  /** Sockets that ended with an error of the network: a reset most often. Sessions. */
  socketErrors = 0;
  /** Errors of this program while it handled a frame: each is logged, and costs one connection. */
  faults = 0;
  /** Errors that clients were told, by code. */
  readonly errors: Map<ErrorCode, number> = new Map();

  /** Counts an error that a client is told. */
  refused(code: ErrorCode): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  /** The errors by name. */
  errorsByName(): Record<string, number> {
    return Object.fromEntries([...this.errors].map(([code, count]) => [errorName(code), count]));
  }
}
